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
    try target(first: first, at: now).write(out)
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

  /// Takes every line out in which one of these texts stands, in any case of its ASCII letters.
  mutating func forget(_ texts: [[UInt8]]) throws(FileError) {
    close()
    let entries = try files.all()
    if entries.isEmpty { return }
    for entry in entries {
      let modified = try FileSystem.status(entry.path)?.modified
      let lines = try files.lines(of: entry)
      let kept = lines.filter { line in !texts.contains { SpoolSearch.occurs($0, in: line) } }
      guard kept.count < lines.count else { continue }
      if kept.isEmpty {
        try FileSystem.remove(entry.path)
      } else {
        try FileSystem.replace(entry.path, with: Array(kept.joined(separator: [0x0A])) + [0x0A])
        // What is left is not younger than it was.
        if let modified { try FileSystem.setModified(modified, of: entry.path) }
      }
    }
    try FileSystem.syncDirectory(files.directory)
  }

  private mutating func close() { (file, began) = (nil, nil) }
}
