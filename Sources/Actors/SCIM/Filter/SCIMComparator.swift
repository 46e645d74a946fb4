import Transport

/// One operator with its literal, prepared for the type it is compared with (RFC 7644 §3.4.2.2).
struct SCIMComparator: Sendable {
  private enum Literal: Sendable {
    case text(String)
    case bool(Bool)
    case number(Double)
    case time(Timestamp)
  }

  private let op: SCIMFilter.Operator
  private let caseExact: Bool
  private let literal: Literal

  /// Nil when the operator or the literal does not go with the attribute's type.
  init?(_ op: SCIMFilter.Operator, _ value: JSONValue, for attribute: SCIMAttribute) {
    self.op = op
    caseExact = attribute.caseExact
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
      literal = .number(number.double)
    case .dateTime:
      guard let text = value.string else { return nil }
      if isTextual {
        literal = .text(text)
      } else {
        guard let time = Timestamp(parsing: text) else { return nil }
        literal = .time(time)
      }
    case .string, .reference, .binary:
      guard attribute.kind != .binary || isEquality || isTextual,
        let text = SCIMCoercion.scalar(value, for: .string)?.string
      else { return nil }
      literal = .text(attribute.caseExact ? text : SCIMText.fold(text))
    }
  }

  /// `ne` also holds where there is nothing at all.
  var isInequality: Bool { op == .ne }

  func accepts(_ value: JSONValue) -> Bool {
    switch (literal, value) {
    case (.text(let wanted), .string(let text)):
      compare(caseExact ? text : SCIMText.fold(text), with: wanted)
    case (.bool(let wanted), .bool(let bool)):
      (bool == wanted) == (op == .eq)
    case (.number(let wanted), .number(let number)):
      order(number.double, wanted)
    case (.time(let wanted), .string(let text)):
      Timestamp(parsing: text).map { order($0, wanted) } ?? false
    default:
      false
    }
  }

  private func compare(_ text: String, with wanted: String) -> Bool {
    switch op {
    case .sw: text.utf8.starts(with: wanted.utf8)
    case .ew: text.utf8.reversed().starts(with: wanted.utf8.reversed())
    case .co: Self.contains(Array(text.utf8), Array(wanted.utf8))
    default: order(text, wanted)
    }
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

  private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    guard let first = part.first else { return true }
    guard text.count >= part.count else { return false }
    return (0...text.count - part.count).contains { start in
      text[start] == first && text[start..<start + part.count].elementsEqual(part)
    }
  }
}
