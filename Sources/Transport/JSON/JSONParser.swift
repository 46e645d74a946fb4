/// Turns bytes into a `JSONValue` in one pass, strictly by RFC 8259, because what is accepted here
/// is kept for years and signed.
///
/// The bytes are passed along rather than stored: a span may not outlive its call.
struct JSONParser {
  /// Up to here names are compared one by one; above, a set keeps a hostile object linear.
  private static let linearNames = 24

  private let limits: JSONLimits
  private var position = 0
  private var depth = 0
  private var values = 0

  init(limits: JSONLimits) { self.limits = limits }

  mutating func parse(_ bytes: Span<UInt8>) throws(JSONError) -> JSONValue {
    guard bytes.count <= limits.bytes else {
      throw .tooLong(bytes: bytes.count, limit: limits.bytes)
    }
    skipSpace(bytes)
    let value = try value(bytes)
    skipSpace(bytes)
    guard position == bytes.count else { throw .trailingBytes(offset: position) }
    return value
  }

  /// White space of RFC 8259 §2.
  private mutating func skipSpace(_ bytes: Span<UInt8>) {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  /// A value whose first byte is at `position`.
  private mutating func value(_ bytes: Span<UInt8>) throws(JSONError) -> JSONValue {
    guard position < bytes.count else { throw .unexpectedEnd(offset: position) }
    values += 1
    guard values <= limits.values else {
      throw .tooManyValues(offset: position, limit: limits.values)
    }
    switch bytes[position] {
    case UInt8(ascii: "\""): return .string(try string(bytes))
    case UInt8(ascii: "{"): return .object(try object(bytes))
    case UInt8(ascii: "["): return .array(try array(bytes))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      let end = try JSONNumber.end(in: bytes, from: position)
      defer { position = end }
      return .number(JSONNumber(text: try JSONText.string(bytes, position..<end)))
    case UInt8(ascii: "t"): return try literal("true", .bool(true), bytes)
    case UInt8(ascii: "f"): return try literal("false", .bool(false), bytes)
    case UInt8(ascii: "n"): return try literal("null", .null, bytes)
    default: throw .unexpectedCharacter(offset: position)
    }
  }

  private mutating func literal(
    _ word: StaticString, _ value: JSONValue, _ bytes: Span<UInt8>
  ) throws(JSONError) -> JSONValue {
    let end = position + word.utf8CodeUnitCount
    for index in position..<end {
      guard index < bytes.count else { throw .unexpectedEnd(offset: index) }
      guard unsafe bytes[index] == word.utf8Start[index - position] else {
        throw .unexpectedCharacter(offset: index)
      }
    }
    position = end
    return value
  }

  private mutating func array(_ bytes: Span<UInt8>) throws(JSONError) -> [JSONValue] {
    try enter()
    var elements: [JSONValue] = []
    if try !closes(UInt8(ascii: "]"), bytes) {
      repeat {
        skipSpace(bytes)
        elements.append(try value(bytes))
      } while try continues(UInt8(ascii: "]"), bytes)
    }
    depth -= 1
    return elements
  }

  private mutating func object(_ bytes: Span<UInt8>) throws(JSONError) -> JSONObject {
    try enter()
    var object = JSONObject()
    var names: Set<String> = []
    if try !closes(UInt8(ascii: "}"), bytes) {
      object.members.reserveCapacity(8)
      repeat {
        skipSpace(bytes)
        let offset = position
        let name = try self.name(bytes)
        guard Self.isNew(name, in: object, &names) else { throw .duplicateName(offset: offset) }
        object.members.append(JSONObject.Member(name: name, value: try value(bytes)))
      } while try continues(UInt8(ascii: "}"), bytes)
    }
    depth -= 1
    return object
  }

  /// Reads `"name" :` and the space after it.
  private mutating func name(_ bytes: Span<UInt8>) throws(JSONError) -> String {
    guard position < bytes.count else { throw .unexpectedEnd(offset: position) }
    guard bytes[position] == UInt8(ascii: "\"") else {
      throw .unexpectedCharacter(offset: position)
    }
    let name = try string(bytes)
    skipSpace(bytes)
    guard position < bytes.count else { throw .unexpectedEnd(offset: position) }
    guard bytes[position] == UInt8(ascii: ":") else {
      throw .unexpectedCharacter(offset: position)
    }
    position += 1
    skipSpace(bytes)
    return name
  }

  /// Names count as equal when Swift's strings do, as in every look-up of `JSONObject`.
  private static func isNew(
    _ name: String, in object: JSONObject, _ names: inout Set<String>
  ) -> Bool {
    if object.members.count < linearNames {
      return !object.members.contains { $0.name == name }
    }
    if names.isEmpty { names.formUnion(object.members.lazy.map(\.name)) }
    return names.insert(name).inserted
  }

  /// Steps over the opening bracket at `position`.
  private mutating func enter() throws(JSONError) {
    depth += 1
    guard depth <= limits.depth else { throw .tooDeep(offset: position, limit: limits.depth) }
    position += 1
  }

  /// Whether the list ends before its first element.
  private mutating func closes(_ bracket: UInt8, _ bytes: Span<UInt8>) throws(JSONError) -> Bool {
    skipSpace(bytes)
    guard position < bytes.count else { throw .unexpectedEnd(offset: position) }
    guard bytes[position] == bracket else { return false }
    position += 1
    return true
  }

  /// Whether a comma follows the element just read; false when the bracket closes the list.
  private mutating func continues(
    _ bracket: UInt8, _ bytes: Span<UInt8>
  ) throws(JSONError) -> Bool {
    skipSpace(bytes)
    guard position < bytes.count else { throw .unexpectedEnd(offset: position) }
    let byte = bytes[position]
    guard byte == bracket || byte == UInt8(ascii: ",") else {
      throw .unexpectedCharacter(offset: position)
    }
    position += 1
    return byte != bracket
  }

  /// The string whose opening quote is at `position`.
  private mutating func string(_ bytes: Span<UInt8>) throws(JSONError) -> String {
    let start = position + 1
    let end = JSONText.plainEnd(in: bytes, from: start)
    guard end < bytes.count else { throw .unexpectedEnd(offset: bytes.count) }
    if bytes[end] == UInt8(ascii: "\"") {
      position = end + 1
      return try JSONText.string(bytes, start..<end)
    }
    var escaped = JSONEscapedString(start: start)
    let text = try escaped.read(bytes, firstStop: end)
    position = escaped.position
    return text
  }
}
