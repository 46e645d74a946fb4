import TestSupport
import Testing

@testable import Transport

@Suite struct CRC32CTests {
  /// RFC 3720 §B.4 (as numbers, most significant digit first) and the usual check value.
  static let vectors: [([UInt8], UInt32)] = [
    ([], 0),
    (Array("123456789".utf8), 0xe306_9283),
    ([UInt8](repeating: 0, count: 32), 0x8a91_36aa),
    ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43),
    (Array(0..<32), 0x46dd_794e),
    (Array((0..<32).reversed()), 0x113f_db5c),
  ]

  @Test(arguments: vectors)
  func `the published values come out`(bytes: [UInt8], checksum: UInt32) {
    #expect(CRC32C.checksum(bytes) == checksum)
    #expect(CRC32C.portable(bytes.span) == checksum)
  }

  @Test func `a checksum continues where the last one ended`() {
    var random = SeededGenerator(seed: 2)
    for length in 0..<200 {
      let bytes = random.bytes(length)
      let cut = Int.random(in: 0...length, using: &random)
      let whole = CRC32C.checksum(bytes)
      let first = CRC32C.checksum(Array(bytes[..<cut]))
      #expect(CRC32C.checksum(Array(bytes[cut...]), continuing: first) == whole)
      #expect(CRC32C.portable(bytes.span) == whole)
    }
  }

  @Test func `every changed bit changes it`() {
    let bytes = Array("a line of the spool".utf8)
    for bit in 0..<bytes.count * 8 {
      var changed = bytes
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(CRC32C.checksum(changed) != CRC32C.checksum(bytes))
    }
  }
}
