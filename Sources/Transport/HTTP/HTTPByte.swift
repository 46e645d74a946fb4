/// The character classes of RFC 9110 §5 as bit sets, shared by the parsers.
enum HTTPByte {
  static let tab = UInt8(ascii: "\t")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")
  static let colon = UInt8(ascii: ":")

  @inline(__always)
  static func isToken(_ byte: UInt8) -> Bool {
    // RFC 9110 §5.6.2 as one bit per ASCII character: asked for every byte of every name.
    byte < 64
      ? 0x03FF_6CFA_0000_0000 & (1 << UInt64(byte)) != 0
      : byte < 128 && 0x57FF_FFFF_C7FF_FFFE & (1 << UInt64(byte - 64)) != 0
  }

  @inline(__always)
  static func isFieldValue(_ byte: UInt8) -> Bool {
    byte >= 0x20 ? byte != 0x7F : byte == tab
  }

  /// Visible ASCII without space; bytes over 0x7F are refused, a target is percent-encoded.
  @inline(__always)
  static func isTarget(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }

  @inline(__always)
  static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

  @inline(__always)
  static func hexDigit(_ byte: UInt8) -> Int? {
    switch byte {
    case 0x30...0x39: Int(byte) - 0x30
    case 0x41...0x46, 0x61...0x66: Int(byte | 0x20) - 0x57
    default: nil
    }
  }

  /// The text of validated bytes; those that are not UTF-8 are shown as Latin-1.
  static func text(_ bytes: Span<UInt8>) -> String {
    if let valid = try? UTF8Span(validating: bytes) { return String(copying: valid) }
    var text = ""
    for index in bytes.indices { text.unicodeScalars.append(Unicode.Scalar(bytes[index])) }
    return text
  }

  /// The comma-separated members of a list value, trimmed, in lower case, empty ones left out.
  static func list(_ value: String) -> [String] {
    value.utf8.split(separator: UInt8(ascii: ",")).compactMap { part in
      let trimmed = part.drop(while: isBlank)
      guard let end = trimmed.lastIndex(where: { !isBlank($0) }) else { return nil }
      return String(decoding: trimmed[...end], as: UTF8.self).lowercased()
    }
  }
}
