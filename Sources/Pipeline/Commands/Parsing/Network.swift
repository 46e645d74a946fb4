package import Transport

/// A range of addresses as typed: "10.0.0.0/8", or one address.
package struct Network: Sendable, Hashable, CustomStringConvertible {
  package var address: IPAddress
  /// Leading bits that must agree.
  package var bits: Int
  package var description: String

  package init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let address = AddressText.address(first) else { return nil }
    let whole = address.bytes.count * 8
    if parts.count == 2 {
      guard let bits = Int(parts[1]), (0...whole).contains(bits) else { return nil }
      self.bits = bits
    } else {
      bits = whole
    }
    self.address = address
    description = text
  }

  package func contains(_ other: IPAddress) -> Bool {
    guard other.bytes.count == address.bytes.count else { return false }
    for index in address.bytes.indices {
      let kept = min(max(bits - index * 8, 0), 8)
      let mask = UInt8(truncatingIfNeeded: 0xFF00 >> kept)
      if (address.bytes[index] ^ other.bytes[index]) & mask != 0 { return false }
    }
    return true
  }
}
