import Synchronization
package import Transport

/// `3-committed` as delivery reads it: the newest outcomes from memory, older ones from disk.
///
/// Outcomes are pushed once they are durable, in seq order. Only `capacity` of them, and no more
/// than `maxBytes` of events, stay in memory; a reader that lags further reads the disk, so a slow
/// webhook costs neither memory nor anybody else's time.
package final class CommittedTail: CommittedLog {
  private struct Tail {
    var outcomes: [CommittedOutcome] = []
    /// Index of the oldest outcome still held; the array is compacted when half of it is spent.
    var first = 0
    var bytes = 0
    /// The newest outcome that readers may have.
    var lastSeq: UInt64
  }

  private static let capacity = 4096
  private static let maxBytes = 4 << 20
  /// One disk read for a lagging webhook.
  private static let diskBytes = 1 << 20

  private let tail: Mutex<Tail>
  private let hop: SpoolHop
  private let disk: BlockingThread
  private let observe: @Sendable (CommittedOutcome) -> Void

  /// - Parameter observe: hears of each outcome with events once it is durable; must be short.
  package init(
    hop: SpoolHop, disk: BlockingThread,
    observe: @escaping @Sendable (CommittedOutcome) -> Void = { _ in }
  ) {
    self.hop = hop
    self.disk = disk
    self.observe = observe
    tail = Mutex(Tail(lastSeq: hop.durableSeq))
  }

  /// The newest outcome that is durable and readable here.
  package var durableSeq: UInt64 { tail.withLock { $0.lastSeq } }

  /// The hop's own bell: it rings once for a commit, after everything in it was pushed.
  package func doorbell() -> AsyncStream<UInt64> { hop.doorbell() }

  /// Called by the spool's thread when an outcome has become durable.
  func push(_ outcome: CommittedOutcome) {
    tail.withLock { tail in
      tail.lastSeq = outcome.seq
      tail.outcomes.append(outcome)
      tail.bytes += outcome.eventBytes
      while tail.outcomes.count - tail.first > Self.capacity || tail.bytes > Self.maxBytes {
        guard tail.first < tail.outcomes.count else { break }
        tail.bytes -= tail.outcomes[tail.first].eventBytes
        tail.outcomes[tail.first].events = []
        tail.first += 1
      }
      if tail.first > Self.capacity {
        tail.outcomes.removeFirst(tail.first)
        tail.first = 0
      }
    }
    if !outcome.events.isEmpty { observe(outcome) }
  }

  /// The outcomes from `seq` on that are durable, at most `limit`, and where to go on.
  package func outcomes(
    from seq: UInt64, limit: Int
  ) async throws -> (outcomes: [CommittedOutcome], next: UInt64) {
    try await outcomes(from: seq, limit: limit, on: disk)
  }

  fileprivate func outcomes(
    from seq: UInt64, limit: Int, on disk: BlockingThread
  ) async throws -> (outcomes: [CommittedOutcome], next: UInt64) {
    guard seq <= durableSeq else { return ([], seq) }
    if let found = recent(from: seq, limit: limit) {
      return (found, (found.last?.seq).map { $0 + 1 } ?? seq)
    }
    let hop = hop
    let lines = try await disk.run {
      try hop.lines(from: seq, limit: limit, maxBytes: Self.diskBytes)
    }
    let outcomes = try lines.map { try CommittedOutcome(seq: $0.seq, data: $0.data) }
    return (outcomes, (lines.last?.seq).map { $0 + 1 } ?? seq)
  }

  private func recent(from seq: UInt64, limit: Int) -> [CommittedOutcome]? {
    tail.withLock { tail in
      guard tail.first < tail.outcomes.count, tail.outcomes[tail.first].seq <= seq,
        let last = tail.outcomes.last, seq <= last.seq
      else { return nil }
      let held = tail.outcomes[tail.first...]
      let start = held.startIndex + Int(seq - held[held.startIndex].seq)
      guard start < held.endIndex, held[start].seq == seq else { return nil }
      return Array(held[start..<min(start + limit, held.endIndex)])
    }
  }
}

/// The same log for readers whose waits for the disk must not become others'.
package struct CommittedTailReader: CommittedLog {
  private let tail: CommittedTail
  private let disk: BlockingThread

  package init(_ tail: CommittedTail, disk: BlockingThread) {
    self.tail = tail
    self.disk = disk
  }

  package var durableSeq: UInt64 { tail.durableSeq }

  package func doorbell() -> AsyncStream<UInt64> { tail.doorbell() }

  package func outcomes(
    from seq: UInt64, limit: Int
  ) async throws -> (outcomes: [CommittedOutcome], next: UInt64) {
    try await tail.outcomes(from: seq, limit: limit, on: disk)
  }
}

extension CommittedOutcome {
  fileprivate var eventBytes: Int { events.reduce(64) { $0 + $1.body.count } }
}
