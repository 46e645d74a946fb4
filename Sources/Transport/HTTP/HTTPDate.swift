/// The preferred date form of RFC 9110 §5.6.7, `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
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
