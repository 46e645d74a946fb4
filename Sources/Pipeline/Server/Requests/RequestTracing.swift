import Actors
import Transport

/// Joins what the hops say of one call. Its id tells when it came, so each hop is read from there
/// on, in stretches and not without end.
struct RequestTracing: Sendable {
  /// Lines taken at once, bytes of them, and lines of a hop that are looked at for one call.
  private static let batch = 256
  private static let bytes = 1 << 20
  private static let most = 32_768
  /// Lines behind an outcome among which what follows from it stands.
  private static let tail = 1024
  /// How long after its id was drawn a call is accepted or noted at the latest.
  private static let soon = Duration.seconds(60)
  /// Files of `requests/` that begin within that time and are looked at, at most.
  private static let files = 64

  /// A line's time is taken right before it is written, by several at once.
  private static let slack = Duration.milliseconds(100)

  let accepted: SpoolHop
  let mapped: SpoolHop
  let committed: SpoolHop
  let attempts: SpoolHop
  let log: RequestLog
  let disk: BlockingThread

  /// Nil when nothing is kept of a call of that id, or nothing that is wanted.
  ///
  /// - Parameter isWanted: asked with its connection, before what became of it is looked for.
  func trace(
    _ id: String, isWanted: @Sendable (_ connection: String) -> Bool
  ) async throws -> RequestTrace? {
    guard let time = ULID.time(of: id) else { return nil }
    guard let line = try await accepted(id, since: time) else {
      guard let summary = try await noted(id, at: time), isWanted(summary.connection)
      else { return nil }
      return RequestTrace(summary: summary)
    }
    guard let write = AcceptedLine(line), isWanted(write.connection) else { return nil }
    var trace = RequestTrace(summary: RequestSummary(line, write), accepted: line)
    trace.committed = try await committed(of: id, since: line.timestamp)
    let decision = trace.committed.lazy.compactMap { RequestDecision($0) }.first
    trace.mapped = try await mapped(of: line, until: decision?.time)
    if let decision { trace.summary.take(decision) }
    try await addAttempts(to: &trace)
    return trace
  }

  /// File by file, as others wait for the same thread.
  private func noted(_ id: String, at time: Timestamp) async throws -> RequestSummary? {
    let log = log
    let needle = SpoolSearch.folded(Array(#""id":"\#(id)""#.utf8))
    for file in try await logs(at: time) {
      let found = try await disk.run { () throws(FileError) -> RequestSummary? in
        for bytes in try log.files.lines(of: file) where SpoolSearch.occurs(needle, in: bytes) {
          if let line = RequestLogLine(bytes), let call = line.call, call.id == id {
            return RequestSummary(line, call)
          }
        }
        return nil
      }
      if let found { return found }
      await Task.yield()
    }
    return nil
  }

  /// Those of `requests/` in which a call of that time may stand, oldest first: it is noted when it
  /// has been answered, mostly at once.
  private func logs(at time: Timestamp) async throws(FileError) -> [RequestLogFiles.Entry] {
    let log = log
    return try await disk.run { () throws(FileError) in
      log.flush()
      var files = try log.files.all()
      let later = time.advanced(by: Self.soon)
      while let last = files.last, try log.files.begins(last, at: later) { files.removeLast() }
      var found: [RequestLogFiles.Entry] = []
      let earlier = time.advanced(by: Duration.zero - Self.slack)
      while found.count < Self.files, let file = files.popLast() {
        found.append(file)
        if try !log.files.begins(file, at: earlier) { break }
      }
      return found.reversed()
    }
  }
}

// MARK: Reading the hops

extension RequestTracing {
  /// Hands the lines written at or after a time to `body` until it has enough.
  ///
  /// - Returns: whether all there are were handed over, or enough.
  @discardableResult
  private func read(
    _ hop: SpoolHop, since time: Timestamp, _ body: (SpoolLine) -> Bool
  ) async throws(SpoolError) -> Bool {
    let start = time.advanced(by: Duration.zero - Self.slack)
    var next = try await HopTimes(hop: hop, disk: disk).line(since: start)
    var left = Self.most
    while left > 0 {
      let from = next
      let lines = try await disk.run { () throws(SpoolError) in
        try hop.lines(from: from, limit: Self.batch, maxBytes: Self.bytes)
      }
      guard let last = lines.last else { return true }
      for line in lines where !body(line) { return true }
      next = last.seq + 1
      left -= lines.count
      await Task.yield()
    }
    return false
  }

  private func accepted(
    _ id: String, since time: Timestamp
  ) async throws(SpoolError) -> SpoolLine? {
    var found: SpoolLine?
    let limit = time.advanced(by: Self.soon)
    try await read(accepted, since: time) { line in
      if line.id == id { found = line }
      return found == nil && line.timestamp <= limit
    }
    return found
  }

  /// The last one before the outcome: a write is mapped again when somebody was faster, or when
  /// the server ended in between; then that may have been long ago.
  private func mapped(
    of write: SpoolLine, until decided: Timestamp?
  ) async throws(SpoolError) -> SpoolLine? {
    var found: SpoolLine?
    let limit =
      decided?.advanced(by: Self.slack) ?? write.timestamp.advanced(by: Self.soon)
    try await read(mapped, since: write.timestamp) { line in
      if line.timestamp > limit { return false }
      if line.id == write.id { found = line }
      return true
    }
    return found
  }

  private func committed(of id: String, since time: Timestamp) async throws -> [SpoolLine] {
    var found: [SpoolLine] = []
    var behind = 0
    try await read(committed, since: time) { line in
      if line.id == id {
        found.append(line)
        behind = 0
      } else if !found.isEmpty {
        behind += 1
      }
      return behind < Self.tail
    }
    return found
  }

  /// Whoever is tried again hours later is found while the ledger is not longer than is read.
  private func addAttempts(to trace: inout RequestTrace) async throws(SpoolError) {
    guard let first = trace.committed.first else { return }
    var events: Set<String> = []
    for line in trace.committed {
      let outcome = try? CommittedOutcome(seq: line.seq, data: line.data)
      events.formUnion(outcome?.events.map(\.id) ?? [])
    }
    guard !events.isEmpty else { return }
    await attempts.durable(through: attempts.lastSeq)
    var found: [SpoolLine] = []
    trace.hasAllAttempts = try await read(attempts, since: first.timestamp) { line in
      if events.contains(line.id) { found.append(line) }
      return true
    }
    trace.attempts = found
  }
}
