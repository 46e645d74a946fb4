import TestSupport
import Testing

@testable import Transport

/// A wire that is cut after so many bytes, at every step of a handshake and an answer.
@Suite(.timeLimit(.minutes(5)))
struct TLSRelayTests {
  /// Passes bytes on until the budget is spent or one side ends.
  @concurrent
  private static func pump(_ from: Socket, _ to: Socket, budget: Int) async {
    var left = budget
    var buffer = [UInt8](repeating: 0, count: 4096)
    while left > 0 {
      switch from.tryRead(into: &buffer, from: 0) {
      case .bytes(let count):
        let part = Array(buffer[..<min(count, left)])
        left -= part.count
        do { try await to.write(part, by: .after(.seconds(10))) } catch { return }
      case .wouldBlock:
        guard await from.readable(by: .after(.seconds(30))) == .ready else { return }
      case .end, .failed: return
      }
    }
  }

  /// - Parameter budget: bytes that reach the client.
  private func ask(
    through budget: Int, reset: Bool, port: UInt16, on loop: EventLoop
  ) async throws -> HTTPClientResult {
    let script: @Sendable (Wire, Int) async throws -> Void = { client, _ in
      let server = try await Wire.connect(to: .ip(.loopback, port: port), on: loop)
      // No child task: the way up ends when its sockets are closed.
      async let up: Void = Self.pump(client.socket, server.socket, budget: .max)
      await Self.pump(server.socket, client.socket, budget: budget)
      client.cut(reset: reset)
      server.close()
      await up
    }
    return try await withScriptedServer(on: loop, script: script) { port in
      try await fetch("https://localhost:\(port)/", on: loop) {
        $0.totalDeadline = .seconds(20)
      }
    }
  }

  @Test(arguments: [false, true])
  func `wherever the wire is cut, the request ends in words`(reset: Bool) async throws {
    try await withTLSServer { _, port, loop in
      let before = try openDescriptors()
      var isWhole = false
      var budget = 0
      while !isWhole && budget < 20_000 {
        let result = try await ask(through: budget, reset: reset, port: port, on: loop)
        switch fault(of: result) {
        case nil: isWhole = true
        case .tls, .connectionBroken, .invalidResponse: break
        case let other: Issue.record("\(budget): \(other.map { "\($0)" } ?? "")")
        }
        budget += budget < 200 ? 7 : 61
      }
      #expect(isWhole)
      #expect(budget > 600, "a handshake and an answer have more bytes than that")
      #expect(try await eventually { try openDescriptors() <= before })
    }
  }
}
