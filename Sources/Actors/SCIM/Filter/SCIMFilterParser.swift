import Transport

/// Reads filters and PATCH paths by recursive descent over the bytes of the text.
struct SCIMFilterParser {
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0
  private var terms = 0

  /// Parentheses and brackets inside one another.
  static let maxDepth = 32
  /// Comparisons in one filter.
  static let maxTerms = 256

  init(_ text: String) { bytes = Array(text.utf8) }

  /// A whole filter, nothing behind it.
  mutating func filter() throws(SCIMError) -> SCIMFilter.Expression {
    skipSpace()
    if position == bytes.count { throw SCIMError(.invalidFilter, "The filter is empty") }
    let expression = try disjunction(inElement: false)
    skipSpace()
    guard position == bytes.count else { throw fault("nothing more was expected") }
    return expression
  }

  /// A whole PATCH path with brackets.
  mutating func path() throws(SCIMError) -> SCIMPath {
    let head = try name()
    guard take("[") else { throw fault("\"[\" was expected") }
    let inner = try bracketed()
    let sub = take(".") ? try subName() : nil
    guard position == bytes.count else { throw fault("nothing more was expected") }
    return SCIMPath(head: head, filter: inner, sub: sub)
  }

  private mutating func disjunction(
    inElement: Bool
  ) throws(SCIMError) -> SCIMFilter.Expression {
    var terms = [try conjunction(inElement: inElement)]
    while takeWord("or") { terms.append(try conjunction(inElement: inElement)) }
    return terms.count == 1 ? terms[0] : .or(terms)
  }

  private mutating func conjunction(
    inElement: Bool
  ) throws(SCIMError) -> SCIMFilter.Expression {
    var terms = [try factor(inElement: inElement)]
    while takeWord("and") { terms.append(try factor(inElement: inElement)) }
    return terms.count == 1 ? terms[0] : .and(terms)
  }

  private mutating func factor(inElement: Bool) throws(SCIMError) -> SCIMFilter.Expression {
    skipSpace()
    if take("(") { return try parenthesised(inElement: inElement) }
    let start = position
    if takeWord("not") {
      skipSpace()
      if take("(") { return .not(try parenthesised(inElement: inElement)) }
      guard isOperatorNext() else { throw fault("not needs parentheses") }
      position = start
    }
    return try term(inElement: inElement)
  }

  private mutating func parenthesised(
    inElement: Bool
  ) throws(SCIMError) -> SCIMFilter.Expression {
    try enter()
    let inner = try disjunction(inElement: inElement)
    skipSpace()
    guard take(")") else { throw fault("\")\" was expected") }
    depth -= 1
    return inner
  }

  private mutating func bracketed() throws(SCIMError) -> SCIMFilter.Expression {
    try enter()
    let inner = try disjunction(inElement: true)
    skipSpace()
    guard take("]") else { throw fault("\"]\" was expected") }
    depth -= 1
    return inner
  }

  private mutating func term(inElement: Bool) throws(SCIMError) -> SCIMFilter.Expression {
    terms += 1
    guard terms <= Self.maxTerms else { throw fault("the filter has too many comparisons") }
    let start = position
    let path = SCIMPath(head: try name())
    if !inElement && take("[") {
      let inner = try bracketed()
      return try element(path, inner, from: start)
    }
    return try comparison(of: path, from: start)
  }

  /// `emails[type eq "work"].value eq "x"` is in no grammar; Entra sends it, and means one element.
  private mutating func element(
    _ path: SCIMPath, _ inner: SCIMFilter.Expression, from start: Int
  ) throws(SCIMError) -> SCIMFilter.Expression {
    var condition = inner
    if take(".") {
      let sub = try comparison(of: SCIMPath(head: try subName()), from: start)
      condition = .and([inner, sub])
    }
    return .element(path, condition, character: character(at: start))
  }

  private mutating func comparison(
    of path: SCIMPath, from start: Int
  ) throws(SCIMError) -> SCIMFilter.Expression {
    guard skipSpace() else { throw fault("an operator was expected") }
    let before = position
    let word = letters().lowercased()
    if word == "pr" { return .present(path, character: character(at: start)) }
    guard let op = SCIMFilter.Operator(rawValue: word) else {
      position = before
      throw fault("an operator was expected: eq, ne, co, sw, ew, gt, ge, lt, le or pr")
    }
    guard skipSpace() else { throw fault("a value was expected") }
    let value = try literal()
    return .compare(
      SCIMFilter.Comparison(path: path, op: op, value: value, character: character(at: start)))
  }

  private mutating func literal() throws(SCIMError) -> JSONValue {
    let start = position
    if peek == UInt8(ascii: "\"") {
      position += 1
      while let byte = peek, byte != UInt8(ascii: "\"") {
        position += byte == UInt8(ascii: "\\") ? 2 : 1
      }
      position = min(position + 1, bytes.count)
    } else {
      while let byte = peek, Self.isLiteral(byte) { position += 1 }
    }
    let text = Array(bytes[start..<position])
    if let value = try? JSONValue(parsing: text) { return value }
    position = start
    throw fault("a value was expected: text in double quotes, a number, true, false or null")
  }

  private static func isLiteral(_ byte: UInt8) -> Bool {
    SCIMPath.isHeadByte(byte) || byte == UInt8(ascii: "+")
  }

  private mutating func name() throws(SCIMError) -> String {
    let start = position
    while let byte = peek, SCIMPath.isHeadByte(byte) { position += 1 }
    let name = String(decoding: bytes[start..<position], as: UTF8.self)
    guard SCIMPath.isHead(name) else {
      position = start
      throw fault("an attribute name was expected")
    }
    return name
  }

  private mutating func subName() throws(SCIMError) -> String {
    let start = position
    let name = try name()
    guard !name.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }) else {
      position = start
      throw fault("a sub-attribute name was expected")
    }
    return name
  }

  private mutating func letters() -> String {
    let start = position
    while let byte = peek, SCIMPath.isLetter(byte) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// Whether what follows is ` eq` or the like, so that `not` was an attribute's name after all.
  private func isOperatorNext() -> Bool {
    var ahead = self
    let word = ahead.letters().lowercased()
    return word == "pr" || SCIMFilter.Operator(rawValue: word) != nil
  }

  /// The keyword between terms, white space in front of it included.
  private mutating func takeWord(_ word: String) -> Bool {
    let start = position
    skipSpace()
    let found = letters()
    let ends = peek.map { !SCIMPath.isHeadByte($0) } ?? true
    if ends && SCIMText.sameName(found, word) { return true }
    position = start
    return false
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  @discardableResult
  private mutating func skipSpace() -> Bool {
    let start = position
    while let byte = peek, byte == 0x20 || byte == 0x09 { position += 1 }
    return position > start
  }

  private mutating func enter() throws(SCIMError) {
    depth += 1
    guard depth <= Self.maxDepth else { throw fault("the filter is nested too deeply") }
  }

  private func fault(_ what: String) -> SCIMError {
    SCIMError(.invalidFilter, "Filter at character \(character(at: position)): \(what)")
  }

  /// Characters are counted from 1, as people do.
  private func character(at offset: Int) -> Int {
    bytes[..<min(offset, bytes.count)].count { $0 & 0xC0 != 0x80 } + 1
  }
}
