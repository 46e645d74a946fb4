import Testing

@testable import Transport

@Suite struct IPAddressTests {
  @Test(arguments: [
    ("127.0.0.1", "127.0.0.1"), ("::", "::"), ("::1", "::1"), ("1::", "1::"),
    ("2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"),
    ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
    ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("::ffff:1.2.3.4", "::ffff:1.2.3.4"),
    ("64:ff9b::1.2.3.4", "64:ff9b::102:304"),
  ])
  func `an address is read and written in its one form`(text: String, expected: String) {
    #expect(IPAddress(parsing: text)?.description == expected)
  }

  @Test(arguments: [
    "", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "1.2.3.4 ", "0x7f.0.0.1", "127.1", ":",
    ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "::1%eth0",
    "1:2:3:4:5:6:7::8:9", "::1.2.3.4:5", "1.2.3.4::",
  ])
  func `what is no address is refused`(text: String) {
    #expect(IPAddress(parsing: text) == nil)
  }

  @Test(arguments: [
    ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.0", false),
    ("10.0.0.0/8", "::ffff:10.1.1.1", true), ("0.0.0.0/0", "9.9.9.9", true),
    ("0.0.0.0/0", "::1", false), ("fc00::/7", "fdff::1", true), ("fc00::/7", "fe00::1", false),
    ("192.168.1.1", "192.168.1.1", true), ("::ffff:0:0/96", "::ffff:1.1.1.1", true),
    ("172.16.0.0/12", "172.31.255.255", true), ("172.16.0.0/12", "172.32.0.0", false),
  ])
  func `a network knows its addresses`(network: String, address: String, inside: Bool) throws {
    let network = try #require(IPNetwork(parsing: network))
    #expect(network.contains(try #require(IPAddress(parsing: address))) == inside)
  }

  @Test(arguments: ["10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "/8", "::/129"])
  func `a malformed network is refused`(text: String) {
    #expect(IPNetwork(parsing: text) == nil)
  }
}
