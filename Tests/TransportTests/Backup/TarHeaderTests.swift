import TestSupport
import Testing

@testable import Transport

@Suite struct TarHeaderTests {
  private let header = TarHeader(
    name: "scim-hris-spool/3-committed/00000000000000000001.jsonl", size: 33_554_433,
    modified: 1_795_000_000)

  @Test func `what is written is read`() throws {
    #expect(header.bytes.count == 512)
    #expect(TarHeader(parsing: header.bytes) == header)
    #expect(header.paddedSize == 33_554_944)
    let largest = TarHeader(name: "x", size: TarHeader.longestMember - 1, modified: 0)
    #expect(TarHeader(parsing: largest.bytes) == largest)
  }

  @Test func `the fields stand where POSIX puts them`() {
    let bytes = header.bytes
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    #expect(text(100..<108) == "0000600\u{0}")
    #expect(text(124..<136) == "00200000001\u{0}")
    #expect(text(156..<157) == "0")
    #expect(text(257..<265) == "ustar\u{0}00")
    #expect(text(154..<156) == "\u{0} ")
  }

  @Test func `no changed byte goes unnoticed`() {
    for index in 0..<512 {
      var bytes = header.bytes
      bytes[index] ^= 0x01
      #expect(TarHeader(parsing: bytes) == nil || TarHeader(parsing: bytes) == header, "\(index)")
    }
  }
}
