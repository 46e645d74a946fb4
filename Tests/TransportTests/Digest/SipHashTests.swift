import Testing

@testable import Transport

@Suite struct SipHashTests {
  private let hasher = SipHash(key: 0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)

  /// The first, the ninth and the sixteenth vector of the reference implementation, and the one of
  /// the paper's appendix A.
  @Test(
    arguments: [
      (0, 0x726f_db47_dd0e_0e31), (8, 0x93f5_f579_9a93_2462), (15, 0xa129_ca61_49be_45e5),
    ] as [(Int, UInt64)])
  func `published vectors hold`(_ count: Int, _ wanted: UInt64) {
    let bytes = (0..<count).map { UInt8($0) }
    let hash = hasher.hash(bytes.span)
    #expect(hash == wanted)
  }

  @Test func `a seed is eight bytes in front`() {
    let text = "bjensen@example.com"
    let seed: UInt64 = 0x0102_0304_0506_0708
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: seed >> UInt64(8 * $0)) } + Array(text.utf8)
    let plain = hasher.hash(bytes.span)
    #expect(hasher.hash(text, seed: seed) == plain)
    let numbers = Array(bytes.prefix(8)) + [7, 0, 0, 0, 0, 0, 0, 0]
    let pair = hasher.hash(numbers.span)
    #expect(hasher.hash(seed, 7) == pair)
  }
}
