import Synchronization

/// An HTTP/1.1 client that keeps connections and always comes back within its deadline.
///
/// May be used from any task or actor: the work happens on the loop. Redirects are not followed,
/// cookies are not kept, nothing is decompressed.
package final class HTTPClient: Sendable {
  package let loop: EventLoop
  private let resolver: Resolver
  /// Whom https hosts are believed to be.
  package let trust: TLSTrust
  let pool: Mutex<HTTPClientPool>

  /// - Parameters:
  ///   - maxIdle: connections kept in all.
  ///   - maxIdlePerHost: connections kept for one address and host.
  ///   - maxIdleAge: how long one is kept; shorter than servers keep theirs.
  package init(
    loop: EventLoop, resolver: Resolver = Resolver(), trust: TLSTrust = TLSTrust(),
    maxIdle: Int = 256, maxIdlePerHost: Int = 64, maxIdleAge: Duration = .seconds(30)
  ) {
    self.loop = loop
    self.resolver = resolver
    self.trust = trust
    pool = Mutex(
      HTTPClientPool(maxIdle: maxIdle, maxIdlePerKey: maxIdlePerHost, maxAge: maxIdleAge))
  }

  /// One request, one result; never throws and never outlives `totalDeadline`.
  package func send(_ request: HTTPClientRequest) async -> HTTPClientResult {
    await withTaskExecutorPreference(loop) { await sendOnLoop(request) }
  }

  /// Closes the idle connections.
  package func closeIdle() {
    loop.execute {
      let sockets = self.pool.withLock { $0.takeExpired(at: .now, everything: true) }
      for socket in sockets { socket.close() }
    }
  }

  @concurrent
  private func sendOnLoop(_ request: HTTPClientRequest) async -> HTTPClientResult {
    let cancellation = HTTPClientCancellation()
    return await withTaskCancellationHandler {
      var exchange = HTTPClientExchange(
        request: request, client: self, cancellation: cancellation)
      return await exchange.run()
    } onCancel: {
      loop.execute { cancellation.cancel() }
    }
  }

  func addresses(
    of host: String, by deadline: Deadline
  ) async throws(Resolver.Failure) -> [IPAddress] {
    try await resolver.addresses(of: host, on: loop, by: deadline)
  }
}

// MARK: - Keeping connections (on the loop)

extension HTTPClient {
  /// A kept connection on which nothing has happened since.
  func takeIdle(_ key: HTTPClientPoolKey) -> Socket? {
    while let socket = pool.withLock({ $0.take(key) }) {
      socket.whenDisturbed = nil
      if Self.isQuiet(socket) { return socket }
      // Closed by the peer, or bytes nobody asked for.
      socket.close()
    }
    return nil
  }

  private static func isQuiet(_ socket: Socket) -> Bool {
    var byte: [UInt8] = [0]
    return socket.isOpen && socket.tryRead(into: &byte, from: 0) == .wouldBlock
  }

  func keep(_ socket: Socket, _ key: HTTPClientPoolKey) {
    // When its end came with the answer, nothing would disturb it any more.
    guard Self.isQuiet(socket), pool.withLock({ $0.put(socket, key, at: loop.now) }) else {
      return socket.close()
    }
    // The cycle ends when the socket is taken or closed, at the latest by the sweep. Weak references
    // would make every count of these objects slow.
    socket.whenDisturbed = { [self] in
      // TLS has things to say between two answers: a ticket for the next connection.
      if socket.isSecure && Self.isQuiet(socket) { return }
      pool.withLock { $0.remove(socket, key) }
      socket.close()
    }
    planSweep()
  }

  private func planSweep() {
    let delay = pool.withLock { pool -> Duration? in
      guard pool.count > 0, !pool.sweepIsPlanned else { return nil }
      pool.sweepIsPlanned = true
      return pool.maxAge
    }
    guard let delay else { return }
    loop.execute(after: delay) { self.sweep() }
  }

  private func sweep() {
    let expired = pool.withLock { pool in
      pool.sweepIsPlanned = false
      return pool.takeExpired(at: loop.now)
    }
    for socket in expired { socket.close() }
    planSweep()
  }
}

/// How a cancelled task reaches the socket its request waits on.
final class HTTPClientCancellation: Sendable {
  private struct State {
    var isCancelled = false
    var socket: Socket?
  }

  private let state = Mutex(State())

  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  func watch(_ socket: Socket?) { state.withLock { $0.socket = socket } }

  /// On the loop.
  func cancel() {
    let socket = state.withLock { state in
      state.isCancelled = true
      return state.socket
    }
    socket?.close()
  }
}
