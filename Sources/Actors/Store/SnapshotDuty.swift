package import Transport

/// What the store is given to take snapshots of its state.
package struct SnapshotDuty: Sendable {
  /// The newest snapshot there is, and what was committed after it before this start.
  package struct Latest: Sendable {
    package var seq: UInt64
    /// Of the snapshot; 0 when there is none.
    package var bytes: UInt64
    /// Of the log behind it.
    package var tail: UInt64

    package init(seq: UInt64, bytes: UInt64, tail: UInt64) {
      self.seq = seq
      self.bytes = bytes
      self.tail = tail
    }
  }

  package var files: SnapshotFiles
  package var thread: BlockingThread
  /// Lines between two; nil when the log behind a snapshot may grow to half the snapshot's size.
  package var every: Int?
  package var instance: String
  package var epoch: Int
  package var latest: Latest
  /// Whether so many bytes may be written without coming near the disk's reserve.
  package var hasRoom: @Sendable (UInt64) -> Bool
  /// Called with the new snapshot's number once it is on disk and rows point into it, and with the
  /// first line whose bytes were not yet known to be on disk; removes and releases what that allows.
  /// Blocks.
  package var settled: @Sendable (_ seq: UInt64, _ landing: UInt64) throws -> Void
  package var log: Logger

  package init(
    files: SnapshotFiles, thread: BlockingThread, every: Int?, instance: String, epoch: Int,
    latest: Latest, log: Logger, hasRoom: @escaping @Sendable (UInt64) -> Bool,
    settled: @escaping @Sendable (_ seq: UInt64, _ landing: UInt64) throws -> Void
  ) {
    self.files = files
    self.thread = thread
    self.every = every
    self.instance = instance
    self.epoch = epoch
    self.latest = latest
    self.log = log
    self.hasRoom = hasRoom
    self.settled = settled
  }

  /// Without a number of lines, a log shorter than this is no reason for a snapshot.
  private static let least: UInt64 = 256 << 20

  /// What a snapshot comes to at most, by what there is.
  func expected(bytes: UInt64) -> UInt64 { latest.bytes + latest.tail + bytes }

  /// - Parameters:
  ///   - seq: the last line on disk.
  ///   - bytes: written to the log since this process began.
  func isDue(at seq: UInt64, bytes: UInt64) -> Bool {
    guard seq > latest.seq else { return false }
    if let every { return seq - latest.seq >= UInt64(every) }
    return latest.tail + bytes >= max(Self.least, latest.bytes / 2)
  }
}
