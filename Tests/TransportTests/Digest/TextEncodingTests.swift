import TestSupport
import Testing

@testable import Transport

@Suite struct TextEncodingTests {
  /// RFC 4648 §10.
  static let base64: [(String, String)] = [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ]
  static let base16: [(String, String)] = [("", ""), ("f", "66"), ("foobar", "666f6f626172")]

  @Test(arguments: base64)
  func `base64 gives the published texts and takes them back`(text: String, encoded: String) {
    let bytes = Array(text.utf8)
    let bare = String(encoded.prefix { $0 != "=" })
    #expect(Base64.encode(bytes) == encoded)
    #expect(Base64.decode(encoded) == bytes)
    #expect(Base64.encode(bytes, .url) == bare)
    #expect(Base64.decode(bare, .url) == bytes)
    #expect(Base64.decode(encoded, .url) == bytes)
  }

  @Test func `the two alphabets differ in two characters`() {
    #expect(Base64.encode([0xfb, 0xff]) == "+/8=")
    #expect(Base64.encode([0xfb, 0xff], .url) == "-_8")
    #expect(Base64.decode("-_8=") == nil)
    #expect(Base64.decode("+/8", .url) == nil)
  }

  @Test(arguments: ["Zg", "Zg=", "Zg===", "Z", "Zh==", "Zm9=", "Zm9v=", "Zm 9v", "====", "Z=g="])
  func `sloppy base64 is refused`(text: String) {
    #expect(Base64.decode(text) == nil)
  }

  @Test(arguments: base16)
  func `hexadecimal gives the published texts and takes them back`(text: String, encoded: String) {
    #expect(Hex.encode(Array(text.utf8)) == encoded)
    #expect(Hex.decode(encoded) == Array(text.utf8))
    #expect(Hex.decode(encoded.uppercased()) == Array(text.utf8))
  }

  @Test(arguments: ["6", "6g", "0x66", "66 ", "é"])
  func `other text is no hexadecimal`(text: String) {
    #expect(Hex.decode(text) == nil)
  }

  @Test func `any bytes survive the way there and back`() {
    var random = SeededGenerator(seed: 3)
    for length in 0..<100 {
      let bytes = random.bytes(length)
      #expect(Base64.decode(Base64.encode(bytes)) == bytes)
      #expect(Base64.decode(Base64.encode(bytes, .url), .url) == bytes)
      #expect(Hex.decode(Hex.encode(bytes)) == bytes)
    }
  }

  @Test func `constant-time comparison is a comparison`() {
    #expect(constantTimeEqual([], []))
    #expect(constantTimeEqual([1, 2], [1, 2]))
    #expect(!constantTimeEqual([1, 2], [1, 3]))
    #expect(!constantTimeEqual([1, 2], [1]))
    #expect(constantTimeEqual("token", "token"))
    #expect(!constantTimeEqual("token", "Token"))
  }
}
