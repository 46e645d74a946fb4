import TestSupport
import Testing

@testable import Transport

@Suite struct SHA256Tests {
  /// FIPS 180-4 examples and the two lengths around a block's end.
  static let vectors: [(String, String)] = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
        + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ]

  @Test(arguments: vectors)
  func `the published examples come out`(text: String, digest: String) {
    #expect(Hex.encode(SHA256.hash(Array(text.utf8))) == digest)
    var portable = SHA256(withoutInstructions: ())
    portable.update(Array(text.utf8))
    #expect(Hex.encode(portable.finish()) == digest)
  }

  @Test func `a million a come out`() {
    let digest = SHA256.hash([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
    #expect(
      Hex.encode(digest) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func `pieces and instructions change nothing`() {
    var random = SeededGenerator(seed: 1)
    for length in 0..<300 {
      let bytes = random.bytes(length)
      let cut = Int.random(in: 0...length, using: &random)
      var pieces = SHA256()
      pieces.update(Array(bytes[..<cut]))
      pieces.update(Array(bytes[cut...]))
      var portable = SHA256(withoutInstructions: ())
      portable.update(bytes)
      let whole = SHA256.hash(bytes)
      #expect(pieces.finish() == whole)
      #expect(portable.finish() == whole)
    }
  }
}
