/// Goes through JSON that is known to be well-formed without building anything: what reads of many
/// stored resources need of each.
///
/// The bytes are handed to every call, so that a cursor can be kept where a span cannot. It balances
/// brackets and skips strings; it does not validate what is between.
package struct JSONCursor: Sendable {
  package private(set) var at: Int
  private let end: Int

  /// Goes through `at..<end`, which must lie within the bytes.
  package init(at start: Int, end: Int) {
    at = start
    self.end = end
  }

  package init(in range: Range<Int>) { self.init(at: range.lowerBound, end: range.upperBound) }

  private mutating func skipSpace(in bytes: Span<UInt8>) {
    while at < end, bytes[at] <= 0x20 { at += 1 }
  }

  /// Whether that byte comes next, white space aside; if so, the cursor stands behind it.
  package mutating func take(_ byte: UInt8, in bytes: Span<UInt8>) -> Bool {
    if at < end, bytes[at] <= 0x20 { skipSpace(in: bytes) }
    guard at < end, bytes[at] == byte else { return false }
    at += 1
    return true
  }

  /// The string at the cursor with its quotes.
  package mutating func string(in bytes: Span<UInt8>) -> Range<Int>? {
    let start = at
    guard take(UInt8(ascii: "\""), in: bytes) else { return nil }
    let first = at - 1
    while true {
      at = JSONText.plainEnd(in: bytes, from: at)
      guard at < end else { break }
      switch bytes[at] {
      case UInt8(ascii: "\\"):
        at += 2
        guard at < end else {
          at = start
          return nil
        }
      case UInt8(ascii: "\""):
        at += 1
        return first..<at
      default:
        at += 1
      }
    }
    at = start
    return nil
  }

  /// The value at the cursor, of any kind.
  package mutating func value(in bytes: Span<UInt8>) -> Range<Int>? {
    if at < end, bytes[at] <= 0x20 { skipSpace(in: bytes) }
    guard at < end else { return nil }
    switch bytes[at] {
    case UInt8(ascii: "\""): return string(in: bytes)
    case UInt8(ascii: "{"), UInt8(ascii: "["): return container(in: bytes)
    default: return scalar(in: bytes)
    }
  }

  private mutating func container(in bytes: Span<UInt8>) -> Range<Int>? {
    let first = at
    var depth = 0
    while at < end {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        guard string(in: bytes) != nil else { return nil }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 {
          at += 1
          return first..<at
        }
      default:
        break
      }
      at += 1
    }
    return nil
  }

  private mutating func scalar(in bytes: Span<UInt8>) -> Range<Int>? {
    let first = at
    while at < end, !Self.endsScalar(bytes[at]) { at += 1 }
    return at > first ? first..<at : nil
  }

  private static func endsScalar(_ byte: UInt8) -> Bool {
    byte <= 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}")
      || byte == UInt8(ascii: "]")
  }
}

extension JSONCursor {
  /// The member at the cursor: its name without quotes, escapes as they stand, and its value.
  package mutating func member(
    in bytes: Span<UInt8>
  ) -> (name: Range<Int>, value: Range<Int>)? {
    guard let name = string(in: bytes), take(UInt8(ascii: ":"), in: bytes),
      let value = value(in: bytes)
    else { return nil }
    return (name.lowerBound + 1..<name.upperBound - 1, value)
  }
}
