import Actors
import Transport

/// Appends to `requests/`, begins a new file in time and lets old ones go. Calls block.
///
/// Nothing rests on these files, so nothing of them is ever synced: a power cut may cost the newest
/// lines. A file of an earlier life is not continued, for its end may be torn.
struct RequestLogWriter {
  struct Limits: Sendable {
    /// Bytes of a file, and how long one is written to.
    var fileBytes = 1 << 20
    var fileAge = Duration.seconds(3600)
    /// How long lines are kept, and how many bytes of them.
    var keep: Duration
    var bytes: UInt64
  }

  private let files: RequestLogFiles
  private let limits: Limits
  private var next: UInt64 = 1
  private var file: File?
  private var size = 0
  private var began: Timestamp?

  init(_ files: RequestLogFiles, _ limits: Limits) throws(FileError) {
    self.files = files
    self.limits = limits
    try files.removeUnfinished()
    guard let last = try files.all().last else { return }
    next = last.first
    for bytes in try files.lines(of: last) {
      if let line = RequestLogLine(bytes) { next = max(next, line.number + 1) }
    }
    // A file may be there of which no line reads back; its name is taken.
    next = max(next, last.first + 1)
  }

  mutating func append(
    _ notes: [RequestNote], omitted: [String: Int], at now: Timestamp
  ) throws(FileError) {
    var out: [UInt8] = []
    out.reserveCapacity(notes.count * 320)
    let first = next
    func add(_ line: RequestLogLine) {
      line.write(to: &out)
      out.append(0x0A)
    }
    for note in notes {
      add(RequestLogLine(number: next, note))
      next += 1
    }
    for (connection, count) in omitted.sorted(by: { $0.key < $1.key }) {
      add(RequestLogLine(number: next, time: now, connection: connection, omitted: count))
      next += 1
    }
    guard !out.isEmpty else { return }
    do throws(FileError) {
      try target(first: first, at: now).write(out)
    } catch {
      // A part of a line may stand at its end; nothing comes behind that.
      close()
      throw error
    }
    size += out.count
  }

  private mutating func target(first: UInt64, at now: Timestamp) throws(FileError) -> File {
    if let file, size < limits.fileBytes { return file }
    try FileSystem.makeDirectory(files.directory)
    let made = try File(files.path(first: first), .creating)
    (file, size, began) = (made, 0, now)
    return made
  }

  /// Ends a file that is old enough, and lets go what is too old or too much.
  mutating func tidy(at now: Timestamp) throws(FileError) {
    if let began, began.advanced(by: limits.fileAge) <= now { close() }
    var kept: UInt64 = 0
    for entry in try files.all().reversed() {
      guard let status = try FileSystem.status(entry.path) else { continue }
      kept += status.size
      let isOld = status.modified.advanced(by: limits.keep) < now
      let isCurrent = entry.path == file?.path
      if !isCurrent, isOld || kept > limits.bytes { try FileSystem.remove(entry.path) }
    }
  }

  /// All files there are; what comes next stands in another.
  mutating func closed() throws(FileError) -> [RequestLogFiles.Entry] {
    close()
    return try files.all()
  }

  /// Takes every line out of a closed file that is meant; the directory is synced by the caller.
  ///
  /// - Returns: whether there was any.
  func forget(
    in entry: RequestLogFiles.Entry, where isMeant: @Sendable (ArraySlice<UInt8>) -> Bool
  ) throws(FileError) -> Bool {
    let modified = try FileSystem.status(entry.path)?.modified
    let lines = try files.lines(of: entry)
    let kept = lines.filter { !isMeant($0) }
    guard kept.count < lines.count else { return false }
    guard !kept.isEmpty else { return try FileSystem.remove(entry.path) }
    try FileSystem.replace(
      entry.path, with: Array(kept.joined(separator: [0x0A])) + [0x0A], syncsName: false)
    // What is left is not younger than it was.
    if let modified { try FileSystem.setModified(modified, of: entry.path) }
    return true
  }

  private mutating func close() { (file, began) = (nil, nil) }
}
