import Transport

/// Compares text inside JSON with a literal: in place where it is ASCII without escapes, as nearly
/// all is, and in its one folded form otherwise.
struct SCIMTextTest: Sendable {
  private let op: SCIMFilter.Operator
  private let caseExact: Bool
  /// In the form all texts are compared in.
  private let wanted: [UInt8]

  init(_ op: SCIMFilter.Operator, _ text: String, caseExact: Bool) {
    self.op = op
    self.caseExact = caseExact
    wanted = Self.form(text, caseExact)
  }

  /// The bytes that two texts share exactly when they are the same to a client.
  static func form(_ text: String, _ caseExact: Bool) -> [UInt8] {
    Array((caseExact ? SCIMText.exact(text) : SCIMText.fold(text)).utf8)
  }

  /// The same of a JSON string, quotes included; empty for bytes that are none.
  static func form(of bytes: Span<UInt8>, at range: Range<Int>, _ caseExact: Bool) -> [UInt8] {
    let inner = range.lowerBound + 1..<range.upperBound - 1
    guard bytes.isPlainASCII(at: inner) else {
      return form(bytes.tree(at: range)?.string ?? "", caseExact)
    }
    var form: [UInt8] = []
    form.reserveCapacity(inner.count)
    for index in inner { form.append(byte(bytes[index], !caseExact)) }
    return form
  }

  /// - Parameter range: a JSON string, quotes included.
  func accepts(_ bytes: Span<UInt8>, at range: Range<Int>) -> Bool {
    let inner = range.lowerBound + 1..<range.upperBound - 1
    if bytes.isPlainASCII(at: inner) {
      return compare(bytes, inner, folding: !caseExact)
    }
    guard let text = bytes.tree(at: range)?.string else { return false }
    let form = Self.form(text, caseExact)
    return compare(form.span, form.indices, folding: false)
  }

  private func compare(_ text: Span<UInt8>, _ range: Range<Int>, folding: Bool) -> Bool {
    switch op {
    case .eq: range.count == wanted.count && matches(text, range.lowerBound, folding)
    case .ne: range.count != wanted.count || !matches(text, range.lowerBound, folding)
    case .sw: range.count >= wanted.count && matches(text, range.lowerBound, folding)
    case .ew:
      range.count >= wanted.count && matches(text, range.upperBound - wanted.count, folding)
    case .co: contains(text, range, folding)
    case .gt: order(text, range, folding) > 0
    case .ge: order(text, range, folding) >= 0
    case .lt: order(text, range, folding) < 0
    case .le: order(text, range, folding) <= 0
    }
  }

  /// Whether the wanted bytes stand at `start`; there must be that many.
  private func matches(_ text: Span<UInt8>, _ start: Int, _ folding: Bool) -> Bool {
    let wanted = wanted.span
    for index in wanted.indices
    where Self.byte(text[start + index], folding) != wanted[index] {
      return false
    }
    return true
  }

  private func contains(_ text: Span<UInt8>, _ range: Range<Int>, _ folding: Bool) -> Bool {
    guard let first = wanted.first else { return true }
    guard range.count >= wanted.count else { return false }
    for start in range.lowerBound...range.upperBound - wanted.count
    where Self.byte(text[start], folding) == first {
      if matches(text, start, folding) { return true }
    }
    return false
  }

  /// Negative when the text comes before what is wanted.
  private func order(_ text: Span<UInt8>, _ range: Range<Int>, _ folding: Bool) -> Int {
    let wanted = wanted.span
    for index in 0..<min(range.count, wanted.count) {
      let byte = Self.byte(text[range.lowerBound + index], folding)
      if byte != wanted[index] { return byte < wanted[index] ? -1 : 1 }
    }
    return range.count - wanted.count
  }

  private static func byte(_ byte: UInt8, _ folding: Bool) -> UInt8 {
    folding && byte &- 0x41 < 26 ? byte | 0x20 : byte
  }
}

extension Span<UInt8> {
  /// Whether the text at `range`, without quotes, means its own bytes and has no other form.
  func isPlainASCII(at range: Range<Int>) -> Bool {
    var high: UInt8 = 0
    var escapes = false
    for index in range {
      high |= self[index]
      if self[index] == UInt8(ascii: "\\") { escapes = true }
    }
    return high < 0x80 && !escapes
  }
}
