/// Random numbers that are the same everywhere for the same seed (SplitMix64).
package struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  /// A stream of its own for one thing among many, so that adding more changes none before it.
  package init(seed: UInt64, stream: Int) {
    var mixer = SeededRandom(seed: seed)
    state = mixer.next() ^ (UInt64(bitPattern: Int64(stream)) &* 0xD1B5_4A32_D192_ED03)
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Below `bound`, which is small: the bias of the remainder is far under one in a billion.
  package mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  package mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[below(elements.count)]
  }

  /// Letters and digits, as identity providers make ids.
  package mutating func letters(_ count: Int) -> String {
    let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    return String((0..<count).map { _ in alphabet[below(alphabet.count)] })
  }

  /// Exactly `count` decimal digits.
  package mutating func digits(_ count: Int) -> String {
    (0..<count).map { _ in "\(below(10))" }.joined()
  }
}
