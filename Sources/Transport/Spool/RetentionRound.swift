import Synchronization

/// One look at what may go, and its removal: cursors first, then names, then the directory, so that
/// no crash leaves a reader asking for what is gone.
struct RetentionRound {
  private let engine: SpoolEngine

  init(_ engine: SpoolEngine) { self.engine = engine }

  func run(now: Timestamp) throws(SpoolError) {
    let facts = try measure()
    guard let rules = engine.retention.rules.withLock({ $0 }) else { return }
    // Most of the time nothing could go even if nobody read; then nobody is asked.
    if plan(facts, nil, rules, now).isEmpty { return }
    try SpoolError.files { () throws(FileError) in try engine.cursors.flush() }
    let plan = plan(facts, rules.neededFrom(), rules, now)
    if plan.isEmpty { return }
    try SpoolError.files { () throws(FileError) in try engine.cursors.syncNames() }
    for (hop, segments) in zip(engine.hops, plan.removals) where !segments.isEmpty {
      guard try isRemovable(hop, rules) else { continue }
      try SpoolError.files { () throws(FileError) in try remove(segments, of: hop) }
      rules.removed(hop.index, segments)
    }
    try measure()
  }

  private func plan(
    _ facts: [[RetentionPlan.Segment]], _ neededFrom: [UInt64]?, _ rules: SpoolRetention,
    _ now: Timestamp
  ) -> RetentionPlan {
    RetentionPlan(
      engine.retention.plan(facts, neededFrom: neededFrom), maxBytes: rules.maxBytes, now: now)
  }

  /// Looks at segments not seen before and at those that still grow; sealed ones stay as they are.
  ///
  /// A sealed segment's newest line is as old as its file: the footer was the last thing written.
  /// A start copies the last segment and so makes it younger, which keeps it longer, never shorter.
  @discardableResult
  func measure() throws(SpoolError) -> [[RetentionPlan.Segment]] {
    let known = engine.retention.facts.withLock { $0 }
    var facts: [[RetentionPlan.Segment]] = []
    for (hop, before) in zip(engine.hops, known) { facts.append(try segments(of: hop, before)) }
    let bytes = facts.reduce(0) { sum, hop in hop.reduce(sum) { $0 + $1.bytes } }
    engine.retention.bytes.store(bytes, ordering: .relaxed)
    engine.retention.facts.withLock { [facts] in $0 = facts }
    return facts
  }

  private func segments(
    of hop: HopState, _ before: [RetentionPlan.Segment]
  ) throws(SpoolError) -> [RetentionPlan.Segment] {
    let written = hop.written.load(ordering: .acquiring)
    let directory = hop.directory
    // The one that was last before may have grown since.
    let sealed = Dictionary(uniqueKeysWithValues: before.dropLast().map { ($0.first, $0) })
    var segments: [RetentionPlan.Segment] = []
    for (index, first) in directory.segments.enumerated() {
      if let known = sealed[first] {
        segments.append(known)
        continue
      }
      let status = try SpoolError.files { () throws(FileError) in
        try FileSystem.status(directory.path(ofSegment: first))
      }
      let isLast = index == directory.segments.count - 1
      segments.append(
        RetentionPlan.Segment(
          first: first, last: isLast ? max(written, first - 1) : directory.segments[index + 1] - 1,
          bytes: status?.size ?? 0, newest: status?.modified ?? .now))
    }
    return segments
  }

  /// Whether the hop is of a format whose readers know that segments may be gone.
  private func isRemovable(_ hop: HopState, _ rules: SpoolRetention) throws(SpoolError) -> Bool {
    let directory = hop.directory
    guard let last = directory.segments.last else { return false }
    return try SpoolError.files { () throws(FileError) in
      let file = try File(directory.path(ofSegment: last), .reading)
      var lines = FileLines(file, through: try file.size(), longest: 4096, read: 4096)
      guard let line = try lines.next() else { return false }
      let version = SegmentHeader.version(of: lines.buffer.span.extracting(line.range))
      return version ?? 0 >= rules.oldestFormat
    }
  }

  private func remove(_ segments: [UInt64], of hop: HopState) throws(FileError) {
    hop.forget(Set(segments))
    for segment in segments {
      let path = hop.path + "/" + SpoolFormat.segmentName(first: segment)
      if try FileSystem.remove(path) { engine.retention.removed.add(1, ordering: .relaxed) }
      // One by one: a power cut between two must not bring an older one back behind a hole.
      try FileSystem.syncDirectory(hop.path)
    }
  }
}

extension SpoolEngine {
  /// Asks the commit thread to seal segments that nothing was appended to for so long.
  func sealOldSegments(now: Timestamp) {
    let isDue = hops.contains { hop in
      let started = hop.started.load(ordering: .relaxed)
      return started > 0
        && Timestamp(milliseconds: started).advanced(by: options.segmentAge) <= now
    }
    guard isDue, queue.withLock({ $0.requestSeal() }) else { return }
    commitBell.ring()
  }
}
