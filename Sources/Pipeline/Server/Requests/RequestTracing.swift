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
  /// Files of `requests/` in which a call may stand, by its time.
  private static let files = 3

  let accepted: SpoolHop
  let mapped: SpoolHop
  let committed: SpoolHop
  let attempts: SpoolHop
  let log: RequestLog
  let disk: BlockingThread

  /// Nil when nothing is kept of a call of that id.
  func trace(_ id: String) async throws -> RequestTrace? {
    guard let time = ULID.time(of: id) else { return nil }
    await accepted.durable(through: accepted.lastSeq)
    guard let line = try await first(of: id, in: accepted, since: time) else {
      return try await noted(id, at: time)
    }
    guard let write = AcceptedLine(line) else { return nil }
    var trace = RequestTrace(summary: RequestSummary(line, write), accepted: line)
    trace.mapped = try await first(of: id, in: mapped, since: line.timestamp)
    trace.committed = try await committed(of: id, since: line.timestamp)
    if let decision = trace.committed.lazy.compactMap({ RequestDecision($0) }).first {
      trace.summary.take(decision)
    }
    try await addAttempts(to: &trace)
    return trace
  }

  private func noted(_ id: String, at time: Timestamp) async throws -> RequestTrace? {
    let log = log
    let found = try await disk.run { () throws(FileError) -> RequestSummary? in
      log.flush()
      var files = try log.files.all()
      let later = time.advanced(by: .seconds(60))
      while let last = files.last, try log.files.begins(last, at: later) { files.removeLast() }
      let needle = Array(#""id":"\#(id)""#.utf8)
      for file in files.suffix(Self.files).reversed() {
        for bytes in try log.files.lines(of: file) where SpoolSearch.occurs(needle, in: bytes) {
          if let line = RequestLogLine(bytes), let call = line.call, call.id == id {
            return RequestSummary(line, call)
          }
        }
      }
      return nil
    }
    return found.map { RequestTrace(summary: $0) }
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
    // A line's time is taken right before it is written, by several at once.
    let start = time.advanced(by: .milliseconds(-100))
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

  private func first(
    of id: String, in hop: SpoolHop, since time: Timestamp
  ) async throws(SpoolError) -> SpoolLine? {
    var found: SpoolLine?
    let limit = time.advanced(by: .seconds(60))
    try await read(hop, since: time) { line in
      if line.id == id { found = line }
      return found == nil && line.timestamp <= limit
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
