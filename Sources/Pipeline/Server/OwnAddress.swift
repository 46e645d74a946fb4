import Actors
import Synchronization
import Transport

/// Where this server itself listens, once it does: the inspector is dialled there, and no webhook
/// may be.
final class OwnAddress: Sendable {
  private struct State {
    var addresses: [SocketAddress] = []
    /// Where the inspector is when the public listener speaks TLS.
    var inspector: SocketAddress?
    var isComplete = false
    /// Never more than attempts in flight.
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  init() {}

  func add(_ address: SocketAddress) { state.withLock { $0.addresses.append(address) } }

  func addInspector(_ address: SocketAddress) { state.withLock { $0.inspector = address } }

  /// No more listeners will come.
  func complete() {
    let waiting = state.withLock { state in
      state.isComplete = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for waiter in waiting { waiter.resume() }
  }

  /// Suspends until every listener is known. Delivery starts before the server listens, because
  /// recovered writes go through it: an attempt made then would find no inspector, and no policy
  /// could tell our own port from a stranger's.
  func known() async {
    await withCheckedContinuation { continuation in
      let isComplete = state.withLock { state in
        if !state.isComplete { state.waiting.append(continuation) }
        return state.isComplete
      }
      if isComplete { continuation.resume() }
    }
  }

  var current: [SocketAddress] { state.withLock { $0.addresses } }

  /// For the address policy.
  var listeners: [AddressPolicy.Listener] {
    let all = state.withLock { $0.addresses + ($0.inspector.map { [$0] } ?? []) }
    return all.compactMap { address in
      guard case .ip(let ip, let port) = address else { return nil }
      return AddressPolicy.Listener(address: ip, port: port)
    }
  }

  /// A loopback address that reaches the inspector.
  var loopback: (address: IPAddress, port: UInt16)? {
    let candidates = state.withLock { $0.inspector.map { [$0] } ?? $0.addresses }
    for case .ip(let address, let port) in candidates {
      if address.isLoopback { return (address, port) }
      let everywhere = address.bytes.allSatisfy { $0 == 0 }
      let text = everywhere ? (address.isIPv6 ? "::1" : "127.0.0.1") : address.description
      return IPAddress(parsing: text).map { ($0, port) }
    }
    return nil
  }
}
