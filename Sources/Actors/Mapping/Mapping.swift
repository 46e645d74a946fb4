package import Transport

/// SCIM-to-HRIS mapping: as many lanes as the flag says, one resource always in the same lane.
///
/// A lane reads the resource's current version, computes what the write makes of it, and gives
/// that to the state store. Lanes share nothing, so mapping uses as many processors as there are.
package actor Mapping: Stage {
  package nonisolated let name = StageName.mapping
  package nonisolated let lanes: [MappingLane]

  package init(
    lanes: Int, capacity: Int, mapper: ResourceMapper, store: Store, mapped: SpoolHop
  ) {
    self.lanes = (0..<lanes).map { _ in
      MappingLane(
        capacity: max(16, capacity / lanes), mapper: mapper, store: store, mapped: mapped)
    }
    self.store = store
  }

  private let store: Store

  /// Runs until `finish` and until every lane is empty; then the store's stream ends.
  package func run() async throws {
    let lanes = lanes
    await withDiscardingTaskGroup { group in
      for lane in lanes {
        group.addTask { await lane.run() }
      }
    }
    store.input.finish()
  }

  /// Hands a write to the lane of its resource; suspends while that lane is full.
  package nonisolated func submit(_ write: AcceptedWrite) async {
    let lane = lanes[Int(UInt(bitPattern: write.key.hashValue) % UInt(lanes.count))]
    guard (try? await lane.input.send(write)) != nil else {
      return write.reply.resolve(SCIMAnswer(.backlog(retryAfter: Intake.loadWait)))
    }
  }

  /// No more writes will be submitted.
  nonisolated func finish() {
    for lane in lanes { lane.input.finish() }
  }

  /// Drives a write of an earlier life to its outcome, for a caller who is long gone.
  ///
  /// - Parameter error: refuse it with this instead of mapping it.
  package nonisolated func redrive(_ write: AcceptedWrite, refusing error: SCIMError? = nil) async {
    await lanes[0].drive(write, refusing: error)
  }
}
