import Actors
import Transport

/// What a line of `3-committed` says of the write it decides.
struct RequestDecision: Sendable {
  let seq: UInt64
  let time: Timestamp
  let key: String
  let accepted: UInt64
  let outcome: RequestOutcome
  let status: Int
  let detail: String?

  /// Nil for lines that decide no accepted write.
  init?(_ line: SpoolLine) {
    guard !line.type.hasPrefix("admin."), let data = JSONSlices(line.data),
      let accepted = data.number("accepted"), let status = data.number("status"),
      let outcome = data.text("outcome").flatMap(RequestOutcome.init(rawValue:))
    else { return nil }
    (seq, time, key) = (line.seq, line.timestamp, line.key)
    (self.accepted, self.status, self.outcome) = (accepted, Int(status), outcome)
    detail = data.text("detail")
  }
}

/// Finds what became of accepted writes: their outcomes stand in `3-committed` few lines behind
/// those of the time they were accepted. That may be long after, where the server was down.
struct RequestDecisions {
  /// Lines taken at once, and among how many the outcome of one write is looked for.
  private static let batch = 64
  private static let bytes = 1 << 20
  private static let most = 8192

  private let committed: SpoolHop
  private let disk: BlockingThread
  /// Lines that were read.
  private(set) var read = 0
  private var known: [UInt64: RequestDecision] = [:]
  /// The next line to read, and the time of the one before it.
  private var next: UInt64?
  private var readThrough = Timestamp(milliseconds: .min)

  init(committed: SpoolHop, disk: BlockingThread) {
    self.committed = committed
    self.disk = disk
  }

  /// Nil when it has none yet.
  ///
  /// - Parameter line: of `1-accepted`; asked for in their order, one reading serves many.
  mutating func decision(on line: SpoolLine) async throws(SpoolError) -> RequestDecision? {
    if let found = known.removeValue(forKey: line.seq) { return found }
    // What stands between may be much, and of others.
    let isFar = readThrough.advanced(by: .seconds(2)) < line.timestamp
    if next == nil || isFar {
      next = try await HopTimes(hop: committed, disk: disk).line(
        since: line.timestamp.advanced(by: .milliseconds(-100)))
    }
    let start = read
    while read - start < Self.most, try await readOn() {
      if let found = known.removeValue(forKey: line.seq) { return found }
    }
    return nil
  }

  /// - Returns: whether there was anything to read.
  private mutating func readOn() async throws(SpoolError) -> Bool {
    guard let from = next else { return false }
    let committed = committed
    let lines = try await disk.run { () throws(SpoolError) in
      try committed.lines(from: from, limit: Self.batch, maxBytes: Self.bytes)
    }
    guard let last = lines.last else { return false }
    for line in lines {
      if let decision = RequestDecision(line) { known[decision.accepted] = decision }
    }
    read += lines.count
    (next, readThrough) = (last.seq + 1, last.timestamp)
    return true
  }

  /// Lets go of what nobody asked for.
  mutating func restart() {
    known.removeAll(keepingCapacity: true)
    (next, readThrough) = (nil, Timestamp(milliseconds: .min))
  }
}
