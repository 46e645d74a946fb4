package import Transport

/// Counts failed authentications per (Base URL, address) and says when to stop listening.
///
/// A valid token is checked first and never comes here: behind a proxy every caller has the
/// proxy's address, and Okta's organisations share theirs.
package struct AttemptLimiter: Sendable {
  package struct Source: Sendable, Hashable {
    package let slug: String
    package let address: String

    package init(slug: String, address: String) {
      self.slug = slug
      self.address = address
    }
  }

  private struct Window {
    var start: Timestamp
    var failures: Int
  }

  /// More failures than this in one window are answered 429.
  package static let allowed = 20
  package static let window = Duration.seconds(60)
  /// Sources remembered; at the bound the oldest windows are forgotten.
  package static let capacity = 10_000

  private var windows: [Source: Window] = [:]

  package init() {}

  /// Notes a failure. Returns the seconds to wait when there were too many, else nil.
  package mutating func failed(_ source: Source, at now: Timestamp) -> Int? {
    if windows.count >= Self.capacity { forget(before: now) }
    var window = windows[source] ?? Window(start: now, failures: 0)
    if now >= window.start.advanced(by: Self.window) { window = Window(start: now, failures: 0) }
    window.failures += 1
    windows[source] = window
    guard window.failures > Self.allowed else { return nil }
    let left = window.start.advanced(by: Self.window).milliseconds - now.milliseconds
    return max(1, Int((left + 999) / 1000))
  }

  private mutating func forget(before now: Timestamp) {
    windows = windows.filter { now < $0.value.start.advanced(by: Self.window) }
    if windows.count >= Self.capacity { windows.removeAll() }
  }
}
