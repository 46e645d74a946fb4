extension Timestamp {
  /// An RFC 3339 date and time with any offset, `2026-01-02T03:04:05.678+01:00`; nil for anything
  /// else. Digits after the third of a fraction are cut; a leap second is the second after it.
  package init?(parsing text: String) {
    var reader = Reader(bytes: Array(text.utf8))
    guard let day = reader.date(), reader.take("T", "t", " "),
      let time = reader.time(), let offset = reader.offset(), reader.isAtEnd
    else { return nil }
    self.init(milliseconds: day * 86_400_000 + time - offset)
  }

  /// Days from the epoch to a proleptic Gregorian date, the inverse of `civil(days:)`.
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func daysIn(month: Int64, year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Takes the parts of a date and time off the front of some bytes (RFC 3339 §5.6).
  private struct Reader {
    let bytes: [UInt8]
    var position = 0

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ choices: Unicode.Scalar...) -> Bool {
      guard position < bytes.count, choices.contains(Unicode.Scalar(bytes[position])) else {
        return false
      }
      position += 1
      return true
    }

    mutating func digits(_ count: Int, in range: ClosedRange<Int64>) -> Int64? {
      guard position + count <= bytes.count else { return nil }
      var value: Int64 = 0
      for _ in 0..<count {
        guard bytes[position] &- 0x30 < 10 else { return nil }
        value = value * 10 + Int64(bytes[position] - 0x30)
        position += 1
      }
      return range.contains(value) ? value : nil
    }

    /// Days since the epoch.
    mutating func date() -> Int64? {
      guard let year = digits(4, in: 0...9999), take("-"),
        let month = digits(2, in: 1...12), take("-"),
        let day = digits(2, in: 1...Timestamp.daysIn(month: month, year: year))
      else { return nil }
      return Timestamp.days(year: year, month: month, day: day)
    }

    /// Milliseconds since midnight.
    mutating func time() -> Int64? {
      guard let hour = digits(2, in: 0...23), take(":"),
        let minute = digits(2, in: 0...59), take(":"),
        let second = digits(2, in: 0...60), let fraction = fraction()
      else { return nil }
      return (hour * 3600 + minute * 60 + second) * 1000 + fraction
    }

    /// Milliseconds; 0 when there is no fraction.
    private mutating func fraction() -> Int64? {
      guard take(".") else { return 0 }
      let start = position
      var value: Int64 = 0
      while position < bytes.count, bytes[position] &- 0x30 < 10 {
        if position < start + 3 { value = value * 10 + Int64(bytes[position] - 0x30) }
        position += 1
      }
      guard position > start else { return nil }
      for _ in (position - start)..<max(3, position - start) { value *= 10 }
      return value
    }

    /// Milliseconds east of UTC.
    mutating func offset() -> Int64? {
      if take("Z", "z") { return 0 }
      let isWest = position < bytes.count && bytes[position] == UInt8(ascii: "-")
      guard take("+", "-"), let hours = digits(2, in: 0...23), take(":"),
        let minutes = digits(2, in: 0...59)
      else { return nil }
      return (hours * 60 + minutes) * (isWest ? -60_000 : 60_000)
    }
  }
}
