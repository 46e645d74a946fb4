package import Transport

/// The numbers of one webhook's delivery that its owner set; what is nil is as the server's flags say.
package struct WebhookSettings: Sendable, Equatable {
  /// Attempts in flight at once.
  package var window: Int?
  /// For a whole attempt.
  package var timeout: Duration?
  package var connectTimeout: Duration?
  package var tlsTimeout: Duration?
  /// The waiting time before each attempt; as many attempts as entries.
  package var retries: [Duration]?
  /// Percent by which a waiting time is stretched or shortened at random.
  package var jitter: Int?
  /// How long a receiver that does not answer is left alone at first, and at most.
  package var probeAfter: Duration?
  package var probeMax: Duration?
  /// Failures in a row without an answer after which it is left alone.
  package var breakerFailures: Int?
  /// How long nothing may be delivered before the webhook is disabled.
  package var disableAfter: Duration?

  package init() {}

  package var isEmpty: Bool { self == WebhookSettings() }
}

// MARK: - Their names and bounds

extension WebhookSettings {
  /// A member that is a time.
  package struct Time: Sendable {
    package let name: String
    package let path: any WritableKeyPath<WebhookSettings, Duration?> & Sendable
    /// Milliseconds.
    package let range: ClosedRange<Int>
  }

  /// A member that is a number.
  package struct Count: Sendable {
    package let name: String
    package let path: any WritableKeyPath<WebhookSettings, Int?> & Sendable
    package let range: ClosedRange<Int>
  }

  package static let times = [
    Time(name: "timeout", path: \.timeout, range: Bounds.timeout),
    Time(name: "connectTimeout", path: \.connectTimeout, range: Bounds.timeout),
    Time(name: "tlsTimeout", path: \.tlsTimeout, range: Bounds.timeout),
    Time(name: "probeAfter", path: \.probeAfter, range: Bounds.probe),
    Time(name: "probeMax", path: \.probeMax, range: Bounds.probe),
    Time(name: "disableAfter", path: \.disableAfter, range: Bounds.patience),
  ]

  package static let counts = [
    Count(name: "window", path: \.window, range: Bounds.ownWindow),
    Count(name: "jitter", path: \.jitter, range: Bounds.percent),
    Count(name: "breakerFailures", path: \.breakerFailures, range: Bounds.failures),
  ]

  /// What a setting or the flag it replaces may be; times in milliseconds.
  package enum Bounds {
    package static let window = 1...1024
    /// What an application may choose by itself; each costs memory, and takes from what all share.
    package static let ownWindow = 1...32
    package static let timeout = 1...600_000
    package static let probe = 1...86_400_000
    package static let patience = 1...31_536_000_000
    package static let percent = 0...100
    package static let failures = 1...10_000
    /// Attempts at one event.
    package static let attempts = 1...32
    /// The wait before one of them.
    package static let wait = 0...2_592_000_000
  }
}

// MARK: - In the log

extension WebhookSettings {
  /// - Parameter json: what `json` gave; a member out of its bounds counts as absent.
  package init(json: JSONObject) {
    for time in Self.times {
      self[keyPath: time.path] = json[time.name]?.int.flatMap { Self.time($0, in: time.range) }
    }
    for count in Self.counts {
      self[keyPath: count.path] = json[count.name]?.int.flatMap {
        count.range.contains($0) ? $0 : nil
      }
    }
    let waits = json["retries"]?.array?.compactMap(\.int).compactMap {
      Self.time($0, in: Bounds.wait)
    }
    retries = waits.flatMap { Bounds.attempts.contains($0.count) ? $0 : nil }
  }

  /// Times in milliseconds; what is nil is left out.
  package var json: JSONObject {
    var json = JSONObject()
    for count in Self.counts { json[count.name] = self[keyPath: count.path].map { JSONValue($0) } }
    for time in Self.times {
      json[time.name] = self[keyPath: time.path].map { JSONValue($0.wholeMilliseconds) }
    }
    json["retries"] = retries.map { .array($0.map { JSONValue($0.wholeMilliseconds) }) }
    return json
  }

  private static func time(_ milliseconds: Int, in range: ClosedRange<Int>) -> Duration? {
    range.contains(milliseconds) ? .milliseconds(milliseconds) : nil
  }
}

extension Duration {
  package var wholeMilliseconds: Int { Int(self / .milliseconds(1)) }
}
