import Transport

/// One operator with its literal, prepared for the type it is compared with (RFC 7644 §3.4.2.2).
struct SCIMComparator: Sendable {
  private enum Literal: Sendable {
    case text(SCIMTextTest)
    case bool(Bool)
    case number(JSONNumber)
    case time(Timestamp)
  }

  private let op: SCIMFilter.Operator
  private let literal: Literal

  /// Nil when the operator or the literal does not go with the attribute's type.
  init?(_ op: SCIMFilter.Operator, _ value: JSONValue, for attribute: SCIMAttribute) {
    self.op = op
    let isTextual = op == .co || op == .sw || op == .ew
    let isEquality = op == .eq || op == .ne
    switch attribute.kind {
    case .complex:
      return nil
    case .boolean:
      guard isEquality, let bool = SCIMCoercion.scalar(value, for: .boolean)?.bool else {
        return nil
      }
      literal = .bool(bool)
    case .decimal, .integer:
      guard !isTextual, let number = value.number else { return nil }
      literal = .number(number)
    case .dateTime where !isTextual:
      guard let time = value.string.flatMap({ Timestamp(parsing: $0) }) else { return nil }
      literal = .time(time)
    case .dateTime, .string, .reference, .binary:
      guard attribute.kind != .binary || isEquality || isTextual,
        let text = SCIMCoercion.scalar(value, for: .string)?.string
      else { return nil }
      literal = .text(SCIMTextTest(op, text, caseExact: attribute.caseExact))
    }
  }

  /// `ne` also holds where there is nothing at all.
  var isInequality: Bool { op == .ne }

  /// - Parameter range: one JSON value.
  func accepts(_ bytes: Span<UInt8>, at range: Range<Int>) -> Bool {
    switch (literal, bytes[range.lowerBound]) {
    case (.text(let test), UInt8(ascii: "\"")):
      return test.accepts(bytes, at: range)
    case (.bool(let wanted), UInt8(ascii: "t")):
      return wanted == (op == .eq)
    case (.bool(let wanted), UInt8(ascii: "f")):
      return !wanted == (op == .eq)
    case (.number(let wanted), _):
      guard let number = bytes.tree(at: range)?.number else { return false }
      return accepts(number, wanted)
    case (.time(let wanted), UInt8(ascii: "\"")):
      guard let time = bytes.tree(at: range)?.string.flatMap({ Timestamp(parsing: $0) }) else {
        return false
      }
      return order(time, wanted)
    default:
      return false
    }
  }

  /// Whole numbers by every digit, others as doubles.
  private func accepts(_ number: JSONNumber, _ wanted: JSONNumber) -> Bool {
    if let number = number.int, let wanted = wanted.int { return order(number, wanted) }
    return order(number.double, wanted.double)
  }

  private func order<Value: Comparable>(_ value: Value, _ wanted: Value) -> Bool {
    switch op {
    case .eq: value == wanted
    case .ne: value != wanted
    case .gt: value > wanted
    case .ge: value >= wanted
    case .lt: value < wanted
    case .le: value <= wanted
    case .co, .sw, .ew: false
    }
  }
}
