/// CRC-32C (Castagnoli, RFC 3720 §B.4), which chains the lines of the spool.
package enum CRC32C {
  /// - Parameter checksum: what came before, to continue it; 0 to begin.
  package static func checksum(_ bytes: Span<UInt8>, continuing checksum: UInt32 = 0) -> UInt32 {
    if DigestInstructions.hasCRC32C { return ~DigestInstructions.crc32c(~checksum, bytes) }
    return portable(bytes, continuing: checksum)
  }

  package static func checksum(_ bytes: [UInt8], continuing checksum: UInt32 = 0) -> UInt32 {
    Self.checksum(bytes.span, continuing: checksum)
  }

  /// Eight bytes per step from eight tables, for processors without the instruction.
  static func portable(_ bytes: Span<UInt8>, continuing checksum: UInt32 = 0) -> UInt32 {
    var crc = ~checksum
    var index = 0
    let table = tables.span
    while index + 8 <= bytes.count {
      var low = crc
      for byte in 0..<4 { low ^= UInt32(bytes[index + byte]) << UInt32(8 * byte) }
      crc = 0
      for byte in 0..<4 {
        crc ^= table[(7 - byte) << 8 | Int(low >> UInt32(8 * byte) & 0xFF)]
        crc ^= table[(3 - byte) << 8 | Int(bytes[index + 4 + byte])]
      }
      index += 8
    }
    while index < bytes.count {
      crc = crc >> 8 ^ table[Int((crc ^ UInt32(bytes[index])) & 0xFF)]
      index += 1
    }
    return ~crc
  }

  /// Table `n` at 256 × n: the effect of a byte followed by `n` zero bytes.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
      tables[byte] = crc
    }
    for index in 256..<tables.count {
      let previous = tables[index - 256]
      tables[index] = previous >> 8 ^ tables[Int(previous & 0xFF)]
    }
    return tables
  }()
}
