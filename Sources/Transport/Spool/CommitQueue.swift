/// What waits for the disk: lines in the order in which they were appended, and who waits for them.
///
/// A value under the spool's lock; it decides and counts, the threads act.
struct CommitQueue {
  struct Entry {
    let hop: Int
    let seq: UInt64
    let fragment: SpoolFragment
    let whenDurable: (@Sendable (SpoolPosition) -> Void)?
  }

  /// Who is told of a line that is written and not yet synced.
  struct Late {
    let position: SpoolPosition
    let body: @Sendable (SpoolPosition) -> Void
  }

  struct Waiter {
    let seq: UInt64
    let continuation: CheckedContinuation<Void, Never>
  }

  /// What the commit thread does when it has nothing to write.
  enum Rest {
    case working
    /// Waits a moment for company: only lines that nobody waits for are there.
    case lingering
    case parked
  }

  /// Lines of lagging hops are taken along even when no commit comes, once they are this many bytes.
  static let lingerBytes = 256 << 10

  private(set) var entries: [Entry] = []
  private(set) var lastSeq: [UInt64]
  private var isAcknowledged: [Bool]
  private var waitingLines: [Int]
  private var waitingBytes = 0
  private var isUrgent = false
  var rest = Rest.working
  var isStopping = false
  private var isSealDue = false
  /// Who wants every open segment sealed, and hears up to where that goes.
  private var sealers: [CheckedContinuation<[UInt64], Never>] = []
  /// Whether all that was appended before they asked is written.
  private var isWrittenForSealers = false
  var hasFailed = false
  private var waiters: [[Waiter]]
  /// Closures of lines that are written, not yet synced.
  private var late: [[Late]]
  private var doorbells: [[UInt64: AsyncStream<UInt64>.Continuation]]
  private var lastDoorbell: UInt64 = 0

  init(lastSeq: [UInt64], isAcknowledged: [Bool]) {
    self.lastSeq = lastSeq
    self.isAcknowledged = isAcknowledged
    waitingLines = lastSeq.map { _ in 0 }
    waiters = lastSeq.map { _ in [] }
    late = lastSeq.map { _ in [] }
    doorbells = lastSeq.map { _ in [:] }
  }

  /// - Returns: the line's number, and whether the commit thread must be woken.
  mutating func append(
    _ fragment: SpoolFragment, to hop: Int, whenDurable: (@Sendable (SpoolPosition) -> Void)?
  ) -> (seq: UInt64, mustRing: Bool) {
    lastSeq[hop] += 1
    let seq = lastSeq[hop]
    if hasFailed { return (seq, false) }
    entries.append(Entry(hop: hop, seq: seq, fragment: fragment, whenDurable: whenDurable))
    waitingLines[hop] += 1
    waitingBytes += fragment.count
    if isAcknowledged[hop] || waitingBytes > Self.lingerBytes { isUrgent = true }
    switch rest {
    case .working: return (seq, false)
    case .lingering where !isUrgent: return (seq, false)
    case .lingering, .parked:
      rest = .working
      return (seq, true)
    }
  }

  enum Step { case write, seal, sealAll, linger, park, stop }

  /// What the commit thread does next; for `.write` the entries are in `batch`, which was empty.
  mutating func next(into batch: inout [Entry], hasLingered: Bool) -> Step {
    if hasFailed { return .stop }
    if isSealDue {
      isSealDue = false
      rest = .working
      return .seal
    }
    if !sealers.isEmpty, entries.isEmpty || isWrittenForSealers {
      isWrittenForSealers = false
      rest = .working
      return .sealAll
    }
    if entries.isEmpty {
      if isStopping { return .stop }
      rest = .parked
      return .park
    }
    guard isUrgent || hasLingered || isStopping || !sealers.isEmpty else {
      rest = .lingering
      return .linger
    }
    rest = .working
    isUrgent = false
    isWrittenForSealers = !sealers.isEmpty
    swap(&entries, &batch)
    return .write
  }

  /// Some open segment is old enough to be sealed although nothing is appended to it.
  /// - Returns: whether the commit thread must be woken.
  mutating func requestSeal() -> Bool {
    isSealDue = true
    defer { rest = .working }
    return rest != .working
  }

  /// Every open segment is to be sealed once what was appended by now is in it.
  /// - Returns: whether the commit thread must be woken.
  mutating func requestSeal(for sealer: CheckedContinuation<[UInt64], Never>) -> Bool {
    sealers.append(sealer)
    defer { rest = .working }
    return rest != .working
  }

  mutating func takeSealers() -> [CheckedContinuation<[UInt64], Never>] {
    defer { sealers = [] }
    return sealers
  }

  func isBacklogged(lines: Int, bytes: Int) -> Bool {
    waitingBytes > bytes || waitingLines.contains { $0 > lines }
  }

  /// These have been written (and synced where their hop is synced in every commit).
  /// - Parameter positions: of the batch's lines, in its order.
  mutating func finish(_ batch: ArraySlice<Entry>, at positions: [SpoolPosition]) {
    for (entry, position) in zip(batch, positions) {
      waitingLines[entry.hop] -= 1
      waitingBytes -= entry.fragment.count
      guard !isAcknowledged[entry.hop], let body = entry.whenDurable else { continue }
      late[entry.hop].append(Late(position: position, body: body))
    }
  }
}

// MARK: Who waits

extension CommitQueue {
  /// Who must be told that a hop is durable up to here, in the order of their lines.
  struct Audience {
    var late: [Late] = []
    var waiters: [Waiter] = []
    var doorbells: [AsyncStream<UInt64>.Continuation] = []
  }

  mutating func wait(_ waiter: Waiter, hop: Int) { waiters[hop].append(waiter) }

  mutating func audience(of hop: Int, through seq: UInt64) -> Audience {
    var audience = Audience()
    let isDue = late[hop].prefix { $0.position.seq <= seq }
    if !isDue.isEmpty {
      audience.late = Array(isDue)
      late[hop].removeFirst(isDue.count)
    }
    if !waiters[hop].isEmpty {
      audience.waiters = waiters[hop].filter { $0.seq <= seq }
      waiters[hop].removeAll { $0.seq <= seq }
    }
    if !doorbells[hop].isEmpty { audience.doorbells = Array(doorbells[hop].values) }
    return audience
  }

  mutating func addDoorbell(
    _ continuation: AsyncStream<UInt64>.Continuation, hop: Int
  ) -> UInt64 {
    lastDoorbell += 1
    doorbells[hop][lastDoorbell] = continuation
    return lastDoorbell
  }

  mutating func removeDoorbell(_ id: UInt64, hop: Int) { doorbells[hop][id] = nil }

  mutating func takeDoorbells() -> [AsyncStream<UInt64>.Continuation] {
    defer { doorbells = doorbells.map { _ in [:] } }
    return doorbells.flatMap(\.values)
  }
}
