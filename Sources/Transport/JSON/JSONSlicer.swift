/// Finds the members of an object, or the elements of an array, as byte ranges without building
/// values: what start-up needs of millions of lines whose checksum already holds.
///
/// It balances brackets and skips strings; it does not validate what is between.
package enum JSONSlicer {
  package struct Member: Sendable, Equatable {
    /// Without quotes, escapes as they stand.
    package let name: Range<Int>
    package let value: Range<Int>
  }

  package static func members(of bytes: [UInt8]) -> [Member]? {
    members(of: bytes.span, in: bytes.indices)
  }

  /// The members of the object at `range`, in order; nil when it is not a balanced object.
  package static func members(of bytes: Span<UInt8>, in range: Range<Int>) -> [Member]? {
    var members: [Member] = []
    var cursor = Cursor(at: range.lowerBound, end: range.upperBound)
    guard cursor.take(UInt8(ascii: "{"), in: bytes) else { return nil }
    if cursor.take(UInt8(ascii: "}"), in: bytes) { return members }
    while true {
      guard let name = cursor.string(in: bytes), cursor.take(UInt8(ascii: ":"), in: bytes),
        let value = cursor.value(in: bytes)
      else { return nil }
      members.append(Member(name: name.lowerBound + 1..<name.upperBound - 1, value: value))
      if cursor.take(UInt8(ascii: "}"), in: bytes) { return members }
      guard cursor.take(UInt8(ascii: ","), in: bytes) else { return nil }
    }
  }

  /// The elements of the array at `range`, in order; nil when it is not a balanced array.
  package static func elements(of bytes: Span<UInt8>, in range: Range<Int>) -> [Range<Int>]? {
    var elements: [Range<Int>] = []
    var cursor = Cursor(at: range.lowerBound, end: range.upperBound)
    guard cursor.take(UInt8(ascii: "["), in: bytes) else { return nil }
    if cursor.take(UInt8(ascii: "]"), in: bytes) { return elements }
    while true {
      guard let value = cursor.value(in: bytes) else { return nil }
      elements.append(value)
      if cursor.take(UInt8(ascii: "]"), in: bytes) { return elements }
      guard cursor.take(UInt8(ascii: ","), in: bytes) else { return nil }
    }
  }

  private struct Cursor {
    var at: Int
    let end: Int

    mutating func skipSpace(in bytes: Span<UInt8>) {
      while at < end, bytes[at] <= 0x20 { at += 1 }
    }

    mutating func take(_ byte: UInt8, in bytes: Span<UInt8>) -> Bool {
      if at < end, bytes[at] <= 0x20 { skipSpace(in: bytes) }
      guard at < end, bytes[at] == byte else { return false }
      at += 1
      return true
    }

    /// The string at the cursor with its quotes.
    mutating func string(in bytes: Span<UInt8>) -> Range<Int>? {
      let start = at
      guard take(UInt8(ascii: "\""), in: bytes) else { return nil }
      let first = at - 1
      while at < end {
        switch bytes[at] {
        case UInt8(ascii: "\\"):
          at += 2
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

    mutating func value(in bytes: Span<UInt8>) -> Range<Int>? {
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
}
