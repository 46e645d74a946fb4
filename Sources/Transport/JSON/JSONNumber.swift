/// A JSON number kept as its text, so that no digit is lost between an identity provider and us.
package struct JSONNumber: Sendable {
  /// As written, valid by RFC 8259 §6.
  package let text: String

  /// - Parameter text: must be a valid JSON number; the parser has checked its own.
  package init(text: String) { self.text = text }
  package init(_ value: Int) { text = String(value) }

  /// The value when it is a whole number written without fraction or exponent that fits.
  package var int: Int? { Int(text) }
  package var double: Double { Double(text) ?? .nan }
  /// Whether it is written without fraction and exponent.
  package var isInteger: Bool { !text.utf8.contains { $0 == 0x2E || $0 | 0x20 == 0x65 } }
}

extension JSONNumber: Hashable {
  package static func == (left: JSONNumber, right: JSONNumber) -> Bool {
    if left.text == right.text { return true }
    if left.isInteger && right.isInteger { return left.text == "-0" || right.text == "-0" ? left.double == right.double : false }
    return left.double == right.double
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(double) }
}
