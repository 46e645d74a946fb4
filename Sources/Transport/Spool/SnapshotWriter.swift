/// Writes one snapshot, line by line, to a temporary file that gets its name only when all of it is
/// on disk. Blocks: it belongs on a thread of its own.
package struct SnapshotWriter: ~Copyable {
  private static let chunk = 1 << 20
  /// Bytes after which what is written is synced: file systems make the log's next sync wait for
  /// all that is new in other files, so that must never be much.
  private static let unsynced = 4 << 20

  private let path: String
  private let file: File
  private let seq: UInt64
  private var buffer: [UInt8] = []
  private var checksum: UInt32 = 0
  private var lines: UInt64 = 0
  /// Bytes in the file before the buffer.
  private var written: UInt64 = 0
  private var synced: UInt64 = 0

  init(_ header: SnapshotHeader, at path: String) throws(FileError) {
    self.path = path
    seq = header.seq
    file = try File(path + ".tmp", .creating)
    buffer.reserveCapacity(Self.chunk + (64 << 10))
    buffer.append(contentsOf: SpoolFormat.closed(header.json, chaining: &checksum))
  }

  /// Bytes written so far.
  package var bytes: UInt64 { written + UInt64(buffer.count) }

  /// Adds a line: `{"type":"…","data":` and what `body` appends, which is one JSON object.
  /// - Returns: where in the file that object begins.
  @discardableResult
  package mutating func line(
    _ type: StaticString, _ body: (inout [UInt8]) -> Void
  ) throws(SpoolError) -> UInt64 {
    let start = buffer.count
    buffer.append(contentsOf: #"{"type":""#.utf8)
    buffer.append(contentsOf: type.description.utf8)
    buffer.append(contentsOf: #"","data":"#.utf8)
    let offset = bytes
    body(&buffer)
    SpoolFormat.close(&buffer, from: start, chaining: &checksum)
    lines += 1
    if buffer.count >= Self.chunk { try flush() }
    return offset
  }

  /// Ends the file and makes it durable, still under its temporary name.
  /// - Parameter hash: the state's, in hex.
  package mutating func seal(hash: String) throws(SpoolError) {
    let footer = SnapshotFooter(seq: seq, lines: lines, hash: hash)
    buffer.append(contentsOf: SpoolFormat.closed(footer.json, chaining: &checksum))
    try flush()
    try SpoolError.files { () throws(FileError) in try file.sync() }
  }

  /// Gives the sealed file its name, durably. The log must be durable through its number by now.
  package consuming func publish() throws(SpoolError) {
    let path = path
    try SpoolError.files { () throws(FileError) in
      try FileSystem.rename(path + ".tmp", to: path)
      try FileSystem.syncDirectory(FileSystem.parent(of: path))
    }
  }

  private mutating func flush() throws(SpoolError) {
    do throws(FileError) {
      try file.write(buffer)
      written += UInt64(buffer.count)
      if written - synced >= Self.unsynced {
        try file.syncData()
        synced = written
      }
    } catch {
      throw .file(error)
    }
    buffer.removeAll(keepingCapacity: true)
  }
}
