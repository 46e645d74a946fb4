/// Reads the lines of one hop from its files, in order, verifying every checksum on the way.
struct HopReader {
  enum Item {
    /// The header of a segment has been read.
    case segment(SegmentHeader, first: UInt64)
    /// With where the line begins in the file of its segment.
    case line(SpoolLine, SpoolPosition, offset: UInt64)
    /// A place that does not read back. What follows is read on.
    case damage(segment: UInt64, offset: UInt64, seq: UInt64, reason: String)
  }

  let directory: HopDirectory

  /// Hands every item from a number on to `body` until that returns false.
  func read(from seq: UInt64 = 0, _ body: (Item) throws -> Bool) throws {
    let start = directory.index(holding: seq) ?? 0
    var previous: SegmentScan?
    for (index, segment) in directory.segments.enumerated().dropFirst(start) {
      guard let file = try open(segment) else {
        previous = nil
        continue
      }
      var scan = SegmentScan(hop: directory.hop, first: segment)
      let before = index == start ? nil : previous
      guard try read(segment, file, from: seq, after: before, with: &scan, body) else { return }
      previous = scan
    }
  }

  /// nil when the segment has been deleted since the directory was read.
  private func open(_ segment: UInt64) throws(SpoolError) -> File? {
    try SpoolError.files { () throws(FileError) in
      try File.ifPresent(directory.path(ofSegment: segment))
    }
  }

  /// - Parameter before: the segment read just before, to which this one must be joined.
  func read(
    _ segment: UInt64, from seq: UInt64, after before: SegmentScan?,
    with scan: inout SegmentScan, _ body: (Item) throws -> Bool
  ) throws -> Bool {
    guard let file = try open(segment) else { return true }
    return try read(segment, file, from: seq, after: before, with: &scan, body)
  }

  private func read(
    _ segment: UInt64, _ file: File, from seq: UInt64, after before: SegmentScan?,
    with scan: inout SegmentScan, _ body: (Item) throws -> Bool
  ) throws -> Bool {
    let size = try SpoolError.files { () throws(FileError) in try file.size() }
    var lines = FileLines(file, through: size, longest: SpoolFormat.longestLine)
    while let line = try nextLine(&lines) {
      let bytes = lines.buffer.span.extracting(line.range)
      let verdict = scan.judge(bytes, isWhole: line.isTerminated && !line.isTooLong)
      let item: Item
      switch verdict {
      case .header(let header):
        if let reason = Self.breach(between: before, and: header),
          try !body(.damage(segment: segment, offset: 0, seq: segment, reason: reason))
        {
          return false
        }
        item = .segment(header, first: segment)
      case .record(let number, _):
        if number < seq { continue }
        guard let record = SpoolLine(parsing: bytes) else {
          item = .damage(
            segment: segment, offset: line.offset, seq: number,
            reason: "this is not a line of the format")
          break
        }
        let tail = UInt64(record.data.count + SpoolFormat.suffixLength)
        item = .line(
          record,
          SpoolPosition(
            seq: number, segment: segment, offset: line.offset + UInt64(bytes.count) - tail),
          offset: line.offset)
      case .footer: continue
      case .newer(let version):
        throw SpoolError.newerFormat(
          segment: directory.name(ofSegment: segment), version: version)
      case .invalid(let reason):
        item = .damage(
          segment: segment, offset: line.offset, seq: scan.last + 1, reason: reason)
      }
      if try !body(item) { return false }
    }
    return true
  }

  private func nextLine(_ lines: inout FileLines) throws(SpoolError) -> FileLines.Line? {
    do { return try lines.next() } catch { throw .file(error) }
  }

  /// Why two segments do not belong next to each other; nil when they do.
  static func breach(between before: SegmentScan?, and header: SegmentHeader) -> String? {
    guard let before else { return nil }
    if !before.isSealed { return "the segment before was never sealed" }
    if header.previousChecksum != before.checksum { return "it does not follow the segment before" }
    let expected = before.last + 1
    if header.first == expected { return nil }
    if let gap = header.gap, gap.lowerBound == expected, gap.upperBound == header.first - 1 {
      return nil
    }
    return "line \(header.first) follows line \(before.last)"
  }
}
