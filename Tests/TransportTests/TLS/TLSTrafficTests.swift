import TestSupport
import Testing

@testable import Transport

/// Much and many: bodies larger than every buffer, connections by the thousand.
@Suite(.timeLimit(.minutes(5)))
struct TLSTrafficTests {
  private static let large = (0..<900_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }

  @Test func `large bodies arrive whole both ways`() async throws {
    try await withTLSServer { _, port, loop in
      let response = try await fetch("https://localhost:\(port)/", on: loop, body: Self.large) {
        $0.maxBody = 1 << 20
      }
      #expect(try response.get().body == Self.large)
    }
  }

  @Test func `a slow reader gets everything`() async throws {
    let loop = EventLoop(name: "slow")
    defer { loop.stop() }
    let script: @Sendable (Wire, Int) async throws -> Void = { wire, _ in
      try await wire.acceptTLS()
      var taken = 0
      var buffer = [UInt8](repeating: 0, count: 20_000)
      while taken < Self.large.count {
        switch wire.socket.tryRead(into: &buffer, from: 0) {
        case .bytes(let count): taken += count
        case .wouldBlock: _ = await wire.socket.readable(by: .after(.seconds(30)))
        case .end, .failed: return
        }
        if taken % 7 == 0 { try await loop.sleep(for: .milliseconds(1)) }
      }
      try await wire.send("HTTP/1.1 204 No Content\r\n\r\n")
    }
    try await withScriptedServer(on: loop, script: script) { port in
      let result = try await fetch("https://localhost:\(port)/", on: loop, body: Self.large)
      #expect(try result.get().status == 204)
    }
  }

  @Test func `a streamed answer comes through in pieces`() async throws {
    let service = HTTPService { _ in
      HTTPResponse(
        status: 200,
        stream: .stream { write in
          for number in 0..<100 { try await write(Array("\(number);".utf8)) }
        })
    }
    try await withTLSServer(service: service) { _, port, loop in
      let response = try await fetch("https://localhost:\(port)/", on: loop).get()
      #expect(
        String(decoding: response.body, as: UTF8.self)
          == (0..<100).map { "\($0);" }.joined())
    }
  }

  @Test func `the next connection to a host uses the session of the last`() async throws {
    try await withTLSServer { server, port, loop in
      let trust = TLSTrust.testing()
      for round in 1...5 {
        let url = "https://localhost:\(port)/"
        let response = try await fetch(url, trust: trust, on: loop).get()
        #expect(response.status == 200 && trust.sessionsReused == round - 1)
      }
      // Another name is another session: it was not checked for that one.
      let other = try await fetch("https://127.0.0.1:\(port)/", trust: trust, on: loop).get()
      #expect(other.status == 200 && trust.sessionsReused == 4)
    }
  }

  @Test func `a kept connection is used for request after request`() async throws {
    try await withTLSServer { server, port, loop in
      let client = HTTPClient(loop: loop, trust: .testing())
      let url = try HTTPURL(parsing: "https://localhost:\(port)/")
      for round in 0..<2000 {
        let request = HTTPClientRequest(method: "POST", url: url, body: [UInt8(round & 0xFF)])
        let response = try await client.send(request).get()
        #expect(response.body == [UInt8(round & 0xFF)] && response.reused == (round > 0))
        #expect((response.timing.tls == nil) == (round > 0))
      }
      #expect(server.statistics.connectionsAccepted == 1)
      client.closeIdle()
    }
  }

  @Test func `http and https at one address are not mixed up`() async throws {
    try await withTLSServer { _, port, loop in
      let client = HTTPClient(loop: loop, trust: .testing())
      for _ in 0..<2 {
        let secure = try HTTPURL(parsing: "https://localhost:\(port)/")
        let plain = try HTTPURL(parsing: "http://localhost:\(port)/")
        #expect(
          try await client.send(HTTPClientRequest(method: "GET", url: secure)).get().status == 200)
        #expect(
          try await client.send(HTTPClientRequest(method: "GET", url: plain)).get().status == 400)
      }
      client.closeIdle()
    }
  }

  @Test func `thousands of connections leave no descriptor open`() async throws {
    try await withTLSServer { server, port, loop in
      let trust = TLSTrust.testing()
      let url = "https://localhost:\(port)/"
      #expect(try await fetch(url, trust: trust, on: loop).get().status == 200)
      #expect(await eventually { server.statistics.connectionsOpen == 0 })
      let before = try openDescriptors()
      for _ in 0..<20 {
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
          for _ in 0..<100 {
            group.addTask { try await fetch(url, trust: trust, on: loop).get().status }
          }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 200, count: 100))
      }
      #expect(try await eventually { try openDescriptors() <= before })
      #expect(trust.sessionsReused > 1000)
    }
  }

  @Test func `failed handshakes leave no descriptor open`() async throws {
    try await withTLSServer(.expired) { server, port, loop in
      let trust = TLSTrust.testing()
      _ = try await fetch("https://localhost:\(port)/", trust: trust, on: loop)
      #expect(await eventually { server.statistics.connectionsOpen == 0 })
      let before = try openDescriptors()
      for _ in 0..<500 {
        let result = try await fetch("https://localhost:\(port)/", trust: trust, on: loop)
        #expect(fault(of: result) == .tls(.certificate(.expired)))
      }
      #expect(
        try await eventually {
          try openDescriptors() <= before && server.statistics.failedHandshakes == 501
        })
    }
  }
}
