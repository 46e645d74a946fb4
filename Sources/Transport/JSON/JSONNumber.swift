/// A JSON number kept as its text, so that no digit is lost between an identity provider and us.
package struct JSONNumber: Sendable {
  /// As written, valid by RFC 8259 §6.
  package let text: String

  /// - Parameter text: must be a valid JSON number; the parser has checked its own.
  package init(text: String) { self.text = text }
  package init(_ value: Int) { text = String(value) }

  /// The value when it is a whole number written without fraction or exponent that fits.
  package var int: Int? { Int(text) }
  /// The nearest double; infinite when the number is larger than any.
  package var double: Double { Double(text) ?? .nan }
  /// Whether it is written without fraction and exponent.
  package var isInteger: Bool { !text.utf8.contains { $0 == 0x2E || $0 | 0x20 == 0x65 } }
}

extension JSONNumber: Hashable {
  /// Equal when they are the same number: whole ones by every digit, others as doubles.
  package static func == (left: JSONNumber, right: JSONNumber) -> Bool {
    if left.text == right.text { return true }
    if left.isInteger && right.isInteger { return left.isZero && right.isZero }
    return left.double == right.double && left.double.isFinite
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(double) }

  private var isZero: Bool { text == "0" || text == "-0" }
}

extension JSONNumber {
  /// Where the number that begins at `start` ends (RFC 8259 §6).
  static func end(in bytes: Span<UInt8>, from start: Int) throws(JSONError) -> Int {
    func digits(_ from: Int) throws(JSONError) -> Int {
      var index = from
      while index < bytes.count, bytes[index] &- 0x30 < 10 { index += 1 }
      guard index > from else {
        throw from < bytes.count ? .invalidNumber(offset: from) : .unexpectedEnd(offset: from)
      }
      return index
    }
    func sees(_ byte: UInt8, at index: Int) -> Bool {
      index < bytes.count && bytes[index] | 0x20 == byte | 0x20
    }
    var index = bytes[start] == UInt8(ascii: "-") ? start + 1 : start
    let first = index
    index = try digits(index)
    if bytes[first] == UInt8(ascii: "0"), index > first + 1 { throw .invalidNumber(offset: first) }
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") { index = try digits(index + 1) }
    if sees(UInt8(ascii: "e"), at: index) {
      index += 1
      if index < bytes.count, bytes[index] == 0x2B || bytes[index] == 0x2D { index += 1 }
      index = try digits(index)
    }
    return index
  }
}
