package import Transport

/// One file of `snapshots/`, read by the published format alone: so that what the server wrote is
/// checked by something that shares no code with it.
package struct SpoolSnapshot: Sendable {
  /// Why a snapshot cannot be used.
  package struct Fault: Error, Sendable, Equatable {
    package let offset: UInt64
    package let reason: String
  }

  package struct Header: Sendable, Equatable {
    package var seq: UInt64
    package var created: Timestamp?
    /// Every line of `1-accepted` up to here has its outcome at or below `seq`.
    package var acceptedThrough: UInt64
  }

  package struct Footer: Sendable, Equatable {
    /// Between header and footer.
    package var lines: UInt64
    package var hash: String
  }

  /// One line between header and footer.
  package struct Entry: Sendable {
    package let type: String
    package let data: [UInt8]
    /// The whole line.
    package let line: [UInt8]
  }

  static let directory = "snapshots"
  private static let longestLine = 16 << 20
  /// `,"crc":"` + 8 hexadecimal digits + `"}`.
  private static let suffixLength = 18
  private static let suffixStart = Array(",\"crc\":\"".utf8)

  /// The last line of `3-committed` it includes.
  package let seq: UInt64
  package let path: String
  package let bytes: UInt64
  /// Open from the moment it was found: a newer one may take its place while it is looked at.
  private let file: File

  /// "snapshots/00000000000000040000.jsonl", as findings name it.
  package var name: String { Self.directory + "/" + (path.split(separator: "/").last ?? "") }

  /// All of a spool, oldest first; none where there is no such directory. Blocks.
  package static func all(in spool: String) throws(FileError) -> [SpoolSnapshot] {
    let directory = "\(spool)/\(Self.directory)"
    guard try FileSystem.status(directory) != nil else { return [] }
    var found: [SpoolSnapshot] = []
    for name in try FileSystem.list(directory) {
      guard name.utf8.count == 26, name.hasSuffix(".jsonl"), let seq = UInt64(name.prefix(20)),
        let file = try File.ifPresent("\(directory)/\(name)")
      else { continue }
      found.append(
        SpoolSnapshot(seq: seq, path: file.path, bytes: try file.size(), file: file))
    }
    return found
  }
}

// MARK: Reading

extension SpoolSnapshot {
  /// Only the first line, its checksum verified. Blocks.
  package func header() throws -> Header {
    var lines = try Lines(file)
    return try header(&lines)
  }

  /// Hands every line between header and footer to `body`, all checksums verified. Blocks.
  /// - Throws: `Fault` where the file is not as it was written.
  package func read(_ body: (Entry) throws -> Void) throws -> (header: Header, footer: Footer) {
    var lines = try Lines(file)
    let header = try header(&lines)
    var count: UInt64 = 0
    while let (line, members) = try lines.next() {
      guard let type = members.text("type"), let data = members.bytes("data") else {
        let footer = try footer(members, after: count, at: lines.offset)
        if try lines.next() != nil { throw lines.fault("there is data after the footer") }
        return (header, footer)
      }
      try body(Entry(type: type, data: data, line: line))
      count += 1
    }
    throw lines.fault("it has no footer")
  }

  private func header(_ lines: inout Lines) throws -> Header {
    guard let (_, members) = try lines.next() else { throw lines.fault("it is empty") }
    guard let seq = members.number("snapshot"), seq == self.seq else {
      throw lines.fault("the header belongs to another snapshot")
    }
    return Header(
      seq: seq, created: members.text("created").flatMap { Timestamp(parsing: $0) },
      acceptedThrough: members.number("acceptedThrough") ?? 0)
  }

  private func footer(
    _ members: JSONSlices, after count: UInt64, at offset: UInt64
  ) throws -> Footer {
    guard members.number("end") == seq, let lines = members.number("lines"),
      let hash = members.text("hash")
    else { throw Fault(offset: offset, reason: "this is not a line of the format") }
    guard lines == count else {
      throw Fault(offset: offset, reason: "it says \(lines) lines and has \(count)")
    }
    return Footer(lines: lines, hash: hash)
  }

  /// The lines of the file, each chained to the one before.
  private struct Lines: ~Copyable {
    private var lines: FileLines
    private var checksum: UInt32 = 0
    private(set) var offset: UInt64 = 0

    init(_ file: File) throws {
      lines = FileLines(file, through: try file.size(), longest: SpoolSnapshot.longestLine)
    }

    func fault(_ reason: String) -> Fault { Fault(offset: offset, reason: reason) }

    mutating func next() throws -> (line: [UInt8], members: JSONSlices)? {
      guard let line = try lines.next() else { return nil }
      offset = line.offset
      guard line.isTerminated, !line.isTooLong else { throw fault("the line is not whole") }
      let bytes = lines.buffer.span.extracting(line.range).copied()
      let body = bytes.count - SpoolSnapshot.suffixLength
      guard body > 0, bytes[body...].starts(with: SpoolSnapshot.suffixStart),
        let stated = UInt32(
          String(decoding: bytes[(body + 8)..<(body + 16)], as: UTF8.self), radix: 16)
      else { throw fault("the line does not end in a checksum") }
      let seed = (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * UInt32($0))) }
      let computed = CRC32C.checksum(
        bytes.span.extracting(..<body), continuing: CRC32C.checksum(seed))
      guard computed == stated else { throw fault("the checksum is wrong") }
      checksum = stated
      guard let members = JSONSlices(bytes) else { throw fault("this is not a JSON object") }
      return (bytes, members)
    }
  }
}
