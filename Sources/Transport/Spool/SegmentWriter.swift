/// Appends to the open segment of one hop and knows everything the next line needs.
///
/// A value that one thread owns; its calls block.
struct SegmentWriter: Sendable {
  let hop: String
  /// The hop's directory.
  let directory: String
  let header: SegmentHeader
  let file: File
  /// The last number written to the hop, in whichever segment.
  private(set) var last: UInt64
  /// Lines in this segment.
  private(set) var lines: UInt64
  /// The checksum of the last line written.
  var checksum: UInt32
  /// Bytes in this segment.
  private(set) var bytes: UInt64
  /// When the segment got its first line.
  private(set) var started: Timestamp?

  /// Makes a segment: under its name only once its header is on disk.
  init(creating header: SegmentHeader, in directory: String) throws(FileError) {
    var checksum: UInt32 = 0
    let line = header.line(checksum: &checksum)
    let path = directory + "/" + SpoolFormat.segmentName(first: header.first)
    try FileSystem.replace(path, with: line)
    self.init(
      continuing: header, in: directory, file: try File(path, .appending), last: header.first - 1,
      lines: 0, checksum: checksum, bytes: UInt64(line.count))
  }

  /// Goes on with a segment that recovery has read and copied.
  init(
    continuing header: SegmentHeader, in directory: String, file: File, last: UInt64,
    lines: UInt64, checksum: UInt32, bytes: UInt64
  ) {
    hop = header.hop
    self.directory = directory
    self.header = header
    self.file = file
    self.last = last
    self.lines = lines
    self.checksum = checksum
    self.bytes = bytes
    started = lines == 0 ? nil : header.created
  }

  var path: String { file.path }

  /// Appends lines that end in `checksum` already.
  mutating func write(_ buffer: [UInt8], lines count: UInt64, at now: Timestamp) throws(FileError) {
    try file.write(buffer)
    bytes += UInt64(buffer.count)
    last += count
    lines += count
    if started == nil { started = now }
  }

  /// Whether the segment should be sealed before this many bytes more.
  func isFull(adding more: Int, at now: Timestamp, options: SpoolOptions) -> Bool {
    guard lines > 0 else { return false }
    return bytes + UInt64(more) > UInt64(options.segmentBytes) || isOld(at: now, options: options)
  }

  /// Whether its first line is so old that no more should come.
  func isOld(at now: Timestamp, options: SpoolOptions) -> Bool {
    guard lines > 0, let started else { return false }
    return started.advanced(by: options.segmentAge) <= now
  }

  /// Ends this segment for good and durably.
  mutating func seal(based: UInt64) throws(FileError) {
    let footer = SegmentFooter(lines: lines, last: last, based: based)
    let line = footer.line(chaining: &checksum)
    try file.write(line)
    try file.syncData()
    bytes += UInt64(line.count)
  }

  /// The segment after this one, which has been sealed.
  func successor(first: UInt64, at now: Timestamp) throws(FileError) -> SegmentWriter {
    var next = header
    next.first = first
    next.created = now
    next.previousChecksum = checksum
    next.gap = first > last + 1 ? (last + 1)...(first - 1) : nil
    return try SegmentWriter(creating: next, in: directory)
  }
}
