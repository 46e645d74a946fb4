/// An IPv4 or IPv6 address as bytes, so that policy can be decided without the C structures.
package struct IPAddress: Sendable, Hashable {
  /// 4 or 16 bytes in network order.
  package let bytes: [UInt8]

  /// - Parameter bytes: 4 or 16 of them, else nil.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  package var isIPv6: Bool { bytes.count == 16 }
}
