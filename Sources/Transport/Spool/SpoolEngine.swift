import Synchronization

/// What the public face, the commit thread and the upkeep thread of a spool share.
final class SpoolEngine: Sendable {
  let directory: String
  let options: SpoolOptions
  let hops: [HopState]
  let queue: Mutex<CommitQueue>
  let commitBell = FileBell()
  let upkeepBell = FileBell()
  /// Set while the upkeep thread sleeps longer than the shortest interval.
  let isUpkeepIdle = Atomic<Bool>(false)
  /// Set when more is durable than `cursors/durable.json` says.
  let isUnwitnessed = Atomic<Bool>(false)
  let isUpkeepStopping = Atomic<Bool>(false)
  let isBacklogged = Atomic<Bool>(false)
  let freeBytes = Atomic<UInt64>(.max)
  let cursors: CursorFiles
  let counters = CommitCounters()
  let retention: RetentionState
  private let hasFailed = Atomic<Bool>(false)

  init(directory: String, options: SpoolOptions, hops: [HopState], cursors: CursorFiles) {
    self.directory = directory
    self.options = options
    self.hops = hops
    self.cursors = cursors
    retention = RetentionState(hops: hops.count)
    queue = Mutex(
      CommitQueue(
        lastSeq: hops.map { $0.durable.load(ordering: .relaxed) },
        isAcknowledged: hops.map(\.description.isAcknowledged)))
  }

  func append(
    _ fragments: [SpoolFragment], to hop: Int, whenDurable: (@Sendable (SpoolPosition) -> Void)?
  ) -> UInt64 {
    let (seq, mustRing) = queue.withLock { queue in
      var last = queue.lastSeq[hop]
      var mustRing = false
      for (index, fragment) in fragments.enumerated() {
        let isLast = index == fragments.count - 1
        let added = queue.append(fragment, to: hop, whenDurable: isLast ? whenDurable : nil)
        last = added.seq
        mustRing = mustRing || added.mustRing
      }
      noteBacklog(queue)
      return (last, mustRing)
    }
    if mustRing { commitBell.ring() }
    return seq
  }

  func noteBacklog(_ queue: borrowing CommitQueue) {
    let isBehind = queue.isBacklogged(lines: options.backlogLines, bytes: options.backlogBytes)
    if isBacklogged.load(ordering: .relaxed) != isBehind {
      isBacklogged.store(isBehind, ordering: .relaxed)
    }
  }

  /// Everything of this hop up to `seq` is on disk: says so, then resumes who waits for it.
  /// - Parameters:
  ///   - committed: a batch of which this hop's lines have been synced just now.
  ///   - positions: of the batch's lines, in its order.
  func publish(
    _ hop: HopState, through seq: UInt64, committed: ArraySlice<CommitQueue.Entry> = [],
    at positions: [SpoolPosition] = []
  ) {
    hop.durable.max(seq, ordering: .sequentiallyConsistent)
    let audience = queue.withLock { $0.audience(of: hop.index, through: seq) }
    for late in audience.late { late.body(late.position) }
    for (entry, position) in zip(committed, positions) where entry.hop == hop.index {
      entry.whenDurable?(position)
    }
    for waiter in audience.waiters { waiter.continuation.resume() }
    for doorbell in audience.doorbells { doorbell.yield(seq) }
  }

  /// Wakes the upkeep thread when a hop that was all synced has new lines; else it knows already.
  /// Sequential consistency here and in `UpkeepThread.nextDue` is what makes one of both see it.
  func noteDirty(_ hop: HopState, before: UInt64) {
    if hop.durable.load(ordering: .sequentiallyConsistent) >= before { wakeUpkeep() }
  }

  /// The same for the witness of what is durable.
  func noteUnwitnessed() {
    if !isUnwitnessed.exchange(true, ordering: .sequentiallyConsistent) { wakeUpkeep() }
  }

  func wakeUpkeep() {
    if isUpkeepIdle.exchange(false, ordering: .sequentiallyConsistent) { upkeepBell.ring() }
  }

  /// A write or sync has failed: nothing that waits is ever resumed, and the owner must end.
  func fail(_ error: SpoolError) {
    guard !hasFailed.exchange(true, ordering: .sequentiallyConsistent) else { return }
    queue.withLock { $0.hasFailed = true }
    commitBell.ring()
    upkeepBell.ring()
    options.onFailure(error)
  }

  var failed: Bool { hasFailed.load(ordering: .sequentiallyConsistent) }
}
