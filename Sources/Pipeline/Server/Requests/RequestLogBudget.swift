import Transport

/// How many calls are noted: so many of each connection at once, then so many a second. Strangers
/// are counted apart from who has a valid token, and so push nobody's notes out.
struct RequestLogBudget: Sendable {
  struct Allowance: Sendable {
    /// Calls at once.
    var burst: Double
    /// Calls a second after that.
    var rate: Double

    /// Enough for an import of every user of a large company.
    static let known = Allowance(burst: 20_000, rate: 100)
    static let strangers = Allowance(burst: 500, rate: 1)
  }

  struct Source: Hashable, Sendable {
    /// Empty for calls at no connection.
    var connection: String
    var isAuthenticated: Bool
  }

  private struct Bucket {
    var left: Double
    var at: Timestamp

    mutating func take(_ allowance: Allowance, at now: Timestamp) -> Bool {
      let passed = Double(max(0, now.milliseconds - at.milliseconds)) / 1000
      left = min(allowance.burst, left + passed * allowance.rate)
      at = max(at, now)
      if left < 1 { return false }
      left -= 1
      return true
    }
  }

  private let known: Allowance
  private let strangers: Allowance
  /// As many as twice the connections there are: only they are named.
  private var buckets: [Source: Bucket] = [:]
  /// Calls that were not noted, by connection, since they were last told.
  private(set) var omitted: [String: Int] = [:]

  init(known: Allowance = .known, strangers: Allowance = .strangers) {
    self.known = known
    self.strangers = strangers
  }

  /// Whether a call of this source is noted; one that is not is counted.
  mutating func admits(_ source: Source, at now: Timestamp) -> Bool {
    let allowance = source.isAuthenticated ? known : strangers
    let isAdmitted = buckets[source, default: Bucket(left: allowance.burst, at: now)]
      .take(allowance, at: now)
    if !isAdmitted { omit(1, of: source.connection) }
    return isAdmitted
  }

  mutating func omit(_ count: Int, of connection: String) {
    omitted[connection, default: 0] += count
  }

  mutating func takeOmitted() -> [String: Int] {
    defer { omitted = [:] }
    return omitted
  }
}
