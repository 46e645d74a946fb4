/// How a send ended.
@usableFromInline package enum BoundedChannelVerdict: Sendable { case sent, finished, cancelled }

/// The rules of the bounded channel as a value: no lock, no continuation, no clock of its own.
///
/// Every call returns what the shell must do once it has left its lock. Invariants:
/// a consumer waits only while nothing is buffered; a producer waits only while the buffer is
/// full; producers and consumers are served in the order in which they arrived.
@usableFromInline package struct BoundedChannelMachine<Element, Producer, Consumer, Instant> {
  /// Names one suspended (or about to be suspended) send or receive, so that it can be cancelled.
  @usableFromInline package typealias Ticket = UInt64

  @usableFromInline package typealias SendVerdict = BoundedChannelVerdict

  /// What the shell must resume, outside its lock.
  @usableFromInline package struct Actions {
    @usableFromInline package var producers: [(Producer, SendVerdict)]
    @usableFromInline package var consumers: [(Consumer, [Element]?)]

    @inlinable init(
      producers: [(Producer, SendVerdict)] = [], consumers: [(Consumer, [Element]?)] = []
    ) {
      self.producers = producers
      self.consumers = consumers
    }
  }

  // Tuples: their makers need not be written out to be inlined elsewhere.
  @usableFromInline typealias WaitingProducer =
    (ticket: Ticket, producer: Producer, element: Element, since: Instant)
  @usableFromInline typealias WaitingConsumer = (ticket: Ticket, consumer: Consumer)
  @usableFromInline typealias Entry = (element: Element, since: Instant)

  @usableFromInline package let capacity: Int
  @usableFromInline package internal(set) var isFinished = false
  @usableFromInline var buffer = RingBuffer<Entry>()
  @usableFromInline var producers = RingBuffer<WaitingProducer>()
  @usableFromInline var consumers = RingBuffer<WaitingConsumer>()
  /// Cancelled between taking the ticket and suspending; at most one per call under way.
  @usableFromInline var cancelledEarly: Set<Ticket> = []
  @usableFromInline var lastTicket: Ticket = 0

  @inlinable package init(capacity: Int) {
    precondition(capacity > 0, "a channel holds at least one element")
    self.capacity = capacity
  }

  /// Elements that were sent and not yet received.
  @inlinable package var count: Int { buffer.count }
  @inlinable package var waitingProducers: Int { producers.count }
  @inlinable package var waitingConsumers: Int { consumers.count }
  /// When the element that is next to be received was sent.
  @inlinable package var oldest: Instant? { buffer.first?.since }

  @inlinable package mutating func makeTicket() -> Ticket {
    lastTicket += 1
    return lastTicket
  }

  /// The call of this ticket is over; forgets a cancellation that came too early or too late.
  @inlinable package mutating func close(_ ticket: Ticket) { cancelledEarly.remove(ticket) }
}

// MARK: Sending

extension BoundedChannelMachine {
  /// Sends without waiting; nil when the caller would have to wait.
  @inlinable package mutating func send(_ element: Element, at now: Instant) -> (
    SendVerdict?, Actions
  ) {
    var actions = Actions()
    if isFinished { return (.finished, actions) }
    if let waiting = consumers.popFirst() {
      actions.consumers.append((waiting.consumer, [element]))
      return (.sent, actions)
    }
    guard buffer.count < capacity else { return (nil, actions) }
    buffer.append((element: element, since: now))
    return (.sent, actions)
  }

  /// Sends, or queues the producer. It looks again, as the world may have moved since `send`.
  @inlinable package mutating func suspend(
    _ producer: Producer, sending element: Element, ticket: Ticket, at now: Instant
  ) -> Actions {
    if cancelledEarly.remove(ticket) != nil {
      return Actions(producers: [(producer, .cancelled)])
    }
    var (verdict, actions) = send(element, at: now)
    if let verdict {
      actions.producers.append((producer, verdict))
    } else {
      producers.append(
        (ticket: ticket, producer: producer, element: element, since: now))
    }
    return actions
  }

  @inlinable package mutating func cancelSend(_ ticket: Ticket) -> Actions {
    if let waiting = producers.removeFirst(where: { $0.ticket == ticket }) {
      return Actions(producers: [(waiting.producer, .cancelled)])
    }
    cancelledEarly.insert(ticket)
    return Actions()
  }

  /// Nothing more can be sent. What is buffered can still be received; who waits to send fails.
  @inlinable package mutating func finish() -> Actions {
    var actions = Actions()
    guard !isFinished else { return actions }
    isFinished = true
    while let waiting = producers.popFirst() {
      actions.producers.append((waiting.producer, .finished))
    }
    while let waiting = consumers.popFirst() { actions.consumers.append((waiting.consumer, nil)) }
    return actions
  }
}

// MARK: Receiving

extension BoundedChannelMachine {
  @usableFromInline package enum Receipt {
    case elements([Element])
    case finished
    case mustWait
  }

  /// Takes up to `max` elements without waiting and lets as many waiting producers in.
  @inlinable package mutating func receive(max: Int) -> (Receipt, Actions) {
    precondition(max > 0, "a receive asks for at least one element")
    var actions = Actions()
    guard !buffer.isEmpty else { return (isFinished ? .finished : .mustWait, actions) }
    var elements: [Element] = []
    elements.reserveCapacity(Swift.min(max, buffer.count))
    while elements.count < max, let entry = buffer.popFirst() { elements.append(entry.element) }
    while buffer.count < capacity, let waiting = producers.popFirst() {
      buffer.append((element: waiting.element, since: waiting.since))
      actions.producers.append((waiting.producer, .sent))
    }
    return (.elements(elements), actions)
  }

  /// Receives, or queues the consumer. It looks again, as the world may have moved.
  @inlinable package mutating func suspend(_ consumer: Consumer, max: Int, ticket: Ticket)
    -> Actions
  {
    if cancelledEarly.remove(ticket) != nil { return Actions(consumers: [(consumer, nil)]) }
    var (receipt, actions) = receive(max: max)
    switch receipt {
    case .elements(let elements): actions.consumers.append((consumer, elements))
    case .finished: actions.consumers.append((consumer, nil))
    case .mustWait: consumers.append((ticket: ticket, consumer: consumer))
    }
    return actions
  }

  @inlinable package mutating func cancelReceive(_ ticket: Ticket) -> Actions {
    if let waiting = consumers.removeFirst(where: { $0.ticket == ticket }) {
      return Actions(consumers: [(waiting.consumer, nil)])
    }
    cancelledEarly.insert(ticket)
    return Actions()
  }
}
