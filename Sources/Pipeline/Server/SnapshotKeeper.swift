import Actors
import Transport

/// What follows from a snapshot: the one before the last but one goes, and the log may be cut behind
/// the last but one.
struct SnapshotKeeper: Sendable {
  /// Two, so that one that turns out damaged has one behind it.
  private static let kept = 2

  let spool: Spool
  let log: Logger

  /// Also looks at what is there, for a start.
  /// - Returns: nil for a spool of a format that has none.
  func duty(
    _ latest: SnapshotDuty.Latest, _ recovery: SpoolRecovery, every: Int?, thread: BlockingThread
  ) throws(SpoolError) -> SnapshotDuty? {
    guard recovery.format >= SpoolRelease.snapshots else { return nil }
    try settle()
    return SnapshotDuty(
      files: SnapshotFiles(spool: spool.directory), thread: thread, every: every,
      instance: recovery.instance, epoch: recovery.epoch, latest: latest, log: log
    ) { seq, landing in
      try settle(landing: landing)
      log.debug("snapshot taken", ["line": seq])
    }
  }

  /// Removes what two newer snapshots have replaced, and says what the older of the two makes
  /// unneeded. A start reads no line of `2-mapped`. Blocks.
  /// - Parameter landing: the first line that a row points to without knowing where it stands.
  func settle(landing: UInt64 = .max) throws(SpoolError) {
    let files = SnapshotFiles(spool: spool.directory)
    let numbers = try files.numbers()
    for number in numbers.dropLast(Self.kept) { try files.remove(number) }
    guard numbers.count >= Self.kept else { return }
    let older = try files.open(numbers[numbers.count - Self.kept]).header
    spool.mayRemove(Hop.accepted.rawValue, through: older.acceptedThrough)
    spool.mayRemove(Hop.mapped.rawValue, through: .max)
    spool.mayRemove(Hop.committed.rawValue, through: min(older.seq, landing - 1))
  }
}
