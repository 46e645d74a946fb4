/// The three inner loops over raw bytes; the only unsafe code of JSON stands in this file.
enum JSONText {
  /// The first index at or after `start` of a quote, a backslash or a control character, or
  /// `bytes.count`. Eight bytes at a time, as most names and values are plain.
  static func plainEnd(in bytes: Span<UInt8>, from start: Int) -> Int {
    var index = start
    let raw = unsafe bytes.bytes
    while index + 8 <= bytes.count {
      // In range: the loop condition.
      let word = unsafe UInt64(
        littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
      let stops = Self.stops(word)
      if stops != 0 { return index + stops.trailingZeroBitCount >> 3 }
      index += 8
    }
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { return index }
      index += 1
    }
    return index
  }

  /// The top bit of the lowest byte of `word` that ends plain text; bits above it may be noise.
  private static func stops(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
    let slash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
    let isQuote = (quote &- ones) & ~quote
    let isSlash = (slash &- ones) & ~slash
    let isControl = (word &- (ones &* 0x20)) & ~word
    return (isQuote | isSlash | isControl) & tops
  }

  /// The text of `range`, refused unless it is well-formed UTF-8 (RFC 3629).
  static func string(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(JSONError) -> String {
    do throws(UTF8.ValidationError) {
      return String(copying: try UTF8Span(validating: bytes.extracting(range)))
    } catch {
      throw .invalidUTF8(offset: range.lowerBound + error.byteOffsets.lowerBound)
    }
  }

  /// Appends `text` to `out` with a quote, a backslash and control characters escaped.
  static func append(escaping text: String, to out: inout [UInt8]) {
    let span = text.utf8Span.span
    var start = 0
    while true {
      let end = plainEnd(in: span, from: start)
      unsafe span.extracting(start..<end).withUnsafeBufferPointer {
        unsafe out.append(contentsOf: $0)
      }
      if end == span.count { return }
      appendEscape(span[end], to: &out)
      start = end + 1
    }
  }

  /// Appends `text` to `out` with control characters escaped, for a line that must stay one line.
  static func append(escapingControls text: String, to out: inout [UInt8]) {
    for byte in text.utf8 {
      if byte < 0x20 { appendEscape(byte, to: &out) } else { out.append(byte) }
    }
  }

  private static func appendEscape(_ byte: UInt8, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): out.append(byte)
    case 0x08: out.append(UInt8(ascii: "b"))
    case 0x09: out.append(UInt8(ascii: "t"))
    case 0x0A: out.append(UInt8(ascii: "n"))
    case 0x0C: out.append(UInt8(ascii: "f"))
    case 0x0D: out.append(UInt8(ascii: "r"))
    default:
      let low = byte & 0x0F
      out.append(contentsOf: [UInt8(ascii: "u"), 0x30, 0x30, 0x30 + byte >> 4])
      out.append(low < 10 ? 0x30 + low : 0x57 + low)
    }
  }
}
