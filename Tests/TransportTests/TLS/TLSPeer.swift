import Glibc
import TestSupport
import Testing

@testable import Transport

extension TLSTrust {
  /// Believes the authority of the test certificates, and no other.
  static func testing(option: String = "--ca") -> TLSTrust {
    TLSTrust(
      files: [TestCertificates.shared.authority], option: option, roots: .none, library: .shared)
  }
}

extension TLSTrust.Roots {
  static let none = TLSTrust.Roots(usesLibraryPaths: false, bundles: [])
}

extension TLSIdentity {
  static func testing(_ kind: TestCertificates.Kind) throws -> TLSIdentity {
    let pair = TestCertificates.shared.pair(kind)
    return try TLSIdentity(certificates: pair.certificates, key: pair.key)
  }
}

/// A server that speaks TLS, for the length of a test.
func withTLSServer<T: Sendable>(
  _ kind: TestCertificates.Kind = .good, configuration: HTTPServerConfiguration = .patient,
  service: HTTPService = echo,
  body: (_ server: HTTPServer, _ port: UInt16, _ loop: EventLoop) async throws -> T
) async throws -> T {
  try await withTLSServer(
    .testing(kind), configuration: configuration, service: service, body: body)
}

func withTLSServer<T: Sendable>(
  _ identity: TLSIdentity, configuration: HTTPServerConfiguration = .patient,
  service: HTTPService = echo,
  body: (_ server: HTTPServer, _ port: UInt16, _ loop: EventLoop) async throws -> T
) async throws -> T {
  let loop = EventLoop(name: "test")
  defer { loop.stop() }
  let server = HTTPServer(loops: [loop], configuration: configuration, service: service)
  let address = try await server.listen(
    on: .tcp(host: "127.0.0.1", port: 0), identity: identity)
  do {
    let result = try await body(server, try #require(address.port), loop)
    await server.drain(within: .milliseconds(100))
    return result
  } catch {
    await server.drain(within: .milliseconds(100))
    throw error
  }
}

/// One request over a client of its own.
func fetch(
  _ url: String, trust: TLSTrust = .testing(), on loop: EventLoop, body: [UInt8] = [123, 125],
  adjust: (inout HTTPClientRequest) -> Void = { _ in }
) async throws -> HTTPClientResult {
  let client = HTTPClient(loop: loop, trust: trust)
  var request = HTTPClientRequest(method: "POST", url: try HTTPURL(parsing: url), body: body)
  request.totalDeadline = .seconds(30)
  adjust(&request)
  let result = await client.send(request)
  client.closeIdle()
  return result
}

func fault(of result: HTTPClientResult) -> HTTPClientError? {
  if case .failure(let failure) = result { failure.error } else { nil }
}

extension Wire {
  /// The peer of a client that wants TLS.
  func acceptTLS(_ kind: TestCertificates.Kind = .good) async throws {
    let identity = try TLSIdentity.testing(kind)
    try await withTaskExecutorPreference(socket.loop) { try await acceptOnLoop(identity) }
  }

  @concurrent
  private func acceptOnLoop(_ identity: TLSIdentity) async throws {
    try await socket.startTLS(server: identity.context, by: .after(.seconds(30)))
  }

  /// As a server: sends that many tickets nobody asked for.
  func sendTickets(_ count: Int) async throws {
    try await withTaskExecutorPreference(socket.loop) { try await sendTicketsOnLoop(count) }
  }

  @concurrent
  private func sendTicketsOnLoop(_ count: Int) async throws {
    let stream = try #require(socket.tls)
    let library = dlopen(OpenSSL.name, RTLD_NOW)
    let address = try #require(dlsym(library, "SSL_new_session_ticket"))
    let queue = unsafeBitCast(address, to: (@convention(c) (OpaquePointer) -> Int32).self)
    for _ in 0..<count {
      #expect(queue(stream.handle) == 1)
      guard case .done = stream.handshake() else { return }
    }
  }

  /// Ends the connection without a TLS goodbye, and with a reset when asked to.
  func cut(reset: Bool = false) {
    socket.loop.execute { [socket] in
      socket.abandonTLS()
      if reset { socket.reset() } else { socket.close() }
    }
  }
}

/// Descriptors this process has open.
func openDescriptors() throws -> Int { try FileSystem.list("/proc/self/fd").count }
