/// Reads one segment from a number on, without reading what stands before it.
struct SegmentReading: ~Copyable {
  /// Below this distance a search goes over to reading.
  private static let window: UInt64 = 64 << 10

  private let segment: UInt64
  private let name: String
  private let from: UInt64
  private var lines: FileLines
  private var scan: SegmentScan
  private(set) var place: HopPlaces.Place
  /// Where the line read last starts in the file.
  private(set) var start: UInt64 = 0

  init(
    _ segment: UInt64, of directory: HopDirectory, from seq: UInt64, at known: HopPlaces.Place?
  ) throws(SpoolError) {
    let start = try SpoolError.files { () throws(FileError) in
      try Self.start(segment, of: directory, from: seq, at: known)
    }
    self.segment = segment
    name = directory.name(ofSegment: segment)
    from = seq
    scan = start.scan
    place = start.place
    lines = FileLines(
      start.file, from: start.place.offset, through: start.size, longest: SpoolFormat.longestLine,
      read: 256 << 10)
  }

  private struct Start {
    let file: File
    let size: UInt64
    var scan: SegmentScan
    var place: HopPlaces.Place
  }

  private static func start(
    _ segment: UInt64, of directory: HopDirectory, from seq: UInt64, at known: HopPlaces.Place?
  ) throws(FileError) -> Start {
    let file = try File(directory.path(ofSegment: segment), .reading)
    var start = Start(
      file: file, size: try file.size(), scan: SegmentScan(hop: directory.hop, first: segment),
      place: HopPlaces.Place(segment: segment, offset: 0, checksum: 0))
    var before: UInt64?
    if let known, known.segment == segment {
      start.place = known
      before = seq - 1
    } else if seq > segment, let found = try find(seq, in: file, size: start.size) {
      start.place = HopPlaces.Place(
        segment: segment, offset: found.offset, checksum: found.checksum)
      before = found.seq - 1
    }
    if let before {
      start.scan = SegmentScan(
        hop: directory.hop, first: segment, after: before, checksum: start.place.checksum)
    }
    return start
  }

  mutating func next(isStrict: Bool) throws(SpoolError) -> SpoolLine? {
    while let line = try nextLine() {
      var scan = scan
      let (verdict, record) = Self.judge(
        lines.buffer.span.extracting(line.range), isWhole: line.isTerminated && !line.isTooLong,
        from: from, with: &scan)
      self.scan = scan
      start = line.offset
      place = HopPlaces.Place(
        segment: segment, offset: line.offset + line.length, checksum: scan.checksum ?? 0)
      if let record { return record }
      guard isStrict, case .invalid(let reason) = verdict else { continue }
      throw .corrupt(segment: name, offset: line.offset, seq: scan.last + 1, reason: reason)
    }
    return nil
  }

  private static func judge(
    _ line: Span<UInt8>, isWhole: Bool, from seq: UInt64, with scan: inout SegmentScan
  ) -> (SegmentScan.Verdict, SpoolLine?) {
    let verdict = scan.judge(line, isWhole: isWhole)
    guard case .record(let number, _) = verdict, number >= seq else { return (verdict, nil) }
    return (verdict, SpoolLine(parsing: line))
  }

  private mutating func nextLine() throws(SpoolError) -> FileLines.Line? {
    do { return try lines.next() } catch { throw .file(error) }
  }

  /// Halves the file until a line below `seq` is near it. Lines ascend, and no line feed stands
  /// inside one, so any place in the file leads to a line.
  private static func find(
    _ seq: UInt64, in file: File, size: UInt64
  ) throws(FileError) -> (seq: UInt64, offset: UInt64, checksum: UInt32)? {
    var low: (seq: UInt64, offset: UInt64)?
    var range = 0..<size
    while range.upperBound - range.lowerBound > window {
      let middle = range.lowerBound + (range.upperBound - range.lowerBound) / 2
      guard let found = try line(in: file, behind: middle, size: size), found.seq <= seq,
        found.offset < range.upperBound
      else {
        range = range.lowerBound..<middle
        continue
      }
      low = found
      range = max(found.offset, middle)..<range.upperBound
    }
    guard let low, low.offset > UInt64(SpoolFormat.suffixLength) else { return nil }
    let suffix = try file.read(
      at: low.offset - UInt64(SpoolFormat.suffixLength) - 1, count: SpoolFormat.suffixLength)
    return SpoolFormat.statedChecksum(of: suffix.span).map { (low.seq, low.offset, $0) }
  }

  /// The number and offset of the first line that starts behind an offset.
  private static func line(
    in file: File, behind offset: UInt64, size: UInt64
  ) throws(FileError) -> (seq: UInt64, offset: UInt64)? {
    var lines = FileLines(
      file, from: offset, through: size, longest: SpoolFormat.longestLine, read: 8 << 10)
    guard try lines.next() != nil, let line = try lines.next(),
      let numbers = SpoolLine.numbers(of: lines.buffer.span.extracting(line.range))
    else { return nil }
    return (numbers.seq, line.offset)
  }
}
