/// Opens a spool: reads the ends of all hops, refuses if acknowledged data is missing or damaged,
/// and only then repairs what a crash left behind.
struct SpoolOpening {
  let directory: String
  let hops: [HopDescription]
  let options: SpoolOptions
  private let now = Timestamp.now

  /// Numbers of another hop are looked for in this many of the latest lines that hold any; more
  /// than can be between two hops at a time.
  static let namingLines = 8192

  init(directory: String, hops: [HopDescription], options: SpoolOptions) {
    self.directory = directory
    self.hops = hops
    self.options = options
  }

  private struct Found {
    let directory: HopDirectory
    /// The last segment; nil when there is none.
    let survey: SegmentSurvey?
    /// For each reference of the hop, the highest number among its latest lines.
    let named: [UInt64]
    var last: UInt64 { survey?.lastOfAll ?? 0 }
  }

  func run() throws(SpoolError) -> (SpoolEngine, [SegmentWriter], SpoolRecovery) {
    let cursors = CursorFiles(directory: directory + "/cursors")
    let isNew = try SpoolError.files { () throws(FileError) in try makeDirectories() }
    let found = try SpoolError.files { () throws(FileError) in try survey() }
    for (hop, found) in zip(hops, found) { try judge(hop, found) }
    let named = try highestNamed(found, cursors)
    for (index, hop) in hops.enumerated() where !hop.mayGap {
      guard let witness = named[index], witness.seq > found[index].last else { continue }
      throw .acknowledgedDataMissing(
        hop: hop.name, last: found[index].last, named: witness.seq, by: witness.by)
    }
    let lastStop = isNew ? .none : lastStop(cursors, found)
    return try SpoolError.files { () throws(FileError) in
      try restore(found, next: named.map { ($0?.seq ?? 0) + 1 }, cursors, lastStop)
    }
  }

  /// Whether there was no hop yet.
  private func makeDirectories() throws(FileError) -> Bool {
    var isNew = true
    for hop in hops where try !FileSystem.makeDirectory(directory + "/" + hop.name) {
      isNew = false
    }
    for name in ["cursors", "torn"] { try FileSystem.makeDirectory(directory + "/" + name) }
    try FileSystem.syncDirectory(directory)
    for name in hops.map(\.name) + ["cursors"] {
      for file in try FileSystem.list(directory + "/" + name) where file.hasSuffix(".tmp") {
        try FileSystem.remove(directory + "/" + name + "/" + file)
      }
    }
    return isNew
  }
}

// MARK: Reading and judging

extension SpoolOpening {
  private func survey() throws(FileError) -> [Found] {
    var all: [Found] = []
    for hop in hops {
      let directory = try HopDirectory(hop: hop.name, in: directory)
      var last: SegmentSurvey?
      var named = hop.references.map { _ in UInt64(0) }
      var lines = 0
      for segment in directory.segments.reversed() {
        let survey = try SegmentSurvey(segment, of: directory, references: hop.references)
        if last == nil { last = survey }
        for index in named.indices { named[index] = max(named[index], survey.named[index]) }
        lines += survey.namingLines
        if hop.references.isEmpty || lines >= Self.namingLines { break }
      }
      all.append(Found(directory: directory, survey: last, named: named))
    }
    return all
  }

  /// Refuses damage below what was acknowledged, and what a later version has written.
  private func judge(_ hop: HopDescription, _ found: Found) throws(SpoolError) {
    guard let survey = found.survey else { return }
    let segment = found.directory.name(ofSegment: survey.first)
    if let version = survey.newerVersion { throw .newerFormat(segment: segment, version: version) }
    guard !hop.mayGap, let damage = survey.damage else { return }
    guard survey.header == nil || survey.highestBase > survey.last + 1 else { return }
    throw .corrupt(
      segment: segment, offset: damage.offset, seq: survey.last + 1, reason: damage.reason)
  }

  /// For each hop, the highest of its numbers that something written later names.
  private func highestNamed(
    _ found: [Found], _ cursors: CursorFiles
  ) throws(SpoolError) -> [(seq: UInt64, by: String)?] {
    var highest: [(seq: UInt64, by: String)?] = found.map { $0.last > 0 ? ($0.last, "") : nil }
    func note(_ seq: UInt64, of index: Int, by name: String) {
      if seq > highest[index]?.seq ?? 0 { highest[index] = (seq, name) }
    }
    for (hop, found) in zip(hops, found) {
      for (reference, seq) in zip(hop.references, found.named) {
        guard let index = hops.firstIndex(where: { $0.name == reference.hop }) else { continue }
        note(seq, of: index, by: hop.name)
      }
    }
    guard let index = hops.firstIndex(where: \.isAcknowledged) else { return highest }
    let names = try SpoolError.files { () throws(FileError) in try cursors.names() }
    for name in names where name != CursorFiles.redrive {
      guard let cursor = try cursors.load(name) else { continue }
      for member in ["seq", "high"] {
        guard let text = cursor[member]?.number?.text, let seq = UInt64(text) else { continue }
        note(seq, of: index, by: "cursors/\(name).json")
      }
    }
    return highest
  }

  private func lastStop(_ cursors: CursorFiles, _ found: [Found]) -> SpoolRecovery.LastStop {
    let witness = try? cursors.load(CursorFiles.durable)
    let at = witness?["at"]?.string.flatMap { Timestamp(parsing: $0) }
    if witness?["clean"]?.bool == true, let at { return .clean(at) }
    return .crash(([at] + found.map(\.survey?.newest)).compactMap { $0 }.max())
  }
}

// MARK: Repairing

extension SpoolOpening {
  private func restore(
    _ found: [Found], next: [UInt64], _ cursors: CursorFiles, _ lastStop: SpoolRecovery.LastStop
  ) throws(FileError) -> (SpoolEngine, [SegmentWriter], SpoolRecovery) {
    let header = found.compactMap(\.survey?.header).max { $0.created < $1.created }
    let instance = header?.instance ?? Hex.encode(Random.bytes(8))
    let epoch = header?.epoch ?? 1
    var writers: [SegmentWriter] = []
    var states: [HopState] = []
    var reports: [SpoolRecovery.Hop] = []
    for (index, found) in found.enumerated() {
      let restorer = HopRestorer(
        directory: found.directory, torn: directory + "/torn", instance: instance, epoch: epoch,
        now: now)
      let outcome = try restorer.restore(found.survey, next: next[index])
      let segments = try HopDirectory(hop: hops[index].name, in: directory).segments
      writers.append(outcome.writer)
      states.append(
        HopState(index: index, hops[index], outcome.writer, segments: segments))
      reports.append(report(found, outcome, segments: segments))
    }
    let engine = SpoolEngine(
      directory: directory, options: options, hops: states, cursors: cursors)
    try engine.witnessAtStart()
    let recovery = SpoolRecovery(
      lastStop: lastStop, wasTightened: false, instance: instance, epoch: epoch, hops: reports)
    return (engine, writers, recovery)
  }

  private func report(
    _ found: Found, _ outcome: HopRestorer.Outcome, segments: [UInt64]
  ) -> SpoolRecovery.Hop {
    let last = outcome.writer.last
    var report = SpoolRecovery.Hop(
      name: found.directory.hop, first: last > 0 ? segments.first : nil, last: last,
      segments: segments.count)
    report.keptIn = outcome.keptIn
    if last > found.last { report.gap = (found.last + 1)...last }
    guard let survey = found.survey, survey.damage != nil else { return report }
    if survey.highestBase > survey.last + 1 {
      report.damagedLines = survey.linesBehindDamage - survey.strays.count
    } else {
      report.tornLines = survey.linesBehindDamage
    }
    return report
  }
}
