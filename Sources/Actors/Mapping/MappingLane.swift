package import Transport

/// One mapping lane: writes of different resources side by side, of one resource one by one.
package actor MappingLane {
  package nonisolated let input: BoundedChannel<AcceptedWrite>

  /// How many writes are taken from the stream at once.
  private static let batch = 32
  /// Rounds of "map again" before the caller is told to come back.
  private static let rounds = 8

  private let mapper: ResourceMapper
  private let store: Store
  private let mapped: SpoolHop
  /// Keys between mapping and store, each with the writes that wait behind it. Never more writes
  /// in all than there are callers with an open request.
  private var queues: [ResourceKey: [AcceptedWrite]] = [:]

  init(capacity: Int, mapper: ResourceMapper, store: Store, mapped: SpoolHop) {
    self.mapper = mapper
    self.store = store
    self.mapped = mapped
    input = BoundedChannel(capacity: capacity)
  }

  func run() async {
    await withDiscardingTaskGroup { group in
      while let writes = await input.next(max: Self.batch) {
        for write in writes {
          if queues[write.key]?.append(write) != nil { continue }
          queues[write.key] = []
          group.addTask { await self.drain(from: write) }
        }
      }
    }
  }

  /// Drives a write and then whatever came for its key meanwhile.
  private func drain(from first: AcceptedWrite) async {
    var next: AcceptedWrite? = first
    while let write = next {
      await drive(write)
      if queues[write.key]?.isEmpty == false {
        next = queues[write.key]?.removeFirst()
      } else {
        queues[write.key] = nil
        next = nil
      }
    }
  }

  /// Maps a write until the store decides it; the store's verdict is waited for, not its disk.
  func drive(_ write: AcceptedWrite, refusing error: SCIMError? = nil) async {
    for _ in 0..<Self.rounds where error == nil {
      guard await submit(await mapper.map(write, store: store)) == .stale else { return }
    }
    let last = error ?? .backlog(retryAfter: Intake.loadWait)
    _ = await submit(mapper.refusal(of: write, last))
  }

  /// - Returns: the store's verdict; `decided` too when the store takes nothing any more.
  private func submit(_ change: MappedChange) async -> Verdict {
    mapped.append(change.record)
    guard (try? await store.input.send(change)) != nil else { return .decided }
    return await change.verdict.value()
  }
}
