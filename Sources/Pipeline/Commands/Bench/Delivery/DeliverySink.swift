import Glibc
import Transport

/// The receivers of a delivery benchmark: good ones that enter what they get, and bad ones.
final class DeliverySink: Sendable {
  /// How a receiver treats what it gets; part of its path.
  enum Manner: String, Sendable, CaseIterable {
    case good, hangs, drips
    /// Its connections are reset; it has a port of its own.
    case resets
  }

  /// Longer than any attempt may take.
  private static let hang: Duration = .seconds(60)
  private static let drip: Duration = .seconds(1)

  private let loop = EventLoop(name: "sink")
  private let server: HTTPServer
  private let address: SocketAddress
  private let scheme: String
  private let resetting: Listener

  /// - Parameters:
  ///   - delay: how long a good receiver takes to answer.
  ///   - identity: makes them speak TLS, except those that reset.
  init(_ arrivals: DeliveryArrivals, delay: Duration = .zero, identity: TLSIdentity? = nil)
    async throws(ClientFailure)
  {
    scheme = identity == nil ? "http" : "https"
    var configuration = HTTPServerConfiguration()
    configuration.maxConnections = 4096
    server = HTTPServer(
      loops: [loop], configuration: configuration,
      service: HTTPService(handler: { await Self.answer($0, arrivals, delay) }))
    do throws(HTTPServerError) {
      address = try await server.listen(
        on: .tcp(host: "127.0.0.1", port: 0), identity: identity)
    } catch {
      throw ClientFailure("The receivers cannot listen: \(error).", .inputOutput)
    }
    let loop = loop
    let made: Result<Listener, SocketError> = await withCheckedContinuation { continuation in
      loop.execute {
        do throws(SocketError) {
          let local = SocketAddress.ip(.loopback, port: 0)
          continuation.resume(returning: .success(try Listener(address: local, on: loop)))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    guard let listener = try? made.get() else {
      throw ClientFailure("The receivers cannot listen.", .inputOutput)
    }
    resetting = listener
  }

  func url(_ receiver: Int, _ manner: Manner = .good) -> String {
    manner == .resets
      ? "http://\(resetting.address)/\(receiver)"
      : "\(scheme)://\(address)/\(manner.rawValue)/\(receiver)"
  }

  /// Resets connections until the task is cancelled.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask(executorPreference: loop) { await self.reset() }
      while !Task.isCancelled {
        try? await ContinuousClock().sleep(for: .milliseconds(50))
      }
      loop.execute { self.resetting.close() }
    }
  }

  func stop() async {
    await server.drain(within: .milliseconds(100))
    loop.stop()
  }

  /// Closing with unread bytes is what makes the kernel send a reset.
  @concurrent
  private func reset() async {
    while await resetting.acceptable() {
      guard case .connection(let descriptor, _) = resetting.tryAccept(),
        let socket = Socket(descriptor: descriptor, loop: loop, isTCP: true)
      else { continue }
      _ = await socket.readable(by: .after(.seconds(1)))
      socket.close()
    }
  }
}

extension DeliverySink {
  private static func answer(
    _ request: HTTPRequest, _ arrivals: DeliveryArrivals, _ delay: Duration
  ) async -> HTTPResponse {
    let now = Deadline.now
    let path = request.target.split(separator: "/")
    guard path.count == 2, let receiver = Int(path[1]) else { return HTTPResponse(status: 404) }
    switch Manner(rawValue: String(path[0])) {
    case .hangs:
      try? await ContinuousClock().sleep(for: hang)
      return HTTPResponse(status: 204)
    case .drips:
      return HTTPResponse(status: 200, stream: .stream(drip))
    default:
      arrivals.received(number(in: request.body), by: receiver, at: now)
      if delay > .zero { try? await ContinuousClock().sleep(for: delay) }
      return HTTPResponse(status: 204)
    }
  }

  private static func drip(
    _ write: (_ chunk: [UInt8]) async throws -> Void
  ) async throws {
    for _ in 0..<Int(hang / drip) {
      try await write([0x20])
      try await ContinuousClock().sleep(for: drip)
    }
  }

  private static let mark = Array("\"jobTitle\":\"n".utf8)

  /// The number in the job title of an event.
  static func number(in body: [UInt8]) -> Int? {
    let bytes = body.span
    let end = bytes.count - mark.count - BenchRequest.width
    var index = 0
    while index <= end {
      if bytes[index] == mark[0], bytes[index + 1] == mark[1], matches(bytes, at: index) {
        return (0..<BenchRequest.width).reduce(0) { sum, digit in
          sum * 10 + Int(bytes[index + mark.count + digit]) - 0x30
        }
      }
      index += 1
    }
    return nil
  }

  private static func matches(_ bytes: Span<UInt8>, at index: Int) -> Bool {
    mark.indices.allSatisfy { bytes[index + $0] == mark[$0] }
  }
}
