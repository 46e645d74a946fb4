import Glibc

extension SpoolReader {
  /// The format the newest segment of the acknowledged hop states; nil when there is none.
  package var format: Int? {
    let hop = hops.first(where: \.isAcknowledged) ?? hops.first
    guard let hop, let directory = try? HopDirectory(hop: hop.name, in: directory),
      let last = directory.segments.last
    else { return nil }
    return try? firstLine(of: last, directory) { SegmentHeader.version(of: $0) }
  }

  /// Reads the header of a segment; nil when it is none, or when the segment has been deleted
  /// since the directory was read.
  func header(_ segment: UInt64, of directory: HopDirectory) throws(FileError) -> SegmentHeader? {
    try firstLine(of: segment, directory) { SegmentHeader(parsing: $0) }
  }

  private func firstLine<Value>(
    of segment: UInt64, _ directory: HopDirectory, _ read: (Span<UInt8>) -> Value?
  ) throws(FileError) -> Value? {
    guard let file = try File.ifPresent(directory.path(ofSegment: segment)) else { return nil }
    var lines = FileLines(file, through: try file.size(), longest: 4096, read: 4096)
    guard let line = try lines.next() else { return nil }
    return read(lines.buffer.span.extracting(line.range))
  }

  /// When the newest line of a sealed segment was written; what retention calls its age.
  package func oldestSegmentEnd(of hop: String) throws(SpoolError) -> Timestamp? {
    try SpoolError.files { () throws(FileError) in
      let directory = try HopDirectory(hop: hop, in: directory)
      guard directory.segments.count > 1 else { return nil }
      return try header(directory.segments[1], of: directory)?.created
    }
  }

  /// Whether a lock on this file is held by that process, from the kernel's table, so that no
  /// lock has to be taken for it. Without the table a process of that number is believed.
  static func isHeld(_ path: String, by pid: Int) -> Bool {
    guard kill(pid_t(truncatingIfNeeded: pid), 0) == 0 || errno == EPERM else { return false }
    guard let status = (try? FileSystem.status(path)) ?? nil,
      let table = try? FileSystem.text(ofSystemFile: "/proc/locks")
    else { return true }
    return table.split(separator: "\n").contains { line in
      line.contains("FLOCK") && line.contains(" \(pid) ") && line.contains(":\(status.inode) ")
    }
  }
}

extension File {
  /// For reading; nil when there is no file of that name.
  package static func ifPresent(_ path: String) throws(FileError) -> File? {
    do throws(FileError) {
      return try File(path, .reading)
    } catch {
      if error.code == ENOENT { return nil }
      throw error
    }
  }
}

extension FileSystem {
  /// A file whose size the system does not tell, such as those under `/proc`; at most 1 MiB of it.
  package static func text(ofSystemFile path: String) throws(FileError) -> String {
    String(decoding: try File(path, .reading).read(at: 0, count: 1 << 20), as: UTF8.self)
  }
}
