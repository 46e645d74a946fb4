import Pipeline
import Testing
import Transport

@Suite struct OptionValueTests {
  @Test(
    arguments: [
      ("256MiB", 256 << 20), ("64 KiB", 65_536), ("1gib", 1 << 30), ("17", 17), ("5B", 5),
      ("MiB", nil), ("1MB", nil), ("-1", nil), ("1.5GiB", nil), ("99999999999TiB", nil), ("", nil),
    ] as [(String, Int?)])
  func `sizes are whole numbers with binary units`(_ text: String, _ bytes: Int?) {
    #expect(ByteSize.bytes(text) == bytes)
  }

  @Test func `sizes are shown exactly in settings and rounded on screens`() {
    #expect(ByteSize.text(256 << 20) == "256MiB")
    #expect(ByteSize.text(1000) == "1000B")
    #expect(ByteSize.rounded(6_549_825_126) == "6.1 GiB")
    #expect(ByteSize.rounded(2253) == "2.2 KiB")
    #expect(ByteSize.rounded(161_480_704) == "154 MiB")
  }

  @Test(
    arguments: [
      ("10s", 10_000), ("72h", 259_200_000), ("250ms", 250), ("7", 7000), ("5m", 300_000),
      ("2d", 172_800_000), ("s", nil), ("1y", nil), ("-1s", nil), ("1.5h", nil),
    ] as [(String, Int?)])
  func `times are whole numbers with a unit`(_ text: String, _ milliseconds: Int?) {
    #expect(DurationText.milliseconds(text) == milliseconds)
  }

  @Test(
    arguments: [
      ("127.0.0.1:8080", "127.0.0.1:8080"), ("[::1]:0", "[::1]:0"), (":80", "0.0.0.0:80"),
      ("localhost:1", "localhost:1"), ("127.0.0.1", nil), ("::1:80", nil), ("1.2.3.4:70000", nil),
      ("example.com:80", nil), ("256.0.0.1:1", nil), ("[1.2.3.4]:1", nil),
    ] as [(String, String?)])
  func `listen addresses have a port`(_ text: String, _ shown: String?) {
    #expect(HostPort(text)?.description == shown)
  }

  @Test(
    arguments: [
      ("127.0.0.1", [127, 0, 0, 1]), ("01.2.3.4", nil), ("1.2.3", nil), ("1.2.3.4.5", nil),
      ("::", [UInt8](repeating: 0, count: 16)),
      ("::1", [UInt8](repeating: 0, count: 15) + [1]),
      ("fd00::", [0xFD] + [UInt8](repeating: 0, count: 15)),
      ("1:2:3:4:5:6:7:8", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]),
      ("::ffff:1.2.3.4", [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 1, 2, 3, 4]),
      ("1::2::3", nil), ("1:2:3:4:5:6:7", nil), ("12345::", nil), (":1", nil), ("", nil),
      ("1:2:3:4:5:6:7:8::", nil), (":::", nil),
    ] as [(String, [UInt8]?)])
  func `addresses are read strictly`(_ text: String, _ bytes: [UInt8]?) {
    #expect(AddressText.address(text[...])?.bytes == bytes)
  }

  @Test func `a network contains what shares its leading bits`() throws {
    let network = try #require(Network("172.16.0.0/12"))
    #expect(network.contains(try #require(AddressText.address("172.31.255.255"))))
    #expect(!network.contains(try #require(AddressText.address("172.32.0.0"))))
    #expect(!network.contains(try #require(AddressText.address("::1"))))
    #expect(Network("10.0.0.1")?.bits == 32)
    #expect(Network("10.0.0.0/33") == nil)
  }

  @Test func `numbers are grouped and rounded`() {
    #expect(DecimalText.grouped(4212) == "4,212")
    #expect(DecimalText.grouped(999) == "999")
    #expect(DecimalText.grouped(-1_234_567) == "-1,234,567")
    #expect(DecimalText.text(1.25, 1) == "1.3")
    #expect(DecimalText.text(0.04, 1) == "0.0")
    #expect(DecimalText.text(2.005, 2) == "2.01" || DecimalText.text(2.005, 2) == "2.00")
  }
}
