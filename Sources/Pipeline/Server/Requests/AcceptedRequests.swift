import Actors
import Transport

/// What a source of calls has next, the newest first.
enum RequestStep: Sendable {
  case found(RequestSummary)
  /// There is nothing older that is wanted.
  case end
  /// As much was looked through as one page may.
  case spent
}

/// The writes of `1-accepted`, read backwards in stretches and joined with what became of them.
struct AcceptedRequests {
  private static let batch: UInt64 = 256
  private static let bytes = 4 << 20
  /// Lines one page may look at, and of `3-committed` about as many.
  private static let most = 16_384

  private let accepted: SpoolHop
  private let disk: BlockingThread
  private let query: RequestQuery
  private let keys: Set<String>?
  private let word: [UInt8]?
  private var decisions: RequestDecisions
  /// Lines that may still be looked at.
  private var left = most
  /// Of the stretch at hand, oldest first.
  private var found: [(seq: UInt64, summary: RequestSummary)] = []
  /// Lines below this one have not been looked at.
  private var end: UInt64?
  private var isAtEnd = false

  init(_ query: RequestQuery, accepted: SpoolHop, committed: SpoolHop, disk: BlockingThread) {
    (self.query, self.accepted, self.disk) = (query, accepted, disk)
    keys = query.keys.map { Set($0.map(\.path)) }
    word = query.word.map { SpoolSearch.folded(Array($0.utf8)) }
    decisions = RequestDecisions(committed: committed, disk: disk)
  }

  /// Where the reading goes on for the next page.
  var place: UInt64 { found.last.map { $0.seq + 1 } ?? end ?? query.before?.accepted ?? .max }

  mutating func take() { found.removeLast() }

  mutating func peek() async throws(SpoolError) -> RequestStep {
    while found.isEmpty {
      if isAtEnd || query.outcome == .read { return .end }
      if left == 0 || decisions.read > Self.most { return .spent }
      try await readOn()
    }
    return found.last.map { .found($0.summary) } ?? .end
  }

  private mutating func readOn() async throws(SpoolError) {
    let end = try await start()
    let first = accepted.firstSeq ?? 1
    guard end > first else {
      isAtEnd = true
      return
    }
    let start = max(first, end - min(end, Self.batch))
    let lines = try await lines(start..<end)
    left -= min(left, Int(end - start))
    decisions.restart()
    for line in lines {
      if let since = query.since, line.timestamp < since {
        isAtEnd = true
        continue
      }
      if let summary = try await summary(of: line) { found.append((line.seq, summary)) }
    }
    self.end = start
  }

  private mutating func start() async throws(SpoolError) -> UInt64 {
    if let end { return end }
    await accepted.durable(through: accepted.lastSeq)
    var start = min(query.before?.accepted ?? .max, accepted.durableSeq + 1)
    if let until = query.until {
      start = min(start, try await HopTimes(hop: accepted, disk: disk).line(since: until))
    }
    end = start
    return start
  }

  private func lines(_ range: Range<UInt64>) async throws(SpoolError) -> [SpoolLine] {
    let accepted = accepted
    var lines: [SpoolLine] = []
    var next = range.lowerBound
    while next < range.upperBound {
      let from = next
      let found = try await disk.run { () throws(SpoolError) in
        try accepted.lines(
          from: from, limit: Int(range.upperBound - from), maxBytes: Self.bytes)
      }
      lines += found.lazy.filter { $0.seq < range.upperBound && concerns($0) }
      guard let last = found.last else { break }
      next = last.seq + 1
    }
    return lines
  }
}

// MARK: What is wanted

extension AcceptedRequests {
  /// Whether a line may be wanted, by what stands at its beginning.
  private func concerns(_ line: SpoolLine) -> Bool {
    guard let connection = line.key.split(separator: "/").first,
      query.connections.contains(String(connection)),
      query.method.map({ line.type.hasSuffix(Self.verb($0)) }) ?? true
    else { return false }
    // A creation may have become somebody who was there before.
    return isNamed(line.key) || mentionsWord(line)
      || keys != nil && line.type.hasSuffix(Self.verb("POST"))
  }

  private func isNamed(_ key: String) -> Bool {
    keys.map { $0.contains(key) } ?? (word == nil)
  }

  private func mentionsWord(_ line: SpoolLine) -> Bool {
    guard let word else { return false }
    return line.id == query.word || SpoolSearch.occurs(word, in: line.data)
  }

  private static func verb(_ method: String) -> String {
    switch method {
    case "POST": ".create"
    case "PUT": ".replace"
    case "PATCH": ".patch"
    case "DELETE": ".delete"
    default: ".none"
    }
  }

  private mutating func summary(of line: SpoolLine) async throws(SpoolError) -> RequestSummary? {
    guard let accepted = AcceptedLine(line) else { return nil }
    var summary = RequestSummary(line, accepted)
    let decision = try await decisions.decision(on: line)
    if let decision { summary.take(decision) }
    guard isNamed(decision?.key ?? line.key) || isNamed(line.key) || mentionsWord(line),
      query.status.map({ $0 == summary.status }) ?? true,
      query.outcome.map({ $0 == summary.outcome }) ?? true
    else { return nil }
    return summary
  }
}
