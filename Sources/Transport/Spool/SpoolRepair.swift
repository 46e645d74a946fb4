import Glibc

/// Makes a spool start again whose start is refused, for a person who has decided to give up what
/// is lost. It holds the lock meanwhile, so never beside a server.
///
/// Everything that reads back is kept: the acknowledged hop is written anew from the first damaged
/// segment on, with a `gap` where numbers are missing, and goes on in a segment of the next epoch,
/// above everything that was ever named. Damaged files move to `torn/` as they are.
package struct SpoolRepair {
  package struct Outcome: Sendable, Hashable {
    package var hop: String
    /// Numbers whose lines are gone.
    package var lost: [ClosedRange<UInt64>] = []
    /// Files under the spool that hold what was damaged.
    package var kept: [String] = []
    /// What the next line will be called.
    package var next: UInt64 = 1
    package var epoch = 1
  }

  let directory: HopDirectory
  let survey: SegmentSurvey
  /// Lines above it were never acknowledged.
  let last: UInt64
  /// The highest number that anything names.
  let witnessed: UInt64
  let spool: String
  let now = Timestamp.now

  /// Gives up acknowledged lines that are missing or damaged. Blocks.
  /// - Returns: nil when there are none, and nothing has been touched.
  package static func acceptLoss(
    directory: String, hops: [HopDescription]
  ) throws(SpoolError) -> Outcome? {
    let lock = try SpoolLock.take(in: directory)
    defer { withExtendedLifetime(lock) {} }
    let survey = try SpoolSurvey(directory: directory, hops: hops)
    if case .newerFormat? = survey.refusal, let refusal = survey.refusal { throw refusal }
    guard let index = hops.firstIndex(where: \.isAcknowledged) else { return nil }
    let found = survey.found[index]
    let witnessed = survey.witnesses[index]?.seq ?? 0
    guard let last = found.survey else {
      return try begin(found.directory, above: witnessed, survey)
    }
    return try SpoolRepair(
      directory: found.directory, survey: last, last: found.last,
      witnessed: max(witnessed, found.last), spool: directory
    ).run()
  }

  /// What stands beside snapshots may know lines by their places in files, which will move.
  private static func forgetPlaces(in spool: String) throws(SpoolError) {
    try SpoolError.files { () throws(FileError) in
      let directory = spool + "/snapshots"
      guard try FileSystem.status(directory) != nil else { return }
      for name in try FileSystem.list(directory) where name.hasSuffix(".index") {
        try FileSystem.remove("\(directory)/\(name)")
      }
      try FileSystem.syncDirectory(directory)
    }
  }

  /// Nothing is left of the hop: it begins above everything that is named.
  private static func begin(
    _ directory: HopDirectory, above witnessed: UInt64, _ survey: SpoolSurvey
  ) throws(SpoolError) -> Outcome? {
    guard witnessed > 0 else { return nil }
    let header = survey.found.compactMap(\.survey?.header).max { $0.created < $1.created }
    let epoch = (header?.epoch ?? 1) + 1
    var fresh = header ?? .unknown(hop: directory.hop)
    (fresh.hop, fresh.first, fresh.created) = (directory.hop, witnessed + 1, .now)
    (fresh.epoch, fresh.previousChecksum, fresh.gap) = (epoch, nil, 1...witnessed)
    try SpoolError.files { () throws(FileError) in
      try FileSystem.makeDirectory(directory.path)
      _ = try SegmentWriter(creating: fresh, in: directory.path)
    }
    return Outcome(
      hop: directory.hop, lost: [1...witnessed], next: witnessed + 1, epoch: epoch)
  }

  private func run() throws(SpoolError) -> Outcome? {
    let damaged = try damagedSegments()
    let isWhole = damaged.isEmpty && witnessed == last && !survey.isDamagedBelowBase
    if isWhole { return nil }
    try Self.forgetPlaces(in: spool)
    let first = min(damaged.min() ?? survey.first, survey.first)
    let old = directory.segments.filter { $0 >= first }
    return try SpoolError.files { () throws(FileError) in
      let scratch = try ScratchDirectory(in: spool, named: "repair")
      defer { scratch.remove() }
      var rewriting = try HopRewriting(self, from: first, in: scratch.path)
      try rewriting.run()
      var outcome = rewriting.outcome
      outcome.kept = try replace(old, damaged, by: scratch.path)
      return outcome
    }
  }

  /// Segments with a place that does not read back, or that do not belong where they stand.
  private func damagedSegments() throws(SpoolError) -> Set<UInt64> {
    var damaged: Set<UInt64> = []
    var before: UInt64?
    var current: UInt64?
    do {
      try HopReader(directory: directory).read { item in
        if case .segment(_, let first) = item { (before, current) = (current, first) }
        guard case .damage(let segment, let offset, _, _) = item else { return true }
        if segment == survey.first && offset > 0 && !survey.isDamagedBelowBase { return true }
        damaged.insert(segment)
        // What does not follow may be whole, and the one before it lack its end.
        if offset == 0, let neighbour = segment == current ? before : current {
          damaged.insert(neighbour)
        }
        return true
      }
    } catch let error as SpoolError {
      throw error
    } catch {
      throw .file(FileError("read", directory.path, code: EIO))
    }
    return damaged
  }

  /// The old segments leave first, into `torn/`: a crash in between loses nothing, and the start
  /// goes on refusing. What was whole is dropped from there in the end.
  private func replace(
    _ old: [UInt64], _ damaged: Set<UInt64>, by scratch: String
  ) throws(FileError) -> [String] {
    let torn = spool + "/torn"
    try FileSystem.makeDirectory(torn)
    var moved: [(segment: UInt64, name: String)] = []
    for segment in old {
      let name = "\(directory.hop)-\(segment)-\(now.milliseconds).jsonl"
      try FileSystem.rename(directory.path(ofSegment: segment), to: "\(torn)/\(name)")
      moved.append((segment, name))
    }
    try FileSystem.syncDirectory(torn)
    for name in try FileSystem.list(scratch) {
      try FileSystem.rename("\(scratch)/\(name)", to: "\(directory.path)/\(name)")
    }
    try FileSystem.syncDirectory(directory.path)
    var kept: [String] = []
    for (segment, name) in moved {
      if damaged.contains(segment) || segment == survey.first && survey.damage != nil {
        kept.append("torn/" + name)
      } else {
        try FileSystem.remove("\(torn)/\(name)")
      }
    }
    return kept
  }
}

extension SegmentHeader {
  /// Where no header is left to go on from.
  static func unknown(hop: String) -> SegmentHeader {
    SegmentHeader(
      hop: hop, first: 1, created: .now, instance: Hex.encode(Random.bytes(8)), epoch: 1)
  }
}
