/// The bytes of the spool's format that both the writer and the readers must agree on.
///
/// A line is one JSON object whose members stand in a fixed order, the checksum last and of fixed
/// width, so that a line can be verified and taken apart without a JSON parser.
enum SpoolFormat {
  /// The layout of lines, footers and cursors.
  static let lineVersion = 1
  /// The longest line, newline not counted.
  static let longestLine = 16 << 20
  /// `,"crc":"` + 8 hexadecimal digits + `"}`.
  static let suffixLength = 18
  static let recordStart = Array("{\"v\":1,\"seq\":".utf8)
  static let basedName = Array(",\"b\":".utf8)
  static let timestampName = Array(",\"ts\":\"".utf8)
  static let idName = Array("\",\"id\":".utf8)
  static let keyName = Array(",\"key\":".utf8)
  static let typeName = Array(",\"type\":".utf8)
  static let dataName = Array(",\"data\":".utf8)
  private static let suffixStart = Array(",\"crc\":\"".utf8)

  /// Ends a line that starts at `start` of the buffer: checksum and newline.
  /// - Parameter crc: the checksum of the preceding line; becomes this line's.
  static func close(_ buffer: inout [UInt8], from start: Int, chaining crc: inout UInt32) {
    crc = checksum(of: buffer.span.extracting(start...), after: crc)
    buffer.append(contentsOf: suffixStart)
    appendHex(crc, to: &buffer)
    buffer.append(UInt8(ascii: "\""))
    buffer.append(UInt8(ascii: "}"))
    buffer.append(UInt8(ascii: "\n"))
  }

  /// CRC32C over the preceding checksum (4 bytes, little end first), then the line before its suffix.
  static func checksum(of line: Span<UInt8>, after crc: UInt32) -> UInt32 {
    let seed: [UInt8] = [
      UInt8(truncatingIfNeeded: crc), UInt8(truncatingIfNeeded: crc >> 8),
      UInt8(truncatingIfNeeded: crc >> 16), UInt8(truncatingIfNeeded: crc >> 24),
    ]
    return CRC32C.checksum(line, continuing: CRC32C.checksum(seed.span))
  }

  /// The checksum a line states, nil when its last 18 bytes are not of that form.
  static func statedChecksum(of line: Span<UInt8>) -> UInt32? {
    let start = line.count - suffixLength
    guard start >= 0 else { return nil }
    for index in suffixStart.indices where line[start + index] != suffixStart[index] { return nil }
    guard line[line.count - 2] == UInt8(ascii: "\""), line[line.count - 1] == UInt8(ascii: "}")
    else { return nil }
    return hex(line.extracting((start + 8)..<(start + 16)))
  }

  static func appendDecimal(_ value: UInt64, to buffer: inout [UInt8]) {
    if value >= 10 { appendDecimal(value / 10, to: &buffer) }
    buffer.append(UInt8(ascii: "0") + UInt8(value % 10))
  }

  static func appendHex(_ value: UInt32, to buffer: inout [UInt8]) {
    for shift in stride(from: UInt32(28), through: 0, by: -4) {
      let digit = UInt8(value >> shift & 15)
      buffer.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }

  /// Eight lower-case hexadecimal digits.
  static func hex(_ bytes: Span<UInt8>) -> UInt32? {
    var value: UInt32 = 0
    for index in 0..<bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        value = value << 4 | UInt32(bytes[index] - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"):
        value = value << 4 | UInt32(bytes[index] - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    return value
  }

  /// `00000000000000000042.jsonl` for 42.
  static func segmentName(first seq: UInt64) -> String {
    let digits = String(seq)
    return String(repeating: "0", count: 20 - digits.count) + digits + ".jsonl"
  }

  /// The number a segment's name stands for; nil for any other file.
  static func firstSeq(ofSegment name: String) -> UInt64? {
    guard name.utf8.count == 26, name.hasSuffix(".jsonl") else { return nil }
    let digits = name.utf8.prefix(20)
    guard digits.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
    return UInt64(String(decoding: digits, as: UTF8.self))
  }
}
