/// What the ends of all hops, and all that names their lines, say about a spool; changes nothing.
///
/// Whatever is written later is read earlier, so that a spool in use is not found wanting: first
/// the cursors, then the hops from the last to the first.
struct SpoolSurvey {
  struct Found {
    let directory: HopDirectory
    /// The last segment; nil when there is none.
    let survey: SegmentSurvey?
    /// For each reference of the hop, the highest number among its latest lines.
    let named: [UInt64]
    var last: UInt64 { survey?.lastOfAll ?? 0 }
  }

  /// A line that must exist, because something written after it names it.
  struct Witness: Equatable {
    let seq: UInt64
    let by: String
  }

  /// Numbers of another hop are looked for in this many of the latest lines that hold any; more
  /// than can be between two hops at a time.
  static let namingLines = 8192

  let hops: [HopDescription]
  let found: [Found]
  /// For each hop, the highest of its numbers that something names.
  private(set) var witnesses: [Witness?]

  init(directory: String, hops: [HopDescription]) throws(SpoolError) {
    self.hops = hops
    let cursors = CursorFiles(directory: directory + "/cursors")
    let proof = try Self.highest(
      Self.highest(in: cursors), Self.highest(of: SnapshotFiles(spool: directory)))
    var found: [Found] = []
    for hop in hops.reversed() {
      found.insert(
        try SpoolError.files { () throws(FileError) in try Self.read(hop, in: directory) }, at: 0)
    }
    self.found = found
    witnesses = hops.map { $0.isAcknowledged ? proof : nil }
    if let decided = try? Self.decided(by: SnapshotFiles(spool: directory)),
      let hop = hops.first(where: \.isAcknowledged)?.references.first?.hop,
      let index = hops.firstIndex(where: { $0.name == hop })
    {
      witnesses[index] = decided
    }
    for (hop, found) in zip(hops, found) {
      for (reference, seq) in zip(hop.references, found.named) {
        guard let index = hops.firstIndex(where: { $0.name == reference.hop }),
          seq > witnesses[index]?.seq ?? 0
        else { continue }
        witnesses[index] = Witness(seq: seq, by: hop.name)
      }
    }
  }

  /// The number with which a hop goes on: above all it holds, and all that is named of it.
  func next(_ index: Int) -> UInt64 {
    max(found[index].last, witnesses[index]?.seq ?? 0) + 1
  }

  /// Why the spool must not be opened; nil when it may.
  var refusal: SpoolError? {
    for (hop, found) in zip(hops, found) {
      if let refusal = Self.refusal(of: hop, found) { return refusal }
    }
    guard let (index, witness) = missing else { return nil }
    let found = found[index]
    // A witness turns what would be a torn end into damage of what was acknowledged.
    if let survey = found.survey, let damage = survey.damage {
      return .corrupt(
        segment: found.directory.name(ofSegment: survey.first), offset: damage.offset,
        seq: survey.last + 1,
        reason: "\(damage.reason), and \(witness.by) names line \(witness.seq)")
    }
    return .acknowledgedDataMissing(
      hop: hops[index].name, last: found.last, named: witness.seq, by: witness.by)
  }

  /// The first hop of which a line is named that it does not hold, although it may have no gap.
  private var missing: (hop: Int, witness: Witness)? {
    for (index, hop) in hops.enumerated() where !hop.mayGap {
      guard let witness = witnesses[index], witness.seq > found[index].last else { continue }
      return (index, witness)
    }
    return nil
  }

  /// Damage below what was acknowledged, or what a later version has written.
  private static func refusal(of hop: HopDescription, _ found: Found) -> SpoolError? {
    guard let survey = found.survey else { return nil }
    let segment = found.directory.name(ofSegment: survey.first)
    if let version = survey.newerVersion {
      return .newerFormat(segment: segment, version: version)
    }
    guard hop.isAcknowledged, let damage = survey.damage, survey.isDamagedBelowBase
    else { return nil }
    return .corrupt(
      segment: segment, offset: damage.offset, seq: survey.last + 1, reason: damage.reason)
  }

  private static func read(
    _ hop: HopDescription, in directory: String
  ) throws(FileError) -> Found {
    let directory = try HopDirectory(hop: hop.name, in: directory)
    var last: SegmentSurvey?
    var named = hop.references.map { _ in UInt64(0) }
    var lines = 0
    for segment in directory.segments.reversed() {
      guard let survey = try survey(segment, of: directory, hop) else { break }
      if last == nil { last = survey }
      for index in named.indices { named[index] = max(named[index], survey.named[index]) }
      lines += survey.namingLines
      if hop.references.isEmpty || lines >= namingLines { break }
    }
    return Found(directory: directory, survey: last, named: named)
  }

  private static func highest(_ one: Witness?, _ other: Witness?) -> Witness? {
    one?.seq ?? 0 >= other?.seq ?? 0 ? one ?? other : other
  }

  /// The last accepted line that the newest snapshot knows to be decided.
  private static func decided(by snapshots: SnapshotFiles) throws(SpoolError) -> Witness? {
    guard let number = try snapshots.numbers().last else { return nil }
    let seq = try snapshots.open(number).header.acceptedThrough
    return seq > 0 ? Witness(seq: seq, by: snapshots.name(of: number)) : nil
  }

  /// A snapshot gets its name only after the sync that covers what it includes.
  private static func highest(of snapshots: SnapshotFiles) throws(SpoolError) -> Witness? {
    try snapshots.numbers().last.map { Witness(seq: $0, by: snapshots.name(of: $0)) }
  }

  /// nil when a server that runs has let go of the segment meanwhile; never the last one.
  private static func survey(
    _ segment: UInt64, of directory: HopDirectory, _ hop: HopDescription
  ) throws(FileError) -> SegmentSurvey? {
    do throws(FileError) {
      return try SegmentSurvey(segment, of: directory, references: hop.references)
    } catch {
      if error.isMissing && segment != directory.segments.last { return nil }
      throw error
    }
  }

  /// A cursor is saved only after the sync that covers what its `seq` or `high` names.
  private static func highest(in cursors: CursorFiles) throws(SpoolError) -> Witness? {
    var highest: Witness?
    let names = try SpoolError.files { () throws(FileError) in try cursors.names() }
    for name in names where name != CursorFiles.redrive {
      guard let cursor = try cursors.load(name) else { continue }
      for member in ["seq", "high"] {
        guard let text = cursor[member]?.number?.text, let seq = UInt64(text),
          seq > highest?.seq ?? 0
        else { continue }
        highest = Witness(seq: seq, by: "cursors/\(name).json")
      }
    }
    return highest
  }
}
