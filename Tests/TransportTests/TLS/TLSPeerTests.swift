import TestSupport
import Testing

@testable import Transport

/// Peers that do not keep to the protocol: each ends in words and within its deadline.
@Suite(.timeLimit(.minutes(5)))
struct TLSPeerTests {
  private func ask(
    host: String = "localhost", adjust: (inout HTTPClientRequest) -> Void = { _ in },
    _ script: @escaping @Sendable (Wire, Int) async throws -> Void
  ) async throws -> HTTPClientResult {
    let loop = EventLoop(name: "client")
    defer { loop.stop() }
    return try await withScriptedServer(on: loop, script: script) { port in
      try await fetch("https://\(host):\(port)/", on: loop, adjust: adjust)
    }
  }

  @Test(arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "220 mail.example.test ESMTP\r\n"])
  func `a peer that speaks something else`(text: String) async throws {
    let result = try await ask { wire, _ in
      try await wire.send(text)
      _ = await wire.receive(within: .seconds(30))
    }
    #expect(fault(of: result) == .tls(.refused("the other side does not speak TLS here")))
  }

  @Test func `a peer that never answers costs the handshake's deadline`() async throws {
    let result = try await ask(adjust: { $0.tlsTimeout = .milliseconds(150) }) { wire, _ in
      _ = await wire.receive(within: .seconds(60))
    }
    #expect(fault(of: result) == .tls(.timedOut))
    #expect(
      fault(of: result)?.description == "TLS handshake not finished within the time allowed")
  }

  @Test func `a handshake does not outlive the whole request's deadline`() async throws {
    // An address: looking a name up has a deadline too.
    let result = try await ask(
      host: "127.0.0.1", adjust: { $0.totalDeadline = .seconds(1) }
    ) { wire, _ in
      _ = await wire.receive(within: .seconds(60))
    }
    #expect(fault(of: result) == .tls(.timedOut))
  }

  @Test func `a peer that closes or resets at once`() async throws {
    let closed = try await ask { wire, _ in
      // What the client offers by ALPN: its greeting has come. Unread bytes would make a reset.
      _ = await wire.receive(until: "http/1.1")
      wire.cut()
    }
    // Closed before everything was read, the kernel makes a reset of it.
    let words = fault(of: closed)?.description ?? ""
    #expect(
      fault(of: closed) == .tls(.closed)
        || words == "connection reset by peer during the TLS handshake")
    let reset = try await ask { wire, _ in
      // What the client offers by ALPN: its greeting has come. Unread bytes would make a reset.
      _ = await wire.receive(until: "http/1.1")
      wire.cut(reset: true)
    }
    #expect(
      fault(of: reset)?.description == "connection reset by peer during the TLS handshake")
  }

  @Test func `an alert is told as one`() async throws {
    let result = try await ask { wire, _ in
      // Fatal, internal_error (RFC 8446 §6).
      try await wire.send([21, 3, 3, 0, 2, 2, 80])
      _ = await wire.receive(within: .seconds(30))
    }
    #expect(
      fault(of: result) == .tls(.refused("TLS alert from the other side: internal error")))
  }

  @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Le"])
  func `an answer that ends before its body does`(text: String) async throws {
    let result = try await ask { wire, _ in
      try await wire.acceptTLS()
      _ = await wire.receive(until: "{}")
      if !text.isEmpty { try await wire.send(text) }
      wire.cut()
    }
    let error = try #require(fault(of: result))
    #expect(error == (text.isEmpty ? .connectionBroken(.response, nil) : .tls(.cutShort)))
  }

  @Test func `a body that lasts until the close needs a TLS close`() async throws {
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc"
    let whole = try await ask { wire, _ in
      try await wire.acceptTLS()
      _ = await wire.receive(until: "{}")
      try await wire.send(head)
      wire.close()
    }
    #expect(try whole.get().body == Array("abc".utf8))
    let cut = try await ask { wire, _ in
      try await wire.acceptTLS()
      _ = await wire.receive(until: "{}")
      try await wire.send(head)
      wire.cut()
    }
    #expect(fault(of: cut) == .tls(.cutShort))
    #expect(fault(of: cut)?.description == "the connection was cut without a TLS close")
    let taken = try await ask(adjust: { $0.takesCutBody = true }) { wire, _ in
      try await wire.acceptTLS()
      _ = await wire.receive(until: "{}")
      try await wire.send(head)
      wire.cut()
    }
    #expect(try taken.get().status == 200 && taken.get().isTruncated)
  }

  @Test func `a body of a known length does not need one`() async throws {
    let result = try await ask { wire, _ in
      try await wire.acceptTLS()
      _ = await wire.receive(until: "{}")
      try await wire.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")
      wire.cut()
    }
    #expect(try result.get().body == Array("abc".utf8))
  }

  @Test func `a kept connection that the peer closed is replaced once`() async throws {
    let loop = EventLoop(name: "client")
    defer { loop.stop() }
    let script: @Sendable (Wire, Int) async throws -> Void = { wire, number in
      try await wire.acceptTLS()
      _ = await wire.receive(until: "{}")
      try await wire.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(number)")
      // The first one waits for the second request, and dies of it.
      if number == 1 { _ = await wire.receive(until: "{}") }
      wire.cut()
    }
    try await withScriptedServer(on: loop, script: script) { port in
      let client = HTTPClient(loop: loop, trust: .testing())
      let url = try HTTPURL(parsing: "https://localhost:\(port)/")
      let request = HTTPClientRequest(method: "POST", url: url, body: [123, 125])
      #expect(try await client.send(request).get().body == [49])
      let second = try await client.send(request).get()
      #expect(second.body == [50] && !second.reused)
      client.closeIdle()
    }
  }

  @Test func `drip-feeding a record does not stretch the deadline`() async throws {
    let result = try await ask(
      host: "127.0.0.1", adjust: { $0.totalDeadline = .seconds(3) }
    ) { wire, _ in
      try await wire.acceptTLS()
      try await wire.send("HTTP/1.1 200 OK\r\n")
      for _ in 0..<1000 {
        try await wire.send("X: y\r\n")
        try await wire.socket.loop.sleep(for: .milliseconds(20))
      }
    }
    #expect(fault(of: result) == .deadlineExceeded(.response))
  }

  @Test func `a peer that sends tickets without end is left`() async throws {
    let result = try await ask { wire, _ in
      try await wire.acceptTLS()
      _ = await wire.receive(until: "{}")
      try await wire.sendTickets(5000)
      try await wire.send("HTTP/1.1 204 No Content\r\n\r\n")
    }
    #expect(
      fault(of: result) == .tls(.refused("the other side sends TLS messages without end")))
  }

  @Test func `a few tickets between two answers harm nobody`() async throws {
    let loop = EventLoop(name: "client")
    defer { loop.stop() }
    let script: @Sendable (Wire, Int) async throws -> Void = { wire, _ in
      try await wire.acceptTLS()
      for _ in 0..<50 {
        if await !wire.receive(until: "{}").hasSuffix("{}") { return }
        try await wire.sendTickets(3)
        try await wire.send("HTTP/1.1 204 No Content\r\n\r\n")
        try await wire.sendTickets(3)
      }
      _ = await wire.receive()
    }
    try await withScriptedServer(on: loop, script: script) { port in
      let client = HTTPClient(loop: loop, trust: .testing())
      let url = try HTTPURL(parsing: "https://localhost:\(port)/")
      let request = HTTPClientRequest(method: "POST", url: url, body: [123, 125])
      for round in 0..<50 {
        let response = try await client.send(request).get()
        #expect(response.status == 204 && response.reused == (round > 0))
      }
      client.closeIdle()
    }
  }
}
