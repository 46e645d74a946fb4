import Synchronization

/// HTTP/1.1 on one or more loops: listeners, the table of connections, and the way to an end.
///
/// Each connection is one plain task that prefers its loop. Several listeners may be open at once,
/// each with a service of its own.
package final class HTTPServer: Sendable {
  struct State {
    var listeners: [Listener] = []
    var connections: [ObjectIdentifier: HTTPConnectionHandle] = [:]
    /// Accepted and not yet closed; a connection is counted before its task first runs.
    var open = 0
    var openLocal = 0
    var nextLoop = 0
    /// Acceptors that wait for a connection to end; one per listener at most.
    var slotWaiters: [Wakeup] = []
    var drained: Wakeup?
  }

  package let statistics = HTTPServerStatistics()
  let loops: [EventLoop]
  let configuration: HTTPServerConfiguration
  let service: HTTPService
  let state = Mutex(State())
  private let draining = Atomic<Bool>(false)

  /// - Parameter loops: connections are dealt to them in turn; the first one accepts.
  package init(
    loops: [EventLoop], configuration: HTTPServerConfiguration = HTTPServerConfiguration(),
    service: HTTPService
  ) {
    precondition(!loops.isEmpty, "a server needs a loop")
    self.loops = loops
    self.configuration = configuration
    self.service = service
  }

  package var isDraining: Bool { draining.load(ordering: .acquiring) }

  /// Binds, and accepts from now on.
  /// - Parameters:
  ///   - service: instead of the server's own, for this listener.
  ///   - identity: makes it speak TLS, and nothing else.
  /// - Returns: the address in force, with the port that was picked.
  package func listen(
    on address: ListenAddress, service: HTTPService? = nil, identity: TLSIdentity? = nil
  ) async throws(HTTPServerError) -> SocketAddress {
    let wanted = try Self.socketAddress(address)
    let loop = loops[0]
    let result: Result<Listener, SocketError> = await withCheckedContinuation { continuation in
      loop.execute {
        do throws(SocketError) {
          continuation.resume(returning: .success(try Listener(address: wanted, on: loop)))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    let listener: Listener
    switch result {
    case .success(let made): listener = made
    case .failure(let error): throw Self.explain(error, address)
    }
    state.withLock { $0.listeners.append(listener) }
    let acceptor = HTTPAcceptor(
      server: self, listener: listener, service: service ?? self.service, identity: identity)
    Task(executorPreference: loop) { await acceptor.run() }
    return listener.address
  }

  /// Stops accepting, lets requests in flight finish, closes idle connections at once and the rest
  /// when the time is over. Returns when no connection is left.
  package func drain(within duration: Duration) async {
    draining.store(true, ordering: .releasing)
    let (listeners, drained) = state.withLock { state in
      let drained = Wakeup()
      if state.open + state.openLocal == 0 { drained.fire() }
      state.drained = drained
      defer { state.listeners = [] }
      return (state.listeners, drained)
    }
    let closed = Wakeup()
    loops[0].execute {
      for listener in listeners { listener.close() }
      closed.fire()
    }
    // Whoever ends the loop next must not end it before its listeners are closed.
    _ = await closed.wait(on: loops[0], until: .never)
    onEachConnection { handle in
      if handle.isIdle { handle.socket.interrupt() }
    }
    if await drained.wait(on: loops[0], until: .after(duration)) == .fired { return }
    onEachConnection { $0.socket.close() }
    let gone = Wakeup()
    let none = state.withLock { state in
      state.drained = gone
      return state.open + state.openLocal == 0
    }
    // A handler that never returns must not keep the process: its socket is closed already.
    if !none { _ = await gone.wait(on: loops[0], until: .after(.milliseconds(200))) }
  }

  private func onEachConnection(_ action: @escaping @Sendable (HTTPConnectionHandle) -> Void) {
    for handle in state.withLock({ Array($0.connections.values) }) {
      handle.socket.loop.execute { action(handle) }
    }
  }

  private static func socketAddress(
    _ address: ListenAddress
  ) throws(HTTPServerError) -> SocketAddress {
    switch address {
    case .unix(let path): return .unix(path: path)
    case .tcp(let host, let port):
      let literal = host.lowercased() == "localhost" ? "127.0.0.1" : host
      guard let ip = IPAddress(parsing: literal) else { throw .notAvailable(address) }
      return .ip(ip, port: port)
    }
  }

  private static func explain(_ error: SocketError, _ address: ListenAddress) -> HTTPServerError {
    guard case .system(let code) = error else { return .notAvailable(address) }
    switch code {
    case SystemErrorText.addressInUse: return .addressInUse(address)
    case SystemErrorText.accessDenied, SystemErrorText.notPermitted: return .notPermitted(address)
    case SystemErrorText.addressNotAvailable: return .notAvailable(address)
    default: return .system(address, code)
    }
  }
}

/// What others may know of a connection: whether it waits for a request, and the socket to end it by.
final class HTTPConnectionHandle: Sendable {
  let socket: Socket
  let isLocal: Bool
  /// Nanoseconds of the monotonic clock; 0 while a request is in work.
  private let idleSince = Atomic<UInt64>(0)

  init(socket: Socket, isLocal: Bool) {
    self.socket = socket
    self.isLocal = isLocal
  }

  var isIdle: Bool { idleSince.load(ordering: .relaxed) != 0 }
  var idleStart: Deadline? {
    let value = idleSince.load(ordering: .relaxed)
    return value == 0 ? nil : Deadline(nanoseconds: value)
  }

  func becameIdle(at now: Deadline) { idleSince.store(now.nanoseconds, ordering: .relaxed) }
  func becameBusy() { idleSince.store(0, ordering: .relaxed) }
}
