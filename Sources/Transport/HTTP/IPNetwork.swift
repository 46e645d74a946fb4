/// A range of addresses in CIDR form, for address policy and trusted proxies.
package struct IPNetwork: Sendable, Hashable, CustomStringConvertible {
  package let address: IPAddress
  /// Leading bits that count: 0–32 or 0–128.
  package let prefix: Int

  /// `10.0.0.0/8`, `fc00::/7`, or one address alone. Bits beyond the prefix must be zero, since
  /// `10.1.2.3/8` is more often a slip than a wish.
  package init?(parsing text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = IPAddress(parsing: parts[0]) else { return nil }
    let width = address.bytes.count * 8
    if parts.count == 1 {
      self.address = address
      prefix = width
      return
    }
    guard (1...3).contains(parts[1].utf8.count),
      parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let prefix = Int(parts[1]), prefix <= width
    else { return nil }
    self.address = address
    self.prefix = prefix
    guard Self.masked(address.bytes, prefix) == address.bytes else { return nil }
  }

  /// IPv4 addresses mapped into IPv6 are judged as the IPv4 address they reach, except by a network
  /// that is itself inside `::ffff:0:0/96`.
  package func contains(_ candidate: IPAddress) -> Bool {
    for form in [candidate, candidate.unmapped] where form.isIPv6 == address.isIPv6 {
      if Self.masked(form.bytes, prefix) == address.bytes { return true }
    }
    return false
  }

  private static func masked(_ bytes: [UInt8], _ prefix: Int) -> [UInt8] {
    bytes.enumerated().map { index, byte in
      let bits = max(0, min(8, prefix - 8 * index))
      return byte & UInt8(truncatingIfNeeded: 0xFF00 >> bits)
    }
  }

  package var description: String { "\(address)/\(prefix)" }
}
