import CLinux
import Glibc

/// A moment of UTC wall time with millisecond resolution; what every line and event carries.
package struct Timestamp: Sendable, Hashable, Comparable {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  package var milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package static var now: Timestamp {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// Whole seconds since the epoch, as `webhook-timestamp` wants.
  package var seconds: Int64 { milliseconds / 1000 }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.milliseconds < right.milliseconds
  }

  package func advanced(by duration: Duration) -> Timestamp {
    let (seconds, attoseconds) = duration.components
    return Timestamp(
      milliseconds: milliseconds + seconds * 1000 + attoseconds / 1_000_000_000_000_000)
  }
}

extension Timestamp: CustomStringConvertible {
  /// `2026-01-02T03:04:05.678Z`, always 24 bytes for years 0–9999.
  package var description: String {
    String(decoding: utf8, as: UTF8.self)
  }

  /// The bytes of `description`.
  package var utf8: [UInt8] {
    var out = [UInt8]()
    out.reserveCapacity(24)
    write(to: &out)
    return out
  }

  /// Appends the bytes of `description`.
  package func write(to out: inout [UInt8]) {
    var days = milliseconds / 86_400_000
    var rest = milliseconds % 86_400_000
    if rest < 0 {
      rest += 86_400_000
      days -= 1
    }
    let (year, month, day) = Self.civil(days: days)
    Self.two(year / 100 % 100, to: &out)
    Self.two(year % 100, to: &out, then: UInt8(ascii: "-"))
    Self.two(month, to: &out, then: UInt8(ascii: "-"))
    Self.two(day, to: &out, then: UInt8(ascii: "T"))
    Self.two(rest / 3_600_000, to: &out, then: UInt8(ascii: ":"))
    Self.two(rest / 60_000 % 60, to: &out, then: UInt8(ascii: ":"))
    Self.two(rest / 1000 % 60, to: &out, then: UInt8(ascii: "."))
    out.append(UInt8(0x30 + rest / 100 % 10))
    Self.two(rest % 100, to: &out, then: UInt8(ascii: "Z"))
  }

  /// Two digits, and what stands behind them. The divisors are constants, which costs no division.
  private static func two(_ value: Int64, to out: inout [UInt8], then mark: UInt8? = nil) {
    out.append(UInt8(0x30 + value / 10))
    out.append(UInt8(0x30 + value % 10))
    if let mark { out.append(mark) }
  }

  /// Days since the epoch → proleptic Gregorian date (Hinnant's era arithmetic).
  private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
      dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    )
  }
}
