/// Opens a spool: reads the ends of all hops, refuses if acknowledged data is missing or damaged,
/// and only then repairs what a crash left behind.
struct SpoolOpening {
  let directory: String
  let hops: [HopDescription]
  let options: SpoolOptions
  private let now = Timestamp.now

  init(directory: String, hops: [HopDescription], options: SpoolOptions) {
    self.directory = directory
    self.hops = hops
    self.options = options
  }

  func run() throws(SpoolError) -> (SpoolEngine, [SegmentWriter], SpoolRecovery) {
    let cursors = CursorFiles(directory: directory + "/cursors")
    let isNew = try SpoolError.files { () throws(FileError) in try makeDirectories() }
    let survey = try SpoolSurvey(directory: directory, hops: hops)
    if let refusal = survey.refusal { throw refusal }
    if let refusal = try newerSnapshot() { throw refusal }
    let lastStop = isNew ? .none : lastStop(cursors, survey.found)
    return try SpoolError.files { () throws(FileError) in
      try restore(survey, cursors, lastStop)
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
    // Before recovery needs room of its own.
    let snapshots = try FileSystem.status(directory + "/" + SnapshotFiles.name)
    let others = ["cursors"] + (snapshots == nil ? [] : [SnapshotFiles.name])
    for name in hops.map(\.name) + others {
      for file in try FileSystem.list(directory + "/" + name) where file.hasSuffix(".tmp") {
        try FileSystem.remove(directory + "/" + name + "/" + file)
      }
    }
    return isNew
  }

  private func lastStop(
    _ cursors: CursorFiles, _ found: [SpoolSurvey.Found]
  ) -> SpoolRecovery.LastStop {
    let witness = try? cursors.load(CursorFiles.durable)
    let at = witness?["at"]?.string.flatMap { Timestamp(parsing: $0) }
    if witness?["clean"]?.bool == true, let at { return .clean(at) }
    return .crash(([at] + found.map(\.survey?.newest)).compactMap { $0 }.max())
  }
}

// MARK: Repairing

extension SpoolOpening {
  private func restore(
    _ survey: SpoolSurvey, _ cursors: CursorFiles, _ lastStop: SpoolRecovery.LastStop
  ) throws(FileError) -> (SpoolEngine, [SegmentWriter], SpoolRecovery) {
    let header = survey.found.compactMap(\.survey?.header).max { $0.created < $1.created }
    let instance = header?.instance ?? Hex.encode(Random.bytes(8))
    let epoch = (header?.epoch ?? 1) + (options.raisesEpoch && header != nil ? 1 : 0)
    let formatBefore = survey.found.compactMap(\.survey?.header?.format).max()
    let format = options.upgradesFormat ? SpoolRelease.written : formatBefore ?? options.newFormat
    var writers: [SegmentWriter] = []
    var states: [HopState] = []
    var reports: [SpoolRecovery.Hop] = []
    for (index, found) in survey.found.enumerated() {
      let restorer = HopRestorer(
        directory: found.directory, torn: directory + "/torn", instance: instance, epoch: epoch,
        format: format, now: now)
      let outcome = try restorer.restore(found.survey, next: survey.next(index))
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
      lastStop: lastStop, wasTightened: false, instance: instance, epoch: epoch,
      format: format, formatBefore: formatBefore.flatMap { $0 < format ? $0 : nil }, hops: reports)
    return (engine, writers, recovery)
  }

  private func report(
    _ found: SpoolSurvey.Found, _ outcome: HopRestorer.Outcome, segments: [UInt64]
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
