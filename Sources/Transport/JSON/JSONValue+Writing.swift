extension JSONValue {
  /// Appends the compact form: no white space, members in their order, escapes only where
  /// RFC 8259 §7 demands one. The same value always gives the same bytes.
  package func write(to out: inout [UInt8]) {
    switch self {
    case .null: out.append(contentsOf: "null".utf8)
    case .bool(true): out.append(contentsOf: "true".utf8)
    case .bool(false): out.append(contentsOf: "false".utf8)
    case .number(let number): out.append(contentsOf: number.text.utf8)
    case .string(let text): Self.writeString(text, to: &out)
    case .array(let elements):
      out.append(UInt8(ascii: "["))
      let elements = elements.span
      for index in elements.indices {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        elements[index].write(to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let object): object.write(to: &out)
    }
  }

  /// Appends `text` as a JSON string, quotes included.
  package static func writeString(_ text: String, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    JSONText.append(escaping: text, to: &out)
    out.append(UInt8(ascii: "\""))
  }

  /// Appends a whole number.
  package static func writeInteger(_ value: some BinaryInteger, to out: inout [UInt8]) {
    guard value >= 0 else { return out.append(contentsOf: String(value).utf8) }
    writeDecimal(UInt64(value), to: &out)
  }

  private static func writeDecimal(_ value: UInt64, to out: inout [UInt8]) {
    if value >= 10 { writeDecimal(value / 10, to: &out) }
    out.append(0x30 + UInt8(value % 10))
  }

  /// The compact form.
  package var bytes: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(256)
    write(to: &out)
    return out
  }

  /// The compact form.
  package var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension JSONObject {
  /// Appends the compact form, as `JSONValue.write(to:)` does.
  package func write(to out: inout [UInt8]) {
    out.append(UInt8(ascii: "{"))
    // A span lends its elements, where an array would hand out counted copies.
    let members = members.span
    for index in members.indices {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      JSONValue.writeString(members[index].name, to: &out)
      out.append(UInt8(ascii: ":"))
      members[index].value.write(to: &out)
    }
    out.append(UInt8(ascii: "}"))
  }

  /// The compact form.
  package var bytes: [UInt8] { JSONValue.object(self).bytes }
  /// The compact form.
  package var text: String { JSONValue.object(self).text }
  /// For people: two spaces per level.
  package func pretty() -> String { JSONValue.object(self).pretty() }
}

extension JSONValue {
  /// For people: one member or element per line, two spaces per level, no newline at the end.
  package func pretty() -> String {
    var out: [UInt8] = []
    writePretty(to: &out, level: 0)
    return String(decoding: out, as: UTF8.self)
  }

  private func writePretty(to out: inout [UInt8], level: Int) {
    switch self {
    case .array(let elements) where !elements.isEmpty:
      Self.writeLines(elements, between: "[", and: "]", to: &out, level: level) {
        $0.writePretty(to: &$1, level: level + 1)
      }
    case .object(let object) where !object.isEmpty:
      Self.writeLines(object.members, between: "{", and: "}", to: &out, level: level) {
        Self.writeString($0.name, to: &$1)
        $1.append(contentsOf: ": ".utf8)
        $0.value.writePretty(to: &$1, level: level + 1)
      }
    default: write(to: &out)
    }
  }

  private static func writeLines<Item>(
    _ items: [Item], between open: Unicode.Scalar, and close: Unicode.Scalar,
    to out: inout [UInt8], level: Int, _ write: (Item, inout [UInt8]) -> Void
  ) {
    func newLine(_ level: Int) {
      out.append(UInt8(ascii: "\n"))
      out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
    }
    out.append(UInt8(ascii: open))
    for index in items.indices {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      newLine(level + 1)
      write(items[index], &out)
    }
    newLine(level)
    out.append(UInt8(ascii: close))
  }
}
