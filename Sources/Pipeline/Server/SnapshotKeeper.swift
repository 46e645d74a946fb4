import Actors
import Transport

/// What follows from a snapshot: the one before the last but one goes, and the log may be cut behind
/// the last but one.
struct SnapshotKeeper: Sendable {
  /// Two, so that one that turns out damaged has one behind it.
  private static let kept = 2

  let spool: Spool
  let log: Logger

  func duty(
    _ latest: SnapshotDuty.Latest, _ recovery: SpoolRecovery, every: Int?, thread: BlockingThread
  ) -> SnapshotDuty {
    SnapshotDuty(
      files: SnapshotFiles(spool: spool.directory), thread: thread, every: every,
      instance: recovery.instance, epoch: recovery.epoch, latest: latest, log: log
    ) { seq in
      try settle()
      log.debug("snapshot taken", ["line": seq])
    }
  }

  /// Removes what two newer snapshots have replaced. Blocks.
  func settle() throws(SpoolError) {
    let files = SnapshotFiles(spool: spool.directory)
    for number in try files.numbers().dropLast(Self.kept) { try files.remove(number) }
  }
}
