package import Transport

/// One mapping lane: writes of different resources together, of one resource one by one.
///
/// A resource's writes all come to one lane. The lane maps at most one of each between two
/// verdicts of the store; the others wait behind it. Only the verdict is waited for, never the
/// disk, and it comes through the change's own slot.
package actor MappingLane {
  package nonisolated let input: BoundedChannel<AcceptedWrite>

  /// How many writes are taken from the stream at once, and how many wait here at most.
  private static let batch = 32
  /// Rounds of "map again" before the caller is told to come back.
  private static let rounds = 8

  private let mapper: ResourceMapper
  private let store: Store
  private let mapped: SpoolHop

  init(capacity: Int, mapper: ResourceMapper, store: Store, mapped: SpoolHop) {
    self.mapper = mapper
    self.store = store
    self.mapped = mapped
    input = BoundedChannel(capacity: capacity)
  }

  func run() async {
    while let writes = await input.next(max: Self.batch) {
      var waiting = writes.map { Turn(write: $0) }
      while !waiting.isEmpty { waiting = await drive(waiting) }
    }
  }

  /// Drives one write of an earlier life to its outcome.
  func drive(_ write: AcceptedWrite, refusing error: SCIMError?) async {
    var waiting = [Turn(write: write, refusal: error)]
    while !waiting.isEmpty { waiting = await drive(waiting) }
  }

  private struct Turn {
    let write: AcceptedWrite
    var rounds = 0
    var refusal: SCIMError?
  }

  /// Maps the first write of each resource and waits for the store's verdicts.
  ///
  /// - Returns: what is left, in order: those to be mapped again stay ahead of their resource's
  ///   later writes.
  private func drive(_ turns: [Turn]) async -> [Turn] {
    var seen: Set<ResourceKey> = []
    var submitted: [(turn: Turn, change: MappedChange)] = []
    var later: [Turn] = []
    seen.reserveCapacity(turns.count)
    submitted.reserveCapacity(turns.count)
    for turn in turns {
      if seen.insert(turn.write.key).inserted {
        await store.warm(turn.write.key)
        submitted.append((turn, map(turn)))
      } else {
        later.append(turn)
      }
    }
    mapped.append(submitted.map(\.change.record))
    for (_, change) in submitted {
      guard (try? await store.input.send(change)) != nil else { return giveUp(turns) }
    }
    var again: [Turn] = []
    for (var turn, change) in submitted {
      guard case .stale = await change.verdict.value() else { continue }
      turn.rounds += 1
      again.append(turn)
    }
    return again + later
  }

  /// The store takes nothing any more: whoever still waits is told to come back. A caller who was
  /// answered already is not answered twice.
  private func giveUp(_ turns: [Turn]) -> [Turn] {
    for turn in turns {
      turn.write.reply.resolve(SCIMAnswer(.backlog(retryAfter: Intake.loadWait)))
    }
    return []
  }

  private func map(_ turn: Turn) -> MappedChange {
    if let refusal = turn.refusal { return mapper.refusal(of: turn.write, refusal) }
    if turn.rounds >= Self.rounds {
      return mapper.refusal(of: turn.write, .backlog(retryAfter: Intake.loadWait))
    }
    return mapper.map(turn.write, store: store)
  }
}
