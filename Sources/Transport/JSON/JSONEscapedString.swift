/// Reads the rarer strings that hold escapes (RFC 8259 §7), apart from the fast way for the others.
struct JSONEscapedString {
  /// The byte after the closing quote, once `read` has returned.
  private(set) var position: Int
  private let start: Int
  private var text: [UInt8] = []

  /// - Parameter start: the byte after the opening quote.
  init(start: Int) {
    self.start = start
    self.position = start
  }

  /// - Parameter firstStop: what `JSONText.plainEnd` found from `start`.
  mutating func read(_ bytes: Span<UInt8>, firstStop: Int) throws(JSONError) -> String {
    var stop = firstStop
    while true {
      for index in position..<stop { text.append(bytes[index]) }
      position = stop
      guard position < bytes.count else { throw .unexpectedEnd(offset: position) }
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return try validated()
      case UInt8(ascii: "\\"): try escape(bytes)
      default: throw .controlCharacter(offset: position)
      }
      stop = JSONText.plainEnd(in: bytes, from: position)
    }
  }

  private func validated() throws(JSONError) -> String {
    do throws(JSONError) {
      return try JSONText.string(text.span, 0..<text.count)
    } catch {
      // Escapes have shifted the offsets; where the string begins is still true.
      throw .invalidUTF8(offset: start)
    }
  }

  /// The escape whose backslash is at `position`.
  private mutating func escape(_ bytes: Span<UInt8>) throws(JSONError) {
    let offset = position
    guard offset + 1 < bytes.count else { throw .unexpectedEnd(offset: bytes.count) }
    position += 2
    switch bytes[offset + 1] {
    case UInt8(ascii: "\""): text.append(0x22)
    case UInt8(ascii: "\\"): text.append(0x5C)
    case UInt8(ascii: "/"): text.append(0x2F)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): try unicode(bytes, offset)
    default: throw .invalidEscape(offset: offset)
    }
  }

  /// `\uXXXX`, or two of them that make a surrogate pair; `position` is at the first digit.
  private mutating func unicode(_ bytes: Span<UInt8>, _ offset: Int) throws(JSONError) {
    let first = try unit(bytes, offset)
    var code = first
    if first >> 11 == 0x1B {
      guard first < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
        bytes[position + 1] == UInt8(ascii: "u")
      else { throw .loneSurrogate(offset: offset) }
      let second = position
      position += 2
      let low = try unit(bytes, second)
      guard low >> 10 == 0x37 else { throw .loneSurrogate(offset: offset) }
      code = 0x10000 + (first & 0x3FF) << 10 + low & 0x3FF
    }
    guard let scalar = Unicode.Scalar(code) else { throw .loneSurrogate(offset: offset) }
    text.append(contentsOf: String(scalar).utf8)
  }

  /// Four hexadecimal digits at `position`.
  private mutating func unit(_ bytes: Span<UInt8>, _ offset: Int) throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count else { throw .unexpectedEnd(offset: position) }
      let digit: UInt8
      switch bytes[position] {
      case let byte where byte &- 0x30 < 10: digit = byte - 0x30
      case let byte where (byte | 0x20) &- 0x61 < 6: digit = (byte | 0x20) - 0x57
      default: throw .invalidEscape(offset: offset)
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
