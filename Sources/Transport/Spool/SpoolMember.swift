/// Finds one number among the top-level members of an object without parsing the rest of it.
enum SpoolMember {
  /// The value of a member that is a whole number below 2^63; nil when there is none.
  static func number(_ name: String, in data: [UInt8]) -> UInt64? {
    let data = data.span
    var cursor = SpoolLineCursor()
    let quoted = Array("\"\(name)\"".utf8)
    guard cursor.skip([UInt8(ascii: "{")], data) else { return nil }
    while true {
      cursor.passSpace(data)
      let isWanted = data.has(quoted, at: cursor.index)
      guard cursor.passString(data) != nil else { return nil }
      cursor.passSpace(data)
      guard cursor.skip([UInt8(ascii: ":")], data) else { return nil }
      cursor.passSpace(data)
      if isWanted { return cursor.decimal(data) }
      guard cursor.passValue(data) else { return nil }
      cursor.passSpace(data)
      guard cursor.skip([UInt8(ascii: ",")], data) else { return nil }
    }
  }
}

extension SpoolLineCursor {
  mutating func passSpace(_ line: Span<UInt8>) {
    while index < line.count, line[index] <= 0x20 { advance() }
  }

  /// Moves behind one value of well-formed JSON.
  mutating func passValue(_ line: Span<UInt8>) -> Bool {
    var depth = 0
    while index < line.count {
      switch line[index] {
      case UInt8(ascii: "\""):
        if passString(line) == nil { return false }
        if depth == 0 { return true }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return true }
        depth -= 1
        if depth == 0 {
          advance()
          return true
        }
      case UInt8(ascii: ","):
        if depth == 0 { return true }
      default: break
      }
      advance()
    }
    return false
  }
}
