/// SHA-256 (FIPS 180-4), for webhook signatures and for tokens that rest only as digests.
package struct SHA256: Sendable {
  package static let byteCount = 32
  static let blockSize = 64

  private var state: InlineArray<8, UInt32> = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  /// The bytes that do not fill a block yet are the first `length % 64` of these.
  private var block = InlineArray<64, UInt8>(repeating: 0)
  private var length: UInt64 = 0
  private let usesInstructions: Bool

  package init() { usesInstructions = DigestInstructions.hasSHA256 }

  /// For tests: the Swift code whatever the processor can do.
  init(withoutInstructions: Void) { usesInstructions = false }

  package static func hash(_ bytes: [UInt8]) -> [UInt8] {
    var digest = SHA256()
    digest.update(bytes.span)
    return digest.finish()
  }

  package mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

  package mutating func update(_ bytes: Span<UInt8>) {
    var index = 0
    var filled = Int(length % 64)
    length += UInt64(bytes.count)
    if filled > 0 {
      while index < bytes.count, filled < 64 {
        block[filled] = bytes[index]
        filled += 1
        index += 1
      }
      if filled < 64 { return }
      compressBlock()
      filled = 0
    }
    let whole = (bytes.count - index) / 64 * 64
    if whole > 0 {
      compress(bytes.extracting(index..<index + whole))
      index += whole
    }
    while index < bytes.count {
      block[filled] = bytes[index]
      filled += 1
      index += 1
    }
  }

  /// The digest, 32 bytes. Nothing may be added afterwards.
  package consuming func finish() -> [UInt8] {
    let bits = length * 8
    var filled = Int(length % 64)
    block[filled] = 0x80
    filled += 1
    if filled > 56 {
      while filled < 64 { pad(&filled) }
      compressBlock()
      filled = 0
    }
    while filled < 56 { pad(&filled) }
    for index in 0..<8 {
      block[56 + index] = UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * index))
    }
    compressBlock()
    var digest: [UInt8] = []
    digest.reserveCapacity(Self.byteCount)
    for index in state.indices {
      let word = state[index]
      digest.append(UInt8(word >> 24))
      digest.append(UInt8(truncatingIfNeeded: word >> 16))
      digest.append(UInt8(truncatingIfNeeded: word >> 8))
      digest.append(UInt8(truncatingIfNeeded: word))
    }
    return digest
  }

  private mutating func compressBlock() {
    let full = block
    compress(full.span)
  }

  private mutating func pad(_ filled: inout Int) {
    block[filled] = 0
    filled += 1
  }

  /// - Parameter blocks: a multiple of 64 bytes.
  private mutating func compress(_ blocks: Span<UInt8>) {
    if usesInstructions { return DigestInstructions.sha256(&state, blocks) }
    var offset = 0
    while offset < blocks.count {
      SHA256Rounds.compress(&state, blocks.extracting(offset..<offset + 64))
      offset += 64
    }
  }
}
