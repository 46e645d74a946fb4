public import Synchronization

/// Carries messages between stages with a bounded memory: a sender waits while it is full.
///
/// Any number of tasks may send and receive; both sides are served first come, first served.
/// As a sequence it yields one element at a time; a stage prefers `next(max:)`.
@usableFromInline package final class BoundedChannel<Element: Sendable>: Sendable {
  @usableFromInline typealias Machine = BoundedChannelMachine<
    Element, CheckedContinuation<SendVerdict, Never>, CheckedContinuation<[Element]?, Never>,
    ContinuousClock.Instant
  >
  @usableFromInline typealias SendVerdict = BoundedChannelVerdict

  @usableFromInline let machine: Mutex<Machine>
  /// How many elements may wait to be received.
  @usableFromInline package let capacity: Int

  /// - Parameter capacity: in elements, at least 1.
  @inlinable package init(capacity: Int) {
    self.capacity = capacity
    machine = Mutex(Machine(capacity: capacity))
  }

  /// Elements sent and not yet received.
  @inlinable package var count: Int { machine.withLock { $0.count } }

  /// How long the element that is next to be received has been waiting.
  @inlinable package var oldestWait: Duration? {
    machine.withLock { $0.oldest }.map { ContinuousClock.now - $0 }
  }

  /// Nothing more can be sent; what was sent can still be received. Waiting senders fail.
  @inlinable package func finish() { perform(machine.withLock { $0.finish() }) }

  /// Resumes outside the lock, since a resumed task may come straight back to this channel.
  @inlinable func perform(_ actions: Machine.Actions) {
    for (continuation, verdict) in actions.producers { continuation.resume(returning: verdict) }
    for (continuation, elements) in actions.consumers { continuation.resume(returning: elements) }
  }
}

/// Why a send did not happen; the element was not delivered.
@usableFromInline package enum ChannelClosed: Error { case finished, cancelled }

extension BoundedChannel {
  /// Sends without waiting; false when the channel is full or finished.
  @inlinable package func trySend(_ element: Element) -> Bool {
    let now = ContinuousClock.now
    let (verdict, actions) = machine.withLock { $0.send(element, at: now) }
    perform(actions)
    return verdict == .sent
  }

  /// Sends, waiting for room in the order of arrival. Cancelling the task withdraws the element.
  @inlinable package func send(_ element: consuming Element) async throws(ChannelClosed) {
    let element = element
    let now = ContinuousClock.now
    let (ticket, verdict, actions) = machine.withLock { machine in
      let (verdict, actions) = machine.send(element, at: now)
      return (verdict == nil ? machine.makeTicket() : 0, verdict, actions)
    }
    perform(actions)
    switch await (verdict == nil ? waitToSend(element, ticket: ticket, since: now) : verdict) {
    case .sent, nil: return
    case .finished: throw .finished
    case .cancelled: throw .cancelled
    }
  }

  @inlinable func waitToSend(
    _ element: Element, ticket: UInt64, since: ContinuousClock.Instant
  ) async -> SendVerdict {
    defer { machine.withLock { $0.close(ticket) } }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        perform(
          machine.withLock {
            $0.suspend(continuation, sending: element, ticket: ticket, at: since)
          })
      }
    } onCancel: {
      perform(machine.withLock { $0.cancelSend(ticket) })
    }
  }
}

extension BoundedChannel {
  /// Receives up to `max` elements, at least one; nil once finished and drained, or cancelled.
  @inlinable package func next(max: Int) async -> [Element]? {
    let (ticket, receipt, actions) = machine.withLock { machine in
      let (receipt, actions) = machine.receive(max: max)
      if case .mustWait = receipt { return (machine.makeTicket(), receipt, actions) }
      return (0, receipt, actions)
    }
    perform(actions)
    switch receipt {
    case .elements(let elements): return elements
    case .finished: return nil
    case .mustWait: return await waitToReceive(max: max, ticket: ticket)
    }
  }

  /// Receives what is there, at most `max` elements, without waiting for any.
  @inlinable package func poll(max: Int) -> [Element] {
    let (receipt, actions) = machine.withLock { $0.receive(max: max) }
    perform(actions)
    if case .elements(let elements) = receipt { return elements }
    return []
  }

  @inlinable func waitToReceive(max: Int, ticket: UInt64) async -> [Element]? {
    defer { machine.withLock { $0.close(ticket) } }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        perform(machine.withLock { $0.suspend(continuation, max: max, ticket: ticket) })
      }
    } onCancel: {
      perform(machine.withLock { $0.cancelReceive(ticket) })
    }
  }
}

extension BoundedChannel: AsyncSequence {
  @usableFromInline package struct Iterator: AsyncIteratorProtocol {
    @usableFromInline let channel: BoundedChannel

    @inlinable init(channel: BoundedChannel) { self.channel = channel }

    @inlinable package func next() async -> Element? { await channel.next(max: 1)?.first }

    @inlinable package func next(isolation actor: isolated (any Actor)?) async -> Element? {
      await channel.next(max: 1)?.first
    }
  }

  @inlinable package func makeAsyncIterator() -> Iterator { Iterator(channel: self) }
}
