import Transport

/// Reads the `Retry-After` field (RFC 9110 §10.2.3): whole seconds, or a date.
enum RetryAfter {
  /// - Returns: nil when it is neither, or a date that has passed.
  static func parse(_ text: String, now: Timestamp) -> Duration? {
    if let seconds = Int(text), seconds >= 0 { return .seconds(min(seconds, 1 << 31)) }
    guard let date = HTTPDate.parse(text), date > now else { return nil }
    return .seconds(date.seconds - now.seconds)
  }
}
