import Transport

/// Reads the `Retry-After` field (RFC 9110 §10.2.3): whole seconds, or a date.
enum RetryAfter {
  /// - Returns: nil when it is neither, or a date that has passed.
  static func parse(_ text: String, now: Timestamp) -> Duration? {
    if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      // More digits than fit ask for as long as can be.
      return .seconds(min(Int(text) ?? .max, 1 << 31))
    }
    guard let date = HTTPDate.parse(text), date > now else { return nil }
    return .seconds(date.seconds - now.seconds)
  }
}
