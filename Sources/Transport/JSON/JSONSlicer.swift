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
    var cursor = JSONCursor(at: range.lowerBound, end: range.upperBound)
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
    var cursor = JSONCursor(at: range.lowerBound, end: range.upperBound)
    guard cursor.take(UInt8(ascii: "["), in: bytes) else { return nil }
    if cursor.take(UInt8(ascii: "]"), in: bytes) { return elements }
    while true {
      guard let value = cursor.value(in: bytes) else { return nil }
      elements.append(value)
      if cursor.take(UInt8(ascii: "]"), in: bytes) { return elements }
      guard cursor.take(UInt8(ascii: ","), in: bytes) else { return nil }
    }
  }
}
