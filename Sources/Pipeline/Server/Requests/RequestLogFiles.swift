import Transport

/// The files of `requests/`, each named by the number of its first line, as they lie there.
///
/// Reading takes no lock: files are only appended to, or go away whole.
struct RequestLogFiles: Sendable {
  static let name = "requests"

  let directory: String

  /// - Parameter spool: the spool's directory.
  init(spool: String) { directory = "\(spool)/\(Self.name)" }

  struct Entry: Sendable {
    let first: UInt64
    let path: String
  }

  /// Oldest first; none when nothing was ever noted. Blocks.
  func all() throws(FileError) -> [Entry] {
    guard try FileSystem.status(directory) != nil else { return [] }
    return try FileSystem.list(directory).compactMap { name in
      guard let first = Self.number(of: name) else { return nil }
      return Entry(first: first, path: "\(directory)/\(name)")
    }
  }

  /// Removes what a crash left of files that were being replaced. Blocks.
  func removeUnfinished() throws(FileError) {
    guard try FileSystem.status(directory) != nil else { return }
    for name in try FileSystem.list(directory) where name.hasSuffix(".tmp") {
      try FileSystem.remove("\(directory)/\(name)")
    }
  }

  /// The lines of one file, oldest first; none when it has gone. Blocks.
  func lines(of entry: Entry) throws(FileError) -> [ArraySlice<UInt8>] {
    do throws(FileError) {
      return try FileSystem.contents(of: entry.path).split(separator: 0x0A)
    } catch {
      if error.isMissing { return [] }
      throw error
    }
  }

  /// Whether no line of a file is from before a time. Blocks.
  func begins(_ entry: Entry, at time: Timestamp) throws(FileError) -> Bool {
    do throws(FileError) {
      let start = try File(entry.path, .reading).read(at: 0, count: 1 << 14)
      guard let line = RequestLogLine(start.prefix { $0 != 0x0A }) else { return false }
      return line.time >= time
    } catch {
      if error.isMissing { return true }
      throw error
    }
  }

  func path(first: UInt64) -> String {
    let digits = String(first)
    return "\(directory)/" + String(repeating: "0", count: 20 - digits.count) + digits + ".jsonl"
  }

  private static func number(of name: String) -> UInt64? {
    guard name.utf8.count == 26, name.hasSuffix(".jsonl") else { return nil }
    return UInt64(name.prefix(20))
  }
}
