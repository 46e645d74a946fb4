import Transport

/// A webhook's address as somebody typed it: what it may be, and where it leads if that is plain
/// to see.
struct DeliveryURL {
  /// The address its host is written as, in any notation a resolver would take; nil for a name.
  let literalAddress: IPAddress?

  init(_ text: String) throws(HTTPURLError) {
    let url = try HTTPURL(parsing: text)
    literalAddress = url.address ?? Self.address(of: url.host)
  }

  private static func address(of host: String) -> IPAddress? {
    var host = host
    if host.hasSuffix(".") { host.removeLast() }
    // RFC 6761 §6.3: these names are the loopback address by definition.
    if host == "localhost" || host.hasSuffix(".localhost") { return .loopback }
    return IPAddress(parsing: host) ?? classic(host)
  }

  /// One to four numbers, decimal, octal or hexadecimal, the last filling the rest: `127.1`,
  /// `0x7f000001`, `2130706433`. Resolvers still take these, as inet_aton did.
  private static func classic(_ host: String) -> IPAddress? {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...4).contains(parts.count) else { return nil }
    var bytes: [UInt8] = []
    for (index, part) in parts.enumerated() {
      guard let number = number(part) else { return nil }
      let width = index == parts.count - 1 ? 4 - index : 1
      guard number >> UInt64(8 * width) == 0 else { return nil }
      for byte in (0..<width).reversed() {
        bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * byte)))
      }
    }
    return IPAddress(bytes: bytes)
  }

  private static func number(_ text: Substring) -> UInt64? {
    guard text.utf8.count <= 16, text.first.map({ $0 != "+" && $0 != "-" }) == true else {
      return nil
    }
    if text.hasPrefix("0x") { return UInt64(text.dropFirst(2), radix: 16) }
    if text.hasPrefix("0"), text.count > 1 { return UInt64(text.dropFirst(), radix: 8) }
    return UInt64(text)
  }
}
