import Testing

@testable import Transport

/// A socket in a test's hands: sends and reads raw bytes, with no HTTP in between.
final class Wire: Sendable {
  let socket: Socket
  private var loop: EventLoop { socket.loop }

  init(_ socket: Socket) { self.socket = socket }

  static func connect(to address: SocketAddress, on loop: EventLoop) async throws -> Wire {
    try await withTaskExecutorPreference(loop) { try await connectOnLoop(address, loop) }
  }

  @concurrent
  private static func connectOnLoop(
    _ address: SocketAddress, _ loop: EventLoop
  ) async throws -> Wire {
    Wire(try await Socket.connect(to: address, on: loop, by: .after(.seconds(5))))
  }

  func send(_ text: String) async throws { try await send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) async throws {
    try await withTaskExecutorPreference(loop) { try await sendOnLoop(bytes) }
  }

  @concurrent
  private func sendOnLoop(_ bytes: [UInt8]) async throws {
    try await socket.write(bytes, by: .after(.seconds(60)))
  }

  /// What arrives until `marker` is among it, the peer closes, or the time is over.
  func receive(until marker: String? = nil, within: Duration = .seconds(60)) async -> String {
    await withTaskExecutorPreference(loop) { await receiveOnLoop(marker, within) }
  }

  @concurrent
  private func receiveOnLoop(_ marker: String?, _ within: Duration) async -> String {
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let deadline = Deadline.after(within)
    while true {
      let text = String(decoding: received, as: UTF8.self)
      if let marker, text.contains(marker) { return text }
      switch socket.tryRead(into: &buffer, from: 0) {
      case .bytes(let count): received += buffer[..<count]
      case .end: return text
      case .failed(let code): return text + "<error \(code)>"
      case .wouldBlock:
        if await socket.readable(by: deadline) != .ready { return text + "<nothing more>" }
      }
    }
  }

  func finishSending() { loop.execute { self.socket.shutdownWriting() } }
  func close() { loop.execute { self.socket.close() } }
}

/// A peer that plays a script to each connection, for clients that must survive it.
func withScriptedServer<T: Sendable>(
  on loop: EventLoop,
  script: @escaping @Sendable (_ wire: Wire, _ number: Int) async throws -> Void,
  body: (_ port: UInt16) async throws -> T
) async throws -> T {
  let listener = try await withTaskExecutorPreference(loop) { try await openListener(loop) }
  let port = try #require(listener.address.port)
  let acceptor = Task(executorPreference: loop) {
    var number = 0
    while await listener.acceptable() {
      guard case .connection(let descriptor, _) = listener.tryAccept(),
        let socket = Socket(descriptor: descriptor, loop: loop, isTCP: true)
      else { continue }
      number += 1
      let connection = number
      Task(executorPreference: loop) {
        try? await script(Wire(socket), connection)
        socket.loop.execute { socket.close() }
      }
    }
  }
  defer {
    loop.execute { listener.close() }
    acceptor.cancel()
  }
  return try await body(port)
}

@concurrent
private func openListener(_ loop: EventLoop) async throws -> Listener {
  try Listener(address: .ip(.loopback, port: 0), on: loop)
}

/// A server on a port of its own for the length of a test.
func withServer<T: Sendable>(
  configuration: HTTPServerConfiguration = .patient, service: HTTPService,
  body: (_ server: HTTPServer, _ address: SocketAddress, _ loop: EventLoop) async throws -> T
) async throws -> T {
  let loop = EventLoop(name: "test")
  let server = HTTPServer(loops: [loop], configuration: configuration, service: service)
  let address = try await server.listen(on: .tcp(host: "127.0.0.1", port: 0))
  do {
    let result = try await body(server, address, loop)
    await server.drain(within: .milliseconds(100))
    loop.stop()
    return result
  } catch {
    await server.drain(within: .milliseconds(100))
    loop.stop()
    throw error
  }
}

/// Answers with what it was asked.
let echo = HTTPService(
  handler: { request in
    HTTPResponse(
      status: 200, fields: ["X-Method": request.method, "X-Target": request.target],
      body: request.body)
  },
  bodyLimit: { request in request.path == "/small" ? 10 : 1 << 20 })

extension HTTPServerConfiguration {
  /// No deadline that a stalled test machine could reach; a test sets the one it is about.
  static var patient: HTTPServerConfiguration {
    var configuration = HTTPServerConfiguration()
    configuration.headDeadline = .seconds(300)
    configuration.bodyDeadline = .seconds(300)
    configuration.idleDeadline = .seconds(300)
    configuration.writeDeadline = .seconds(300)
    return configuration
  }
}
