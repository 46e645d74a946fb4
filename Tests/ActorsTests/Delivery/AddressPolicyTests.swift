import Testing
import Transport

@testable import Actors

@Suite struct AddressPolicyTests {
  func passes(
    _ policy: AddressPolicy = AddressPolicy(), _ texts: String..., port: UInt16 = 443,
    localAllowed: Bool = false
  ) -> Bool {
    let addresses = texts.compactMap { IPAddress(parsing: $0) }
    #expect(addresses.count == texts.count)
    switch policy.judge(addresses, port: port, localAllowed: localAllowed) {
    case .success(let dialled): return dialled == addresses
    case .failure: return false
    }
  }

  @Test(arguments: [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.255",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1",
    "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1",
    "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "febf::1", "fc00::1",
    "fd12::1", "ff02::1", "2001:db8::1", "3fff::1", "100::1", "2002:7f00:1::", "64:ff9b::a00:1",
    "64:ff9b:1::1", "2001::1", "5f00::1", "::ffff:127.0.0.1", "::10.0.0.1", "::ffff:0:10.0.0.1",
    "fec0::1", "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe",
  ]) func `local and reserved addresses are refused`(address: String) {
    #expect(!passes(AddressPolicy(), address))
  }

  @Test(arguments: [
    "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
    "128.0.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.167.255.255", "192.169.0.0",
    "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2001:4860::8888",
    "::ffff:1.1.1.1", "2a00::1",
  ]) func `public addresses pass`(address: String) { #expect(passes(AddressPolicy(), address)) }

  @Test func `one blocked answer blocks the name`() {
    #expect(!passes(AddressPolicy(), "1.1.1.1", "127.0.0.1"))
  }

  @Test func `an opened network passes and nothing beside it`() {
    let policy = AddressPolicy(allowed: [IPNetwork(parsing: "10.1.0.0/16")!])
    #expect(passes(policy, "10.1.2.3"))
    #expect(passes(policy, "::ffff:10.1.2.3"))
    #expect(!passes(policy, "10.2.0.1"))
  }

  @Test func `a refusal names the way out`() {
    let answer = AddressPolicy().judge([IPAddress(parsing: "10.0.0.5")!], port: 80)
    #expect(throws: HTTPDialRefusal.self) { try answer.get() }
    guard case .failure(let refusal) = answer else { return }
    #expect(
      refusal.reason
        == "10.0.0.5 is a local or reserved address; --allow-webhook-net opens its network")
  }

  @Test func `this server is never a receiver, whatever is allowed`() {
    let loopback = IPAddress(parsing: "127.0.0.1")!
    let everywhere = IPAddress(parsing: "0.0.0.0")!
    let nets = [IPNetwork(parsing: "127.0.0.0/8")!]
    let bound = AddressPolicy(
      allowed: nets, ownListeners: [.init(address: loopback, port: 8080)])
    #expect(!passes(bound, "127.0.0.1", port: 8080, localAllowed: true))
    #expect(passes(bound, "127.0.0.1", port: 8081))
    let wide = AddressPolicy(
      allowed: nets, ownListeners: [.init(address: everywhere, port: 8080)])
    #expect(!passes(wide, "127.0.0.2", port: 8080, localAllowed: true))
    #expect(!passes(wide, "::1", port: 8080, localAllowed: true))
  }

  @Test func `the spool's owner can let one webhook stay local`() {
    #expect(passes(AddressPolicy(), "127.0.0.1", port: 3000, localAllowed: true))
  }
}
