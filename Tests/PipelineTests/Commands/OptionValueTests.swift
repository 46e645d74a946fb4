import Pipeline
import Testing

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

  @Test func `numbers are grouped and rounded`() {
    #expect(DecimalText.grouped(4212) == "4,212")
    #expect(DecimalText.grouped(999) == "999")
    #expect(DecimalText.grouped(-1_234_567) == "-1,234,567")
    #expect(DecimalText.text(1.25, 1) == "1.3")
    #expect(DecimalText.text(0.04, 1) == "0.0")
    #expect(DecimalText.text(2.005, 2) == "2.01" || DecimalText.text(2.005, 2) == "2.00")
  }
}
