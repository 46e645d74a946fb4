/// Brings one hop back into a state that can be appended to, once nothing speaks against it.
///
/// The last segment is copied to a new file even when nothing is wrong with it: after a failed
/// writeback the old one's cache may show lines that the disk does not hold.
struct HopRestorer {
  let directory: HopDirectory
  /// Where what is cut is kept.
  let torn: String
  let instance: String
  let epoch: Int
  /// What the segment that is appended to must state; an older one is followed by a new one.
  let format: Int
  let now: Timestamp

  struct Outcome {
    var writer: SegmentWriter
    var keptIn: String?
  }

  /// - Parameter next: the number the hop goes on with, above all that it holds.
  func restore(_ survey: SegmentSurvey?, next: UInt64) throws(FileError) -> Outcome {
    guard let survey else {
      let header = header(first: next, gap: next > 1 ? 1...(next - 1) : nil)
      return Outcome(writer: try SegmentWriter(creating: header, in: directory.path))
    }
    let keptIn = survey.damage == nil ? nil : try keep(survey)
    var writer = try copy(survey)
    var isSealed = survey.isSealed
    if let keptIn, survey.highestBase > survey.last + 1 {
      let kept = try File(keptIn, .reading)
      for stray in survey.strays { try append(stray, of: kept, at: survey.end, to: &writer) }
      try writer.file.sync()
      isSealed = false
    }
    let isOutdated = writer.header.format < format || writer.header.epoch < epoch
    if isSealed || isOutdated || next > writer.last + 1 {
      writer = try follow(writer, isSealed: isSealed, next: next)
    }
    return Outcome(writer: writer, keptIn: keptIn)
  }

  private func header(first: UInt64, gap: ClosedRange<UInt64>? = nil) -> SegmentHeader {
    SegmentHeader(
      hop: directory.hop, first: first, created: now, instance: instance, epoch: epoch,
      format: format, gap: gap)
  }

  /// Begins the segment the hop goes on in. One without a line is not sealed, as its successor
  /// would have its name: it is replaced.
  private func follow(
    _ writer: SegmentWriter, isSealed: Bool, next: UInt64
  ) throws(FileError) -> SegmentWriter {
    var writer = writer
    var header = self.header(first: next)
    if writer.lines == 0 && writer.header.first == next {
      header.previousChecksum = writer.header.previousChecksum
      header.gap = writer.header.gap
    } else {
      if !isSealed { try writer.seal(based: writer.last + 1) }
      header.previousChecksum = writer.checksum
      header.gap = next > writer.last + 1 ? (writer.last + 1)...(next - 1) : nil
    }
    return try SegmentWriter(creating: header, in: directory.path)
  }

  /// Copies everything from the first damage on into a file of its own.
  private func keep(_ survey: SegmentSurvey) throws(FileError) -> String {
    let name = "\(directory.hop)-\(survey.first)-\(survey.end)-\(now.milliseconds).torn"
    let path = torn + "/" + name
    try transfer(from: survey.path, survey.end..<survey.size, to: path)
    try FileSystem.syncDirectory(torn)
    return path
  }

  /// Puts the valid part of the segment into a new file of the same name.
  private func copy(_ survey: SegmentSurvey) throws(FileError) -> SegmentWriter {
    guard let header = survey.header else {
      return try SegmentWriter(creating: self.header(first: survey.first), in: directory.path)
    }
    try transfer(from: survey.path, 0..<survey.end, to: survey.path + ".tmp")
    try FileSystem.rename(survey.path + ".tmp", to: survey.path)
    try FileSystem.syncDirectory(directory.path)
    return SegmentWriter(
      continuing: header, in: directory.path, file: try File(survey.path, .appending),
      last: survey.last, lines: survey.last + 1 - survey.first, checksum: survey.checksum,
      bytes: survey.end)
  }

  private func transfer(
    from source: String, _ range: Range<UInt64>, to target: String
  ) throws(FileError) {
    let to = try File(target, .creating)
    try File(source, .reading).copy(range, to: to)
    try to.sync()
  }

  /// Writes a line again that was found behind damage, in a new segment when numbers are missing
  /// before it.
  /// - Parameter base: the offset in the damaged segment at which the kept file starts.
  private func append(
    _ stray: SegmentSurvey.Stray, of kept: File, at base: UInt64, to writer: inout SegmentWriter
  ) throws(FileError) {
    if stray.seq != writer.last + 1 {
      try writer.seal(based: writer.last + 1)
      writer = try writer.successor(first: stray.seq, at: now)
    }
    var line = try kept.read(at: stray.offset - base, count: stray.length)
    line.removeLast(SpoolFormat.suffixLength)
    SpoolFormat.close(&line, from: 0, chaining: &writer.checksum)
    try writer.write(line, lines: 1, at: now)
  }
}
