import Actors
import Transport

/// What follows from a snapshot: the one before the last but one goes, and the log may be cut behind
/// the last but one.
struct SnapshotKeeper: Sendable {
  /// Two, so that one that turns out damaged has one behind it.
  private static let kept = 2

  let spool: Spool
  /// Who keeps removed files open would keep their space, too.
  let records: RecordFiles
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
      instance: recovery.instance, epoch: recovery.epoch, latest: latest, log: log,
      hasRoom: { spool.diskFree >= spool.diskReserve + $0 + $0 / 3 }
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
    for number in numbers.dropLast(Self.kept) {
      try files.remove(number)
      records.drop([.snapshot(number)])
    }
    guard numbers.count >= Self.kept else { return }
    guard let older = try header(of: numbers[numbers.count - Self.kept], in: files) else { return }
    spool.mayRemove(Hop.accepted.rawValue, through: older.acceptedThrough)
    spool.mayRemove(Hop.mapped.rawValue, through: .max)
    spool.mayRemove(Hop.committed.rawValue, through: min(older.seq, landing - 1))
  }

  /// Nil, and set aside, when it is damaged: then it makes nothing unneeded.
  private func header(
    of number: UInt64, in files: SnapshotFiles
  ) throws(SpoolError) -> SnapshotHeader? {
    do { return try files.open(number).header } catch {
      guard case .corrupt = error else { throw error }
      log.error("the older snapshot is damaged; it is set aside", ["why": error])
      try files.setAside(number)
      return nil
    }
  }
}
