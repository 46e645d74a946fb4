import Synchronization

/// How long a spool keeps what nobody needs, and how it learns what somebody does.
package struct SpoolRetention: Sendable {
  /// By hop, how long lines stay that nobody needs.
  package var keep: [Duration]
  /// Size of all hops above which such lines go before their time.
  package var maxBytes: UInt64
  /// Hops whose newest segment states an older format lose nothing.
  package var oldestFormat = SpoolRelease.snapshots
  /// By hop, the first line that a reader still needs; `.max` where none needs any. Asked on a
  /// thread of the spool, right before segments go and after every saved cursor was written; it
  /// must not count on anything that is not on disk.
  package var neededFrom: @Sendable () -> [UInt64]
  /// Told which segments of a hop are gone, by their first numbers.
  package var removed: @Sendable (_ hop: Int, _ segments: [UInt64]) -> Void

  package init(
    keep: [Duration], maxBytes: UInt64, neededFrom: @escaping @Sendable () -> [UInt64],
    removed: @escaping @Sendable (_ hop: Int, _ segments: [UInt64]) -> Void = { _, _ in }
  ) {
    self.removed = removed
    self.keep = keep
    self.maxBytes = maxBytes
    self.neededFrom = neededFrom
  }
}

extension Spool {
  /// From now on segments go that nobody needs any more; looked at every second.
  ///
  /// Until `mayRemove` says otherwise a hop keeps everything.
  package func retain(_ retention: SpoolRetention) {
    engine.retention.rules.withLock { $0 = retention }
  }

  /// The state no longer rests on lines of this hop up to `seq`: a start would not need them, even
  /// from the older one of two snapshots. Never taken back.
  package func mayRemove(_ hop: Int, through seq: UInt64) {
    engine.retention.unneededThrough.withLock { $0[hop] = max($0[hop], seq) }
  }

  /// Lines up to these, by hop, go before their time, as soon as nobody needs them. Never taken back.
  package func discard(through marks: [UInt64]) {
    engine.retention.unwantedThrough.withLock { known in
      for (hop, mark) in zip(known.indices, marks) { known[hop] = max(known[hop], mark) }
    }
  }

  /// Whether any of these lines, by hop, was still on disk when that was looked at last.
  package func holds(anyThrough marks: [UInt64]) -> Bool {
    let facts = engine.retention.facts.withLock { $0 }
    return zip(facts, marks).contains { segments, mark in
      segments.first.map { $0.first <= mark } ?? (mark > 0)
    }
  }

  /// Seals every open segment; what comes next stands in new ones. Never returns after a failure.
  /// - Returns: by hop, the last line of what is sealed.
  package func sealAll() async -> [UInt64] {
    let engine = engine
    return await withCheckedContinuation { sealer in
      if engine.queue.withLock({ $0.requestSeal(for: sealer) }) { engine.commitBell.ring() }
    }
  }

  /// Bytes of all hops that stay, however full the disk, while readers need this of each.
  package func bytesKept(neededFrom: [UInt64]) -> UInt64 {
    let hops = engine.retention.facts.withLock { $0 }
    return RetentionPlan.neededBytes(of: engine.retention.plan(hops, neededFrom: neededFrom))
  }

  /// A cursor as it is on disk, whatever was saved since. Blocks.
  package func durableCursor(_ name: String) throws(SpoolError) -> JSONValue? {
    try engine.cursors.load(name, saved: true)
  }

  /// Bytes of all hops, at most a second old.
  package var bytes: UInt64 { engine.retention.bytes.load(ordering: .relaxed) }

  /// Segments deleted since the spool was opened.
  package var segmentsRemoved: UInt64 { engine.retention.removed.load(ordering: .relaxed) }
}

/// What retention remembers between two looks; written by the upkeep thread, read by anyone.
final class RetentionState: Sendable {
  let rules = Mutex<SpoolRetention?>(nil)
  /// By hop, the segments as they were last looked at.
  let facts: Mutex<[[RetentionPlan.Segment]]>
  let unneededThrough: Mutex<[UInt64]>
  let unwantedThrough: Mutex<[UInt64]>
  let bytes = Atomic<UInt64>(0)
  let removed = Atomic<UInt64>(0)

  init(hops: Int) {
    facts = Mutex((0..<hops).map { _ in [] })
    unneededThrough = Mutex((0..<hops).map { _ in 0 })
    unwantedThrough = Mutex((0..<hops).map { _ in 0 })
  }

  /// - Parameter neededFrom: by hop, what readers need; nil when that does not matter yet.
  func plan(
    _ facts: [[RetentionPlan.Segment]], neededFrom: [UInt64]?
  ) -> [RetentionPlan.Hop] {
    let keep = rules.withLock { $0?.keep } ?? []
    let through = unneededThrough.withLock { $0 }
    let unwanted = unwantedThrough.withLock { $0 }
    return facts.indices.map { hop in
      let needed = neededFrom.map { $0[hop] } ?? .max
      return RetentionPlan.Hop(
        segments: facts[hop], unneededThrough: min(through[hop], needed - min(1, needed)),
        keep: keep.indices.contains(hop) ? keep[hop] : .zero,
        unwantedThrough: unwanted[hop])
    }
  }
}
