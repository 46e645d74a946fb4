/// SipHash-2-4 (Aumasson and Bernstein, 2012): short texts into 64 bits under a secret key, so that
/// nobody who chooses the texts can make them collide.
package struct SipHash: Sendable, Equatable {
  package let key: (first: UInt64, second: UInt64)

  package init(key first: UInt64, _ second: UInt64) { key = (first, second) }

  package static func == (left: SipHash, right: SipHash) -> Bool { left.key == right.key }

  /// A key nobody knows.
  package static func random() -> SipHash {
    func word() -> UInt64 { Random.bytes(8).reduce(0) { $0 << 8 | UInt64($1) } }
    return SipHash(key: word(), word())
  }

  package func hash(_ text: String, seed: UInt64 = 0) -> UInt64 {
    hash(text.utf8Span.span, seed: seed)
  }

  /// - Parameter seed: hashed before the bytes, to keep texts of one kind apart from another's; none
  ///   when 0, which then is plain SipHash.
  package func hash(_ bytes: Span<UInt8>, seed: UInt64 = 0) -> UInt64 {
    var rounds = Rounds(key)
    var length = bytes.count
    if seed != 0 {
      rounds.take(seed)
      length += 8
    }
    var index = 0
    while index + 8 <= bytes.count {
      var word: UInt64 = 0
      for place in 0..<8 { word |= UInt64(bytes[index + place]) << UInt64(8 * place) }
      rounds.take(word)
      index += 8
    }
    var last = UInt64(truncatingIfNeeded: length) << 56
    for place in 0..<(bytes.count - index) {
      last |= UInt64(bytes[index + place]) << UInt64(8 * place)
    }
    rounds.take(last)
    return rounds.finish()
  }

  /// Of one or two numbers, as plain SipHash over their bytes, least significant first.
  package func hash(_ first: UInt64, _ second: UInt64) -> UInt64 {
    var rounds = Rounds(key)
    rounds.take(first)
    rounds.take(second)
    rounds.take(16 << 56)
    return rounds.finish()
  }

  private struct Rounds {
    private var a: UInt64
    private var b: UInt64
    private var c: UInt64
    private var d: UInt64

    init(_ key: (first: UInt64, second: UInt64)) {
      a = key.first ^ 0x736f_6d65_7073_6575
      b = key.second ^ 0x646f_7261_6e64_6f6d
      c = key.first ^ 0x6c79_6765_6e65_7261
      d = key.second ^ 0x7465_6462_7974_6573
    }

    mutating func take(_ word: UInt64) {
      d ^= word
      mix()
      mix()
      a ^= word
    }

    mutating func finish() -> UInt64 {
      c ^= 0xff
      for _ in 0..<4 { mix() }
      return a ^ b ^ c ^ d
    }

    private mutating func mix() {
      a = a &+ b
      b = Self.turned(b, 13) ^ a
      a = Self.turned(a, 32)
      c = c &+ d
      d = Self.turned(d, 16) ^ c
      a = a &+ d
      d = Self.turned(d, 21) ^ a
      c = c &+ b
      b = Self.turned(b, 17) ^ c
      c = Self.turned(c, 32)
    }

    private static func turned(_ word: UInt64, _ count: UInt64) -> UInt64 {
      word << count | word >> (64 - count)
    }
  }
}
