extension SpoolLine {
  /// Takes a line apart whose checksum has been verified; nil when its members do not stand in
  /// the order of the format.
  init?(parsing line: Span<UInt8>) {
    var cursor = SpoolLineCursor()
    guard let (seq, based) = Self.numbers(&cursor, line),
      cursor.skip(SpoolFormat.timestampName, line), let time = cursor.text(24, line),
      let timestamp = Timestamp(parsing: time),
      cursor.skip(SpoolFormat.idName, line), let id = cursor.string(line),
      cursor.skip(SpoolFormat.keyName, line), let key = cursor.string(line),
      cursor.skip(SpoolFormat.typeName, line), let type = cursor.string(line),
      cursor.skip(SpoolFormat.dataName, line),
      let data = cursor.rest(without: SpoolFormat.suffixLength, line)
    else { return nil }
    self.init(
      seq: seq, based: based, timestamp: timestamp, id: id, key: key, type: type, data: data)
  }

  /// Only the two numbers at the start of a line.
  static func numbers(of line: Span<UInt8>) -> (seq: UInt64, based: UInt64)? {
    var cursor = SpoolLineCursor()
    return numbers(&cursor, line)
  }

  private static func numbers(
    _ cursor: inout SpoolLineCursor, _ line: Span<UInt8>
  ) -> (seq: UInt64, based: UInt64)? {
    guard cursor.skip(SpoolFormat.recordStart, line), let seq = cursor.decimal(line),
      cursor.skip(SpoolFormat.basedName, line), let based = cursor.decimal(line)
    else { return nil }
    return (seq, based)
  }
}

/// Walks over a line whose shape is known; the line is passed along, since a span is not stored.
struct SpoolLineCursor {
  private(set) var index = 0

  mutating func advance() { index += 1 }

  mutating func skip(_ literal: [UInt8], _ line: Span<UInt8>) -> Bool {
    guard line.has(literal, at: index) else { return false }
    index += literal.count
    return true
  }

  mutating func decimal(_ line: Span<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    let start = index
    while index < line.count, 0x30...0x39 ~= line[index], index - start < 19 {
      value = value * 10 + UInt64(line[index] - 0x30)
      index += 1
    }
    return index > start ? value : nil
  }

  mutating func text(_ count: Int, _ line: Span<UInt8>) -> String? {
    guard index + count <= line.count else { return nil }
    defer { index += count }
    return line.extracting(index..<(index + count)).text()
  }

  /// A JSON string; escapes, which are rare here, are left to the JSON parser.
  mutating func string(_ line: Span<UInt8>) -> String? {
    let start = index
    guard let isEscaped = passString(line) else { return nil }
    guard isEscaped else { return line.extracting((start + 1)..<(index - 1)).text() }
    return (try? JSONValue(parsing: line.extracting(start..<index)))?.string
  }

  /// Moves behind a JSON string; nil when none starts here, else whether it holds escapes.
  mutating func passString(_ line: Span<UInt8>) -> Bool? {
    guard index < line.count, line[index] == UInt8(ascii: "\"") else { return nil }
    var isEscaped = false
    index += 1
    while index < line.count, line[index] != UInt8(ascii: "\"") {
      if line[index] == UInt8(ascii: "\\") {
        isEscaped = true
        index += 1
      }
      index += 1
    }
    guard index < line.count else { return nil }
    index += 1
    return isEscaped
  }

  func rest(without tail: Int, _ line: Span<UInt8>) -> [UInt8]? {
    guard index <= line.count - tail else { return nil }
    return line.extracting(index..<(line.count - tail)).copied()
  }
}
