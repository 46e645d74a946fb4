import TestSupport
import Testing

@testable import Transport

private func post(_ port: UInt16, _ host: String = "127.0.0.1") throws -> HTTPClientRequest {
  var request = HTTPClientRequest(
    method: "POST", url: try HTTPURL(parsing: "http://\(host):\(port)/hook"), body: [123, 125])
  request.totalDeadline = .seconds(5)
  return request
}

/// Sends to a server that plays `script`, and closes after it.
private func ask(
  _ script: @escaping @Sendable (Wire, Int) async throws -> Void,
  adjust: (inout HTTPClientRequest) -> Void = { _ in }
) async throws -> HTTPClientResult {
  let loop = EventLoop(name: "client")
  defer { loop.stop() }
  return try await withScriptedServer(on: loop, script: script) { port in
    let client = HTTPClient(loop: loop)
    var request = try post(port)
    adjust(&request)
    let result = await client.send(request)
    client.closeIdle()
    return result
  }
}

private func failure(_ result: HTTPClientResult) -> HTTPClientError? {
  if case .failure(let failure) = result { failure.error } else { nil }
}

@Suite struct HTTPClientTests {
  @Test func `a response arrives and the next request uses the same connection`() async throws {
    try await withServer(service: echo) { server, address, loop in
      let client = HTTPClient(loop: loop)
      let url = try HTTPURL(parsing: "http://localhost:\(address.port ?? 0)/a?b=c")
      var request = HTTPClientRequest(method: "POST", url: url, body: [1, 2, 3])
      request.fields["X-Test"] = "1"
      let first = try await client.send(request).get()
      #expect(first.status == 200)
      #expect(first.body == [1, 2, 3])
      #expect(first.fields["x-target"] == "/a?b=c")
      #expect(!first.reused)
      #expect(first.address?.isLoopback == true)
      let second = try await client.send(request).get()
      #expect(second.reused)
      #expect(server.statistics.connectionsAccepted == 1)
      client.closeIdle()
    }
  }

  @Test func `the request on the wire is what receivers expect`() async throws {
    let result = try await ask { wire, _ in
      let request = await wire.receive(until: "{}")
      try await wire.send("HTTP/1.1 200\r\nContent-Length: \(request.utf8.count)\r\n\r\n\(request)")
    }
    let body = String(decoding: try result.get().body, as: UTF8.self)
    #expect(body.hasPrefix("POST /hook HTTP/1.1\r\nHost: 127.0.0.1:"))
    #expect(body.hasSuffix("Content-Length: 2\r\n\r\n{}"))
  }

  @Test(arguments: [
    ("", HTTPClientError.invalidResponse(.closedBeforeResponse)),
    ("HTTP/1.1 200 OK\r\nX: y", .invalidResponse(.headCutShort)),
    ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", .invalidResponse(.bodyCutShort)),
    ("hello, I am no server\r\n", .invalidResponse(.notHTTP)),
  ])
  func `a broken answer is an error in words`(text: String, error: HTTPClientError) async throws {
    let result = try await ask { wire, _ in
      _ = await wire.receive(until: "{}")
      try await wire.send(text)
    }
    #expect(failure(result) == error)
  }

  @Test func `a peer that never answers costs the deadline and no more`() async throws {
    let result = try await ask({ wire, _ in _ = await wire.receive(within: .seconds(60)) }) {
      $0.totalDeadline = .milliseconds(150)
    }
    #expect(failure(result) == .deadlineExceeded(.response))
  }

  @Test func `drip-feeding does not stretch the deadline`() async throws {
    let result = try await ask({ wire, _ in
      try await wire.send("HTTP/1.1 200 OK\r\n")
      for _ in 0..<100 {
        try await wire.send("X: y\r\n")
        try await wire.socket.loop.sleep(for: .milliseconds(20))
      }
    }) { $0.totalDeadline = .milliseconds(200) }
    #expect(failure(result) == .deadlineExceeded(.response))
  }

  @Test func `a kept connection that died is replaced once, silently`() async throws {
    let loop = EventLoop(name: "retry")
    defer { loop.stop() }
    let script: @Sendable (Wire, Int) async throws -> Void = { wire, number in
      _ = await wire.receive(until: "{}")
      try await wire.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(number)")
      // The first connection takes a second request and dies of it.
      if number == 1 { _ = await wire.receive(until: "{}") } else { _ = await wire.receive() }
    }
    try await withScriptedServer(on: loop, script: script) { port in
      let client = HTTPClient(loop: loop)
      let first = try await client.send(try post(port)).get()
      #expect(first.body == [0x31])
      let second = try await client.send(try post(port)).get()
      #expect(second.body == [0x32])
      #expect(!second.reused)
      client.closeIdle()
    }
  }

  @Test func `what follows a response is never taken for the next one`() async throws {
    let loop = EventLoop(name: "excess")
    defer { loop.stop() }
    let script: @Sendable (Wire, Int) async throws -> Void = { wire, number in
      _ = await wire.receive(until: "{}")
      let forged = "HTTP/1.1 500 Forged\r\nContent-Length: 0\r\n\r\n"
      try await wire.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(number)\(forged)")
      _ = await wire.receive()
    }
    try await withScriptedServer(on: loop, script: script) { port in
      let client = HTTPClient(loop: loop)
      for _ in 0..<3 {
        let response = try await client.send(try post(port)).get()
        #expect(response.status == 200)
      }
    }
  }

  @Test func `a refusal to listen is named`() async throws {
    let loop = EventLoop(name: "refused")
    defer { loop.stop() }
    // Kept, so that no other test listens on it meanwhile.
    let kept = LocalPort(listening: false)
    let result = await HTTPClient(loop: loop).send(try post(kept.port))
    withExtendedLifetime(kept) {}
    guard case .failure(let failure) = result else {
      Issue.record("connected to nobody")
      return
    }
    #expect(failure.description == "connection refused")
  }

  @Test func `the address policy sees every address and has the last word`() async throws {
    let result = try await ask({ _, _ in }) { request in
      request.dial = { addresses in
        .failure(HTTPDialRefusal(address: addresses[0], reason: "\(addresses[0]) is private"))
      }
    }
    #expect(failure(result)?.description == "127.0.0.1 is private")
  }

  @Test func `a name without address is told apart`() async throws {
    let loop = EventLoop(name: "names")
    defer { loop.stop() }
    let request = try post(1, "no-such-host.invalid")
    let result = await HTTPClient(loop: loop).send(request)
    #expect(failure(result) == .resolveFailed(host: "no-such-host.invalid"))
  }

  @Test func `a fixed address is dialled whatever the name says`() async throws {
    let result = try await ask({ wire, _ in
      _ = await wire.receive(until: "{}")
      try await wire.send("HTTP/1.1 204 No\r\n\r\n")
    }) { request in
      request.fixedAddress = (.loopback, request.url.port)
      if let url = try? HTTPURL(parsing: "http://no-such-host.invalid/") { request.url = url }
    }
    #expect(try result.get().status == 204)
  }

  @Test func `a cancelled task does not wait for the answer`() async throws {
    let loop = EventLoop(name: "cancel")
    defer { loop.stop() }
    let silent: @Sendable (Wire, Int) async throws -> Void = { wire, _ in
      _ = await wire.receive(within: .seconds(60))
    }
    try await withScriptedServer(on: loop, script: silent) { port in
      let client = HTTPClient(loop: loop)
      let request = try post(port)
      let result = await withTaskGroup(of: HTTPClientResult?.self) { group in
        group.addTask { await client.send(request) }
        try? await loop.sleep(for: .milliseconds(50))
        group.cancelAll()
        return await group.next() ?? nil
      }
      #expect(result.flatMap(failure) == .cancelled)
    }
  }
}
