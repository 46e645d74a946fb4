import Transport

/// Reads the `Retry-After` field (RFC 9110 §10.2.3): whole seconds, or a date.
enum RetryAfter {
  /// - Returns: nil when it is neither, or a date that has passed.
  static func parse(_ text: String, now: Timestamp) -> Duration? {
    if let seconds = Int(text), seconds >= 0 { return .seconds(min(seconds, 1 << 31)) }
    guard let date = date(text), date > now.seconds else { return nil }
    return .seconds(date - now.seconds)
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// `Sun, 06 Nov 1994 08:49:37 GMT`; the obsolete forms are not read.
  private static func date(_ text: String) -> Int64? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), (1...31).contains(day),
      let month = months.firstIndex(of: String(parts[2])), let year = Int(parts[3]),
      (1970...9999).contains(year)
    else { return nil }
    let clock = parts[4].split(separator: ":").compactMap { Int($0) }
    guard clock.count == 3, (0..<24).contains(clock[0]), (0..<60).contains(clock[1]),
      (0...60).contains(clock[2])
    else { return nil }
    let seconds = clock[0] * 3600 + clock[1] * 60 + clock[2]
    return Int64(days(year: year, month: month + 1, day: day) * 86_400 + seconds)
  }

  /// Days since 1970-01-01 of a Gregorian date: leap days up to the last February, whole years,
  /// then the months of a year that starts in March.
  private static func days(year: Int, month: Int, day: Int) -> Int {
    let marchYear = month > 2 ? year : year - 1
    let monthsIn = (month + 9) % 12
    let leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400
    return marchYear * 365 + leapDays + (monthsIn * 153 + 2) / 5 + day - 1 - 719_468
  }
}
