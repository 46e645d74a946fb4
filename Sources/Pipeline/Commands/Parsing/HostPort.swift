import Transport

/// An address to listen on, as typed: an IP address or "localhost", and a port.
package struct HostPort: Sendable, Equatable, CustomStringConvertible {
  package var host: String
  package var port: UInt16

  package init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// "127.0.0.1:8080", "[::1]:8080", "localhost:0"; a bare ":8080" means every IPv4 interface.
  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    var host = text[..<colon]
    if host.first == "[" {
      guard host.last == "]" else { return nil }
      host = host.dropFirst().dropLast()
      guard IPAddress(parsing: host)?.isIPv6 == true else { return nil }
    } else if host.isEmpty {
      host = "0.0.0.0"
    } else if host != "localhost" {
      guard IPAddress(parsing: host)?.isIPv6 == false else { return nil }
    }
    self.init(host: String(host), port: port)
  }

  package var description: String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}
