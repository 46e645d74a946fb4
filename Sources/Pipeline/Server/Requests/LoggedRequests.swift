import Actors
import Transport

/// The calls of `requests/`, read backwards file by file.
struct LoggedRequests {
  /// Files one page may look through, and lines between two turns of others.
  private static let most = 16
  private static let stretch = 256

  private let log: RequestLog
  private let disk: BlockingThread
  private let query: RequestQuery
  private let paths: [String: Set<String>]?
  private let word: [UInt8]?
  /// Files that have not been looked at, oldest first; nil before the first look.
  private var files: [RequestLogFiles.Entry]?
  private var left = most
  /// Of the file at hand, oldest first.
  private var found: [(number: UInt64, summary: RequestSummary)] = []
  private var end: UInt64
  private var isAtEnd = false

  init(_ query: RequestQuery, log: RequestLog, disk: BlockingThread) {
    (self.query, self.log, self.disk) = (query, log, disk)
    end = query.before?.logged ?? .max
    word = query.word.map { SpoolSearch.folded(Array($0.utf8)) }
    paths = query.keys.map { keys in
      keys.reduce(into: [:]) { $0[$1.connection, default: []].insert("/\($1.type)/\($1.id)") }
    }
  }

  var place: UInt64 { found.last.map { $0.number + 1 } ?? end }

  mutating func take() { found.removeLast() }

  mutating func peek() async throws(FileError) -> RequestStep {
    while found.isEmpty {
      if isAtEnd || query.outcome == .applied || query.outcome == .unchanged { return .end }
      if left == 0 { return .spent }
      try await readOn()
    }
    return found.last.map { .found($0.summary) } ?? .end
  }

  private mutating func readOn() async throws(FileError) {
    if files == nil { files = try await start() }
    guard let file = files?.popLast() else {
      isAtEnd = true
      return
    }
    left -= 1
    let logFiles = log.files
    let lines = try await disk.run { () throws(FileError) in try logFiles.lines(of: file) }
    for (index, bytes) in lines.enumerated() {
      if index % Self.stretch == Self.stretch - 1 { await Task.yield() }
      guard mayConcern(bytes), let line = RequestLogLine(bytes), line.number < end,
        let call = line.call
      else { continue }
      if let since = query.since, line.time < since {
        isAtEnd = true
        continue
      }
      if query.until.map({ line.time < $0 }) ?? true, isWanted(line, call, bytes) {
        found.append((line.number, RequestSummary(line, call)))
      }
    }
    end = min(end, file.first)
  }

  /// The files that may hold what is wanted; what was noted until now is in them.
  private func start() async throws(FileError) -> [RequestLogFiles.Entry] {
    let (log, end, until) = (log, end, query.until)
    return try await disk.run { () throws(FileError) in
      log.flush()
      var files = try log.files.all().filter { $0.first < end }
      guard let until else { return files }
      while let last = files.last, try log.files.begins(last, at: until) { files.removeLast() }
      return files
    }
  }
}

// MARK: What is wanted

extension LoggedRequests {
  /// Without parsing: a word that is looked for stands in few lines.
  private func mayConcern(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let word, paths?.isEmpty ?? true else { return true }
    return SpoolSearch.occurs(word, in: bytes)
  }

  private func isWanted(
    _ line: RequestLogLine, _ call: RequestLogLine.Call, _ bytes: ArraySlice<UInt8>
  ) -> Bool {
    guard query.connections.contains(line.connection),
      query.method.map({ $0 == call.method }) ?? true,
      query.status.map({ $0 == call.status }) ?? true,
      query.outcome.map({ $0 == call.outcome }) ?? true
    else { return false }
    if paths == nil && word == nil { return true }
    if paths?[line.connection]?.contains(call.path) == true { return true }
    return word.map { SpoolSearch.occurs($0, in: bytes) } ?? false
  }
}
