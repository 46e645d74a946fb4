/// The preferred date form of RFC 9110 §5.6.7, `Sun, 06 Nov 1994 08:49:37 GMT`.
package enum HTTPDate {
  private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  static func text(_ time: Timestamp) -> String {
    // 2026-01-02T03:04:05.678Z
    let parts = time.utf8
    func number(_ range: Range<Int>) -> String { String(decoding: parts[range], as: UTF8.self) }
    let month = Int(number(5..<7)).map { months[$0 - 1] } ?? ""
    let day = days[Int((time.seconds / 86_400) % 7)]
    return "\(day), \(number(8..<10)) \(month) \(number(0..<4)) \(number(11..<19)) GMT"
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`; the obsolete forms are not read.
  package static func parse(_ text: String) -> Timestamp? {
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
    let day0 = days(year: year, month: month + 1, day: day)
    return Timestamp(milliseconds: Int64(day0 * 86_400 + seconds) * 1000)
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

/// The Date header line, made once a second instead of once a response.
struct HTTPDateLine {
  private var second: Int64 = -1
  private var line: [UInt8] = []

  mutating func bytes(at time: Timestamp = .now) -> [UInt8] {
    if time.seconds != second {
      second = time.seconds
      line = Array("Date: \(HTTPDate.text(time))\r\n".utf8)
    }
    return line
  }
}
