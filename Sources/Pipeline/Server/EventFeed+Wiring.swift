import Actors
import Transport

extension EventFeed {
  /// - Parameter disk: a thread of the feed's own, so that readers far behind hold up nobody else.
  convenience init(_ topology: Topology, spool: Spool, epoch: Int, disk: BlockingThread) {
    let committed = spool.hop(.committed)
    let times = HopTimes(hop: committed, disk: disk)
    let view = topology.view
    self.init(
      log: topology.store.withoutErased(CommittedTailReader(topology.committed, disk: disk)),
      epoch: epoch,
      firstSeq: { committed.firstSeq ?? committed.lastSeq + 1 },
      linesNear: { try await times.lines(near: $0) }, configuration: { view.current },
      isErased: { [store = topology.store] event in store.isErased(event) })
  }
}
