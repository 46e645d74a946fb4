/// Base64 (RFC 4648 §4, §5), strict: one text per byte string and the other way round.
package enum Base64 {
  package enum Alphabet: Sendable {
    /// `+` and `/`, always padded.
    case standard
    /// `-` and `_`; written without padding, read with or without.
    case url

    var last: (UInt8, UInt8) {
      self == .standard
        ? (UInt8(ascii: "+"), UInt8(ascii: "/")) : (UInt8(ascii: "-"), UInt8(ascii: "_"))
    }
  }

  package static func encode(_ bytes: [UInt8], _ alphabet: Alphabet = .standard) -> String {
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
      let count = min(3, bytes.count - index)
      var group: UInt32 = 0
      for offset in 0..<3 {
        group = group << 8 | (offset < count ? UInt32(bytes[index + offset]) : 0)
      }
      for digit in 0...count {
        out.append(character(UInt8(group >> UInt32(18 - 6 * digit) & 0x3F), alphabet))
      }
      if alphabet == .standard {
        out.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - count))
      }
      index += 3
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// Nil for a character of no alphabet or the other one, wrong padding, or stray bits at the end.
  package static func decode(_ text: String, _ alphabet: Alphabet = .standard) -> [UInt8]? {
    var characters = Array(text.utf8)
    let padding = characters.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    guard padding <= 2 else { return nil }
    if alphabet == .standard || padding > 0 {
      guard characters.count % 4 == 0 else { return nil }
    }
    characters.removeLast(padding)
    var out: [UInt8] = []
    out.reserveCapacity(characters.count * 3 / 4)
    var group: UInt32 = 0
    var bits = 0
    for character in characters {
      guard let value = value(of: character, alphabet) else { return nil }
      group = group << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        out.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
      }
    }
    guard bits < 6, group & (1 << UInt32(bits) - 1) == 0 else { return nil }
    return out
  }

  private static func character(_ value: UInt8, _ alphabet: Alphabet) -> UInt8 {
    switch value {
    case 0..<26: UInt8(ascii: "A") + value
    case 26..<52: UInt8(ascii: "a") + value - 26
    case 52..<62: UInt8(ascii: "0") + value - 52
    case 62: alphabet.last.0
    default: alphabet.last.1
    }
  }

  private static func value(of character: UInt8, _ alphabet: Alphabet) -> UInt8? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
    case alphabet.last.0: 62
    case alphabet.last.1: 63
    default: nil
    }
  }
}
