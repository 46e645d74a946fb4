import Synchronization

/// What a spool has done since it was opened, for metrics and the bench.
package struct SpoolCounters: Sendable, Hashable {
  package struct Hop: Sendable, Hashable {
    package var name: String
    package var lines: UInt64
    package var bytes: UInt64
    package var lastSeq: UInt64
    package var durableSeq: UInt64
  }

  package var hops: [Hop]
  /// Syncs on the critical path.
  package var commits: UInt64
  /// Lines those syncs covered, of all hops.
  package var committedLines: UInt64
  /// Spent in those syncs.
  package var syncTime: Duration
  package var longestSync: Duration
  package var largestBatch: UInt64
  package var segmentsSealed: UInt64
}

/// The same while it is being counted; written by the commit thread, read by anyone.
final class CommitCounters: Sendable {
  let commits = Atomic<UInt64>(0)
  let lines = Atomic<UInt64>(0)
  let syncNanoseconds = Atomic<UInt64>(0)
  let longestSync = Atomic<UInt64>(0)
  let largestBatch = Atomic<UInt64>(0)
  let segmentsSealed = Atomic<UInt64>(0)

  func noteCommit(lines count: Int, took duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let nanoseconds = UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    commits.add(1, ordering: .relaxed)
    lines.add(UInt64(count), ordering: .relaxed)
    syncNanoseconds.add(nanoseconds, ordering: .relaxed)
    longestSync.max(nanoseconds, ordering: .relaxed)
    largestBatch.max(UInt64(count), ordering: .relaxed)
  }
}
