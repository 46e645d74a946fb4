/// The 512 bytes before a member of a POSIX ustar archive (IEEE 1003.1, pax): a format every tool
/// reads, so that a backup can be looked into without this program.
struct TarHeader: Sendable, Hashable {
  static let blockSize = 512
  /// What eleven octal digits hold.
  static let longestMember: UInt64 = 1 << 33

  /// At most 100 bytes.
  var name: String
  var size: UInt64
  /// Seconds since 1970.
  var modified: Int64

  /// Bytes of the member with what fills its last block.
  var paddedSize: UInt64 { (size + 511) / 512 * 512 }

  var bytes: [UInt8] {
    var block = [UInt8](repeating: 0, count: Self.blockSize)
    Self.put(Array(name.utf8.prefix(100)), at: 0, in: &block)
    Self.put(Self.octal(0o600, digits: 7), at: 100, in: &block)
    Self.put(Self.octal(0, digits: 7), at: 108, in: &block)
    Self.put(Self.octal(0, digits: 7), at: 116, in: &block)
    Self.put(Self.octal(size, digits: 11), at: 124, in: &block)
    Self.put(Self.octal(UInt64(max(0, modified)), digits: 11), at: 136, in: &block)
    block[156] = UInt8(ascii: "0")
    Self.put(Array("ustar\u{0}00".utf8), at: 257, in: &block)
    Self.put(Self.octal(Self.sum(of: block), digits: 6) + [0, 0x20], at: 148, in: &block)
    return block
  }

  init(name: String, size: UInt64, modified: Int64) {
    self.name = name
    self.size = size
    self.modified = modified
  }

  /// nil when these are not a header of a plain file, or its checksum is wrong.
  init?(parsing block: [UInt8]) {
    guard block.count == Self.blockSize, block[257..<262].elementsEqual("ustar".utf8),
      block[156] == UInt8(ascii: "0"),
      let sum = Self.number(block[148..<156]), sum == Self.sum(of: block),
      let size = Self.number(block[124..<136]), let modified = Self.number(block[136..<148]),
      let name = String(validating: block[0..<100].prefix { $0 != 0 }, as: UTF8.self)
    else { return nil }
    self.init(name: name, size: size, modified: Int64(clamping: modified))
  }

  /// Of all bytes, those of the sum itself taken as spaces.
  private static func sum(of block: [UInt8]) -> UInt64 {
    var sum: UInt64 = 0
    for (index, byte) in block.enumerated() {
      sum += UInt64((148..<156).contains(index) ? 0x20 : byte)
    }
    return sum
  }

  private static func put(_ bytes: [UInt8], at offset: Int, in block: inout [UInt8]) {
    block.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
  }

  private static func octal(_ value: UInt64, digits: Int) -> [UInt8] {
    let text = String(value, radix: 8)
    return Array((String(repeating: "0", count: max(0, digits - text.count)) + text).utf8)
  }

  private static func number(_ field: ArraySlice<UInt8>) -> UInt64? {
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
    return UInt64(String(decoding: digits, as: UTF8.self), radix: 8)
  }
}
