import Synchronization

/// Accepts on one listener, never beyond the limit, and starts a task for each connection.
struct HTTPAcceptor: Sendable {
  /// Pause after the kernel refused a descriptor, instead of asking again at once.
  private static let pauseAfterFailure: Duration = .milliseconds(100)
  /// An idle connection younger than this is not closed for a newcomer.
  private static let spareIdle: Duration = .seconds(1)

  let server: HTTPServer
  let listener: Listener
  let service: HTTPService
  /// Nil for a listener without TLS.
  let identity: TLSIdentity?

  private var isLocal: Bool { listener.address.port == nil }
  private var loop: EventLoop { server.loops[0] }

  func run() async {
    while await listener.acceptable() {
      guard await hasRoom() else { continue }
      switch listener.tryAccept() {
      case .connection(let descriptor, let peer): start(descriptor, peer)
      case .none: continue
      case .closed: return
      case .failed(let code):
        server.configuration.onTrouble(
          "cannot accept a connection: \(SystemErrorText.describe(code))")
        try? await loop.sleep(for: Self.pauseAfterFailure)
      }
    }
  }

  private var limit: Int {
    isLocal ? server.configuration.maxLocalConnections : server.configuration.maxConnections
  }

  private func isFull(_ state: HTTPServer.State) -> Bool {
    (isLocal ? state.openLocal : state.open) >= limit
  }

  /// False when it was worth a wait: ask again.
  private func hasRoom() async -> Bool {
    guard server.state.withLock({ isFull($0) }) else { return true }
    guard listener.isSomebodyWaiting else { return false }
    let wakeup = Wakeup()
    // Still full, or a connection ended meanwhile, perhaps on another loop.
    let mustWait = server.state.withLock { state in
      guard isFull(state) else { return false }
      state.slotWaiters.append(wakeup)
      return true
    }
    guard mustWait else { return true }
    closeLongestIdle()
    _ = await wakeup.wait(on: loop, until: .after(Self.spareIdle))
    return false
  }

  private func closeLongestIdle() {
    let newest = Deadline.now
    let handle = server.state.withLock { state in
      state.connections.values
        .filter { $0.isLocal == isLocal }
        .compactMap { handle in handle.idleStart.map { (handle, $0) } }
        .filter { $0.1.advanced(by: Self.spareIdle) <= newest }
        .min { $0.1 < $1.1 }?.0
    }
    guard let handle else { return }
    handle.socket.loop.execute {
      if handle.isIdle { handle.socket.interrupt() }
    }
  }

  private func start(_ descriptor: Int32, _ peer: SocketAddress?) {
    let loop = server.takeLoop()
    server.countOpened(isLocal: isLocal)
    Task(executorPreference: loop) {
      await serve(descriptor, peer, on: loop)
      server.countClosed(isLocal: isLocal)
    }
  }

  private func serve(_ descriptor: Int32, _ peer: SocketAddress?, on loop: EventLoop) async {
    guard let socket = Socket(descriptor: descriptor, loop: loop, isTCP: !isLocal) else { return }
    let handle = HTTPConnectionHandle(socket: socket, isLocal: isLocal)
    server.add(handle)
    if await shakesHands(handle) {
      var connection = HTTPConnection(
        handle: handle, peer: Self.peer(peer, socket), server: server, service: service)
      await connection.run()
    }
    socket.close()
    server.remove(handle)
  }

  private static func peer(_ address: SocketAddress?, _ socket: Socket) -> HTTPRequest.Peer {
    if case .ip(let ip, let port) = address { return .ip(ip, port: port) }
    let credentials = socket.peerCredentials
    return .local(uid: credentials?.uid ?? .max, pid: credentials?.pid ?? 0)
  }
}

extension HTTPServer {
  func takeLoop() -> EventLoop {
    if loops.count == 1 { return loops[0] }
    return state.withLock { state in
      state.nextLoop = (state.nextLoop + 1) % loops.count
      return loops[state.nextLoop]
    }
  }

  func countOpened(isLocal: Bool) {
    state.withLock { state in
      if isLocal { state.openLocal += 1 } else { state.open += 1 }
    }
    statistics.open.add(1, ordering: .relaxed)
    statistics.accepted.add(1, ordering: .relaxed)
  }

  func countClosed(isLocal: Bool) {
    statistics.open.subtract(1, ordering: .relaxed)
    let wakeups = state.withLock { state in
      if isLocal { state.openLocal -= 1 } else { state.open -= 1 }
      var wakeups = state.slotWaiters
      state.slotWaiters = []
      if state.open + state.openLocal == 0, let drained = state.drained {
        wakeups.append(drained)
      }
      return wakeups
    }
    for wakeup in wakeups { wakeup.fire() }
  }

  func add(_ handle: HTTPConnectionHandle) {
    state.withLock { $0.connections[ObjectIdentifier(handle)] = handle }
  }

  func remove(_ handle: HTTPConnectionHandle) {
    state.withLock { $0.connections[ObjectIdentifier(handle)] = nil }
  }
}
