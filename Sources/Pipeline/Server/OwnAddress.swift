import Actors
import Synchronization
import Transport

/// Where this server itself listens, once it does: the inspector is dialled there, and no webhook
/// may be.
final class OwnAddress: Sendable {
  private let bound = Mutex<[SocketAddress]>([])

  init() {}

  func add(_ address: SocketAddress) { bound.withLock { $0.append(address) } }

  var current: [SocketAddress] { bound.withLock { $0 } }

  /// For the address policy.
  var listeners: [AddressPolicy.Listener] {
    current.compactMap { address in
      guard case .ip(let ip, let port) = address else { return nil }
      return AddressPolicy.Listener(address: ip, port: port)
    }
  }

  /// A loopback address that reaches the public listener.
  var loopback: (address: IPAddress, port: UInt16)? {
    for case .ip(let address, let port) in current {
      if address.isLoopback { return (address, port) }
      let everywhere = address.bytes.allSatisfy { $0 == 0 }
      let text = everywhere ? (address.isIPv6 ? "::1" : "127.0.0.1") : address.description
      return IPAddress(parsing: text).map { ($0, port) }
    }
    return nil
  }
}
