import CLinux

/// Where a socket listens or connects to.
package enum SocketAddress: Sendable, Hashable, CustomStringConvertible {
  case ip(IPAddress, port: UInt16)
  case unix(path: String)

  package var port: UInt16? {
    if case .ip(_, let port) = self { port } else { nil }
  }

  /// `127.0.0.1:8080`, `[::1]:8080`, or the path.
  package var description: String {
    switch self {
    case .ip(let address, let port):
      address.isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    case .unix(let path): path
    }
  }
}

extension SocketAddress {
  /// The C structure and its length; nil when a path does not fit.
  func storage() -> (address: sockaddr_storage, length: socklen_t)? {
    var address = sockaddr_storage()
    let length: socklen_t
    switch self {
    case .ip(let ip, let port):
      length = unsafe clinux_ip_address(&address, ip.bytes, Int32(ip.bytes.count), port)
    case .unix(let path):
      length = unsafe clinux_unix_address(&address, path, Int32(path.utf8.count))
    }
    return length == 0 ? nil : (address, length)
  }

  /// Nil for anything but IPv4 and IPv6. An IPv4 address mapped into IPv6 is un-mapped.
  init?(_ storage: inout sockaddr_storage) {
    var bytes = [UInt8](repeating: 0, count: 16)
    var port: UInt16 = 0
    let count = unsafe clinux_storage_bytes(&storage, &bytes, &port)
    guard let address = IPAddress(bytes: Array(bytes.prefix(Int(count)))) else { return nil }
    self = .ip(address.unmapped, port: port)
  }
}
