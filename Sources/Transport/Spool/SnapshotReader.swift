/// Reads one snapshot, verifying every line, in parts that several threads may take at once.
package struct SnapshotReader: Sendable {
  /// Bytes of one part; lines belong to the part they begin in.
  private static let part: UInt64 = 4 << 20

  /// A line's `data` and where they begin in the file.
  package struct Line: Sendable {
    package let type: String
    package let data: [UInt8]
    package let offset: UInt64
  }

  package let header: SnapshotHeader
  package let footer: SnapshotFooter
  package let size: UInt64
  private let name: String
  private let file: File
  /// Where the first line after the header begins, and the footer.
  private let body: Range<UInt64>

  init(path: String, name: String) throws(SpoolError) {
    self.name = name
    do throws(FileError) {
      file = try File(path, .reading)
      size = try file.size()
    } catch {
      throw .file(error)
    }
    let head = try Self.firstLine(of: file, size: size, name)
    guard let header = SnapshotHeader(parsing: head.bytes.span) else {
      throw .corrupt(segment: name, offset: 0, seq: 0, reason: "the header is not whole")
    }
    let tail = try Self.lastLine(of: file, size: size, name)
    guard let footer = SnapshotFooter(parsing: tail.bytes.span), footer.seq == header.seq else {
      throw .corrupt(
        segment: name, offset: tail.offset, seq: header.seq, reason: "there is no footer")
    }
    self.header = header
    self.footer = footer
    body = head.end..<tail.offset
  }

  /// How many parts there are.
  package var parts: Int { Int((body.upperBound - body.lowerBound) / Self.part) + 1 }

  /// Hands the lines of one part to `body`. Blocks.
  /// - Throws: `corrupt` at the first line that does not read back.
  /// - Returns: how many there were.
  package func read(part: Int, _ take: (Line) throws -> Void) throws -> UInt64 {
    try walk(part) { line, offset in try take(try Self.line(line, at: offset, name)) }
  }

  /// Verifies the lines of one part without handing them on. Blocks.
  /// - Returns: how many there were.
  package func verify(part: Int) throws -> UInt64 { try walk(part) { _, _ in } }

  private func walk(
    _ part: Int, _ take: (borrowing Span<UInt8>, UInt64) throws -> Void
  ) throws -> UInt64 {
    let start = body.lowerBound + UInt64(part) * Self.part
    let end = min(start + Self.part, body.upperBound)
    // The line in front may belong to the part before: its end is where this part begins to read.
    var lines = FileLines(
      file, from: start - 1, through: size, longest: SpoolFormat.longestLine, read: 1 << 20)
    guard let before = try Self.next(&lines) else { return 0 }
    var offset = before.offset + before.length
    var checksum = try stated(before: offset)
    var count: UInt64 = 0
    while offset < end {
      guard let line = try Self.next(&lines), line.isTerminated, !line.isTooLong else {
        throw corrupt(offset, "a line is not whole")
      }
      checksum = try verify(lines.buffer.span.extracting(line.range), after: checksum, at: offset)
      try take(lines.buffer.span.extracting(line.range), offset)
      count += 1
      offset = line.offset + line.length
    }
    return count
  }

  /// Hands the lines from a place on to `body` until that returns false, unverified: for who has
  /// verified all parts or is about to. Blocks.
  /// - Parameter offset: where a line begins; nil for the first one.
  package func forEachLine(
    from offset: UInt64? = nil, _ take: (Line) throws -> Bool
  ) throws {
    let start = offset ?? body.lowerBound
    guard start <= body.upperBound else { throw corrupt(start, "there is no such line") }
    var lines = FileLines(
      file, from: start, through: body.upperBound, longest: SpoolFormat.longestLine,
      read: 256 << 10)
    while let line = try Self.next(&lines) {
      let bytes = lines.buffer.span.extracting(line.range)
      guard try take(try Self.line(bytes, at: line.offset, name)) else { return }
    }
  }

  /// Verifies the footer against what the parts held.
  package func finish(lines: UInt64) throws(SpoolError) {
    guard lines == footer.lines else {
      throw corrupt(
        body.upperBound, "there are \(lines) lines where \(footer.lines) were written")
    }
    let stated = try stated(before: body.upperBound)
    let bytes: [UInt8]
    do {
      bytes = try file.read(at: body.upperBound, count: Int(size - body.upperBound) - 1)
    } catch {
      throw .file(error)
    }
    _ = try verify(bytes.span, after: stated, at: body.upperBound)
  }

  private func verify(
    _ line: Span<UInt8>, after checksum: UInt32, at offset: UInt64
  ) throws(SpoolError) -> UInt32 {
    guard let stated = SpoolFormat.statedChecksum(of: line) else {
      throw corrupt(offset, "the line does not end in a checksum")
    }
    let content = line.extracting(droppingLast: SpoolFormat.suffixLength)
    guard SpoolFormat.checksum(of: content, after: checksum) == stated else {
      throw corrupt(offset, "the checksum is wrong")
    }
    return stated
  }

  /// What the line that ends before this offset states.
  private func stated(before offset: UInt64) throws(SpoolError) -> UInt32 {
    let length = UInt64(SpoolFormat.suffixLength) + 1
    guard offset >= length else { throw corrupt(offset, "the header is not whole") }
    let bytes: [UInt8]
    do { bytes = try file.read(at: offset - length, count: SpoolFormat.suffixLength) } catch {
      throw .file(error)
    }
    guard let stated = SpoolFormat.statedChecksum(of: bytes.span) else {
      throw corrupt(offset - length, "the line does not end in a checksum")
    }
    return stated
  }

  private func corrupt(_ offset: UInt64, _ reason: String) -> SpoolError {
    .corrupt(segment: name, offset: offset, seq: header.seq, reason: reason)
  }

  private static func next(_ lines: inout FileLines) throws(SpoolError) -> FileLines.Line? {
    do { return try lines.next() } catch { throw .file(error) }
  }
}

extension SnapshotReader {
  private static let typeName = Array(#"{"type":"#.utf8)
  private static let dataName = Array(#","data":"#.utf8)

  private static func line(
    _ line: Span<UInt8>, at offset: UInt64, _ name: String
  ) throws(SpoolError) -> Line {
    var cursor = SpoolLineCursor()
    guard cursor.skip(typeName, line), let type = cursor.string(line),
      cursor.skip(dataName, line), case let start = cursor.index,
      let data = cursor.rest(without: SpoolFormat.suffixLength, line)
    else {
      throw .corrupt(
        segment: name, offset: offset, seq: 0, reason: "this is not a line of a snapshot")
    }
    return Line(type: type, data: data, offset: offset + UInt64(start))
  }

  private static func firstLine(
    of file: File, size: UInt64, _ name: String
  ) throws(SpoolError) -> (bytes: [UInt8], end: UInt64) {
    var lines = FileLines(
      file, through: size, longest: SpoolFormat.longestLine, read: 64 << 10)
    guard let line = try next(&lines), line.isTerminated,
      case let bytes = lines.buffer.span.extracting(line.range).copied(),
      let stated = SpoolFormat.statedChecksum(of: bytes.span),
      case let content = bytes.span.extracting(droppingLast: SpoolFormat.suffixLength),
      SpoolFormat.checksum(of: content, after: 0) == stated
    else { throw .corrupt(segment: name, offset: 0, seq: 0, reason: "the header is not whole") }
    if let version = SegmentHeader.version(of: bytes.span), version > SpoolRelease.readable {
      throw .newerFormat(segment: name, version: version)
    }
    return (bytes, line.length)
  }

  /// A footer is short, so it is looked for in the last few bytes only.
  private static func lastLine(
    of file: File, size: UInt64, _ name: String
  ) throws(SpoolError) -> (bytes: [UInt8], offset: UInt64) {
    let start = size > 512 ? size - 512 : 0
    let bytes: [UInt8]
    do { bytes = try file.read(at: start, count: Int(size - start)) } catch { throw .file(error) }
    guard bytes.last == 10, let feed = bytes.dropLast().lastIndex(of: 10) else {
      throw .corrupt(segment: name, offset: start, seq: 0, reason: "there is no footer")
    }
    return (Array(bytes[(feed + 1)...].dropLast()), start + UInt64(feed) + 1)
  }
}
