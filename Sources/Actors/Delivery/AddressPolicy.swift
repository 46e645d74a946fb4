package import Transport

/// Decides which addresses a webhook may be delivered to, so that nobody can make this server talk
/// to its own network (server-side request forgery).
///
/// Judged on what a name resolves to, on every attempt; one blocked address blocks the name.
package struct AddressPolicy: Sendable {
  package struct Listener: Sendable, Hashable {
    package var address: IPAddress
    package var port: UInt16

    package init(address: IPAddress, port: UInt16) {
      self.address = address
      self.port = port
    }
  }

  private let allowed: [IPNetwork]
  private let ownListeners: [Listener]

  /// - Parameters:
  ///   - allowed: networks opened by `--allow-webhook-net`.
  ///   - ownListeners: where this server listens itself; never delivered to.
  package init(allowed: [IPNetwork] = [], ownListeners: [Listener] = []) {
    self.allowed = allowed
    self.ownListeners = ownListeners
  }

  /// - Parameters:
  ///   - addresses: all a host name resolves to.
  ///   - localAllowed: whether this webhook was allowed a local address by the spool's owner.
  /// - Returns: the addresses to dial, all of them, or the first that must not be.
  package func judge(
    _ addresses: [IPAddress], port: UInt16, localAllowed: Bool = false
  ) -> Result<[IPAddress], HTTPDialRefusal> {
    for address in addresses {
      if let reason = refusal(of: address, port: port, localAllowed: localAllowed) {
        return .failure(HTTPDialRefusal(address: address, reason: reason))
      }
    }
    return .success(addresses)
  }

  private func refusal(
    of address: IPAddress, port: UInt16, localAllowed: Bool
  ) -> String? {
    let plain = address.unmapped
    if isOwn(plain, port) { return "\(plain) port \(port) is this server itself" }
    guard !localAllowed, Self.isBlocked(plain), !allowed.contains(where: { $0.contains(plain) })
    else { return nil }
    return "\(plain) is a local or reserved address; --allow-webhook-net opens its network"
  }

  /// A listener on every address is reached through any local one.
  private func isOwn(_ address: IPAddress, _ port: UInt16) -> Bool {
    ownListeners.contains { listener in
      guard listener.port == port else { return false }
      let own = listener.address.unmapped
      return own == address || (Self.isUnspecified(own) && Self.isHere(address))
    }
  }

  private static func isUnspecified(_ address: IPAddress) -> Bool {
    address.bytes.allSatisfy { $0 == 0 }
  }

  private static func isHere(_ address: IPAddress) -> Bool {
    address.isLoopback || isUnspecified(address)
  }
}

extension AddressPolicy {
  /// Special-purpose IPv4 ranges (RFC 6890 and its successors), multicast and class E.
  private static let blockedIPv4: [(base: UInt32, prefix: UInt32)] = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
  ].compactMap { IPNetwork(parsing: $0) }.map { (word($0.address), UInt32($0.prefix)) }

  /// The same for IPv6, and every range that carries an IPv4 address in it.
  private static let blockedIPv6: [IPNetwork] = [
    "::/96", "::ffff:0:0:0/96", "fe80::/10", "fec0::/10", "fc00::/7", "ff00::/8", "2001:db8::/32",
    "3fff::/20", "100::/64", "2002::/16", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32",
    "5f00::/16",
  ].compactMap { IPNetwork(parsing: $0) }

  /// - Parameter address: not an IPv4 address mapped into IPv6.
  static func isBlocked(_ address: IPAddress) -> Bool {
    if address.isIPv6 { return blockedIPv6.contains { $0.contains(address) } }
    let word = word(address)
    return blockedIPv4.contains { ($0.base ^ word) >> (32 - $0.prefix) == 0 }
  }

  private static func word(_ address: IPAddress) -> UInt32 {
    address.bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }
}
