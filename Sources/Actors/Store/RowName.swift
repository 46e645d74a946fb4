import Transport

/// An id in 16 bytes: those we draw ourselves (UUIDs, ULIDs) are numbers written as text. Any other
/// text, which only a log from elsewhere holds, stands in a table beside the rows.
struct RowName: Sendable, Hashable, BitwiseCopyable {
  let high: UInt64
  let low: UInt64

  /// No id we draw has this upper half.
  private static let other = UInt64.max

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Nothing.
  static let none = RowName(high: 0, low: 0)

  /// The text of that number in the table of others.
  init(other number: Int) { self.init(high: Self.other, low: UInt64(number)) }

  var otherNumber: Int? { high == Self.other ? Int(low) : nil }
}

/// UUIDs in lower case: `2819c223-7f76-453a-919d-413861904646`.
extension RowName {
  init?(uuid text: String) {
    let bytes = text.utf8Span.span
    guard bytes.count == 36 else { return nil }
    var (halves, digits) = ((high: UInt64(0), low: UInt64(0)), 0)
    for index in 0..<36 {
      if index == 8 || index == 13 || index == 18 || index == 23 {
        guard bytes[index] == UInt8(ascii: "-") else { return nil }
        continue
      }
      let value: UInt64
      switch bytes[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = UInt64(bytes[index]) - 0x30
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = UInt64(bytes[index]) - 0x57
      default: return nil
      }
      if digits < 16 {
        halves.high = halves.high << 4 | value
      } else {
        halves.low = halves.low << 4 | value
      }
      digits += 1
    }
    guard halves.high != Self.other else { return nil }
    self.init(high: halves.high, low: halves.low)
  }

  var uuid: String {
    var out: [UInt8] = []
    out.reserveCapacity(36)
    for digit in 0..<32 {
      if digit == 8 || digit == 12 || digit == 16 || digit == 20 { out.append(UInt8(ascii: "-")) }
      let half = digit < 16 ? high : low
      let value = UInt8(half >> UInt64(60 - 4 * (digit & 15)) & 15)
      out.append(value < 10 ? 0x30 + value : 0x57 + value)
    }
    return String(decoding: out, as: UTF8.self)
  }
}

/// ULIDs behind a prefix: `emp_01JD8W…`.
extension RowName {
  private static let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
  }()

  init?(ulid text: String, prefix: StaticString) {
    let bytes = text.utf8Span.span
    let start = prefix.utf8CodeUnitCount
    guard bytes.count == start + 26, text.hasPrefix(prefix.description) else { return nil }
    var (high, low) = (UInt64(0), UInt64(0))
    for index in start..<bytes.count {
      let value = Self.values[Int(bytes[index])]
      guard value < 32, index > start || value < 8 else { return nil }
      high = high << 5 | low >> 59
      low = low << 5 | UInt64(value)
    }
    guard high != Self.other else { return nil }
    self.init(high: high, low: low)
  }

  func ulid(prefix: StaticString) -> String {
    var out = Array(prefix.description.utf8)
    for digit in 0..<26 {
      let shift = UInt64(5 * (25 - digit))
      let value =
        shift >= 64
        ? high >> (shift - 64)
        : low >> shift | (shift > 59 ? high << (64 - shift) : 0)
      out.append(Self.digits[Int(value & 31)])
    }
    return String(decoding: out, as: UTF8.self)
  }
}
