/// Why some bytes are not a JSON text we accept; every case says at which byte.
package enum JSONError: Error, Equatable {
  case unexpectedEnd(offset: Int)
  case unexpectedCharacter(offset: Int)
  case trailingBytes(offset: Int)
  case invalidNumber(offset: Int)
  case invalidEscape(offset: Int)
  /// A `\u` escape of half a surrogate pair, which no Unicode string can hold.
  case loneSurrogate(offset: Int)
  /// A byte below 0x20 inside a string; RFC 8259 §7 wants it escaped.
  case controlCharacter(offset: Int)
  case invalidUTF8(offset: Int)
  case duplicateName(offset: Int)
  case tooDeep(offset: Int, limit: Int)
  case tooManyValues(offset: Int, limit: Int)
  case tooLong(bytes: Int, limit: Int)
}

extension JSONError: CustomStringConvertible {
  /// A part of a sentence, for people; it never repeats what the text held.
  package var description: String {
    switch self {
    case .unexpectedEnd(let offset): "unexpected end at byte \(offset)"
    case .unexpectedCharacter(let offset): "unexpected character at byte \(offset)"
    case .trailingBytes(let offset): "unexpected bytes after the value at byte \(offset)"
    case .invalidNumber(let offset): "invalid number at byte \(offset)"
    case .invalidEscape(let offset): "invalid escape at byte \(offset)"
    case .loneSurrogate(let offset): "unpaired surrogate escape at byte \(offset)"
    case .controlCharacter(let offset): "unescaped control character at byte \(offset)"
    case .invalidUTF8(let offset): "invalid UTF-8 at byte \(offset)"
    case .duplicateName(let offset): "duplicate member name at byte \(offset)"
    case .tooDeep(let offset, let limit): "more than \(limit) levels deep at byte \(offset)"
    case .tooManyValues(let offset, let limit): "more than \(limit) values at byte \(offset)"
    case .tooLong(let bytes, let limit): "\(bytes) bytes, more than the \(limit) allowed"
    }
  }
}

/// What a JSON text may cost us, so that a small body can never become a large tree.
package struct JSONLimits: Sendable {
  /// Arrays and objects inside one another.
  package var depth: Int
  /// Length of the whole text; as long as the longest spool line.
  package var bytes: Int
  /// All values of the tree together; about 40 bytes each in memory.
  package var values: Int

  package init(depth: Int = 64, bytes: Int = 16 << 20, values: Int = 500_000) {
    self.depth = depth
    self.bytes = bytes
    self.values = values
  }

  package static let standard = JSONLimits()
}
