import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Transport

private func get(_ target: String, _ more: String = "") -> String {
  "GET \(target) HTTP/1.1\r\nHost: x\r\n\(more)\r\n"
}

@Suite struct HTTPServerTests {
  @Test func `a request is answered and the connection stays open for the next one`() async throws {
    try await withServer(service: echo) { _, address, loop in
      let wire = try await Wire.connect(to: address, on: loop)
      for number in 1...3 {
        try await wire.send("POST /n/\(number) HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab")
        let answer = await wire.receive(until: "\r\n\r\nab")
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("X-Target: /n/\(number)\r\n"))
        #expect(answer.contains("Content-Length: 2\r\n"))
        #expect(answer.contains("\r\nDate: "))
        #expect(!answer.contains("Connection: close"))
      }
      wire.close()
    }
  }

  @Test func `requests sent at once are answered in order, a last close is obeyed`() async throws {
    try await withServer(service: echo) { _, address, loop in
      let wire = try await Wire.connect(to: address, on: loop)
      try await wire.send(get("/1") + get("/2") + get("/3", "Connection: close\r\n"))
      let answer = await wire.receive()
      let targets = answer.split(separator: "\r\n").filter { $0.hasPrefix("X-Target") }
      #expect(targets == ["X-Target: /1", "X-Target: /2", "X-Target: /3"])
      #expect(answer.hasSuffix("Connection: close\r\n\r\n"))
    }
  }

  @Test func `a chunked body that trickles in is whole for the handler`() async throws {
    try await withServer(service: echo) { _, address, loop in
      let wire = try await Wire.connect(to: address, on: loop)
      let request = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      for byte in "\(request)3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n".utf8 {
        try await wire.send([byte])
      }
      #expect(await wire.receive(until: "abcde").hasSuffix("\r\n\r\nabcde"))
      wire.close()
    }
  }

  @Test func `HEAD has the length and no body, 204 has neither`() async throws {
    let service = HTTPService { request in
      HTTPResponse(status: request.path == "/none" ? 204 : 200, body: [1, 2, 3])
    }
    try await withServer(service: service) { _, address, loop in
      let wire = try await Wire.connect(to: address, on: loop)
      try await wire.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
      let head = await wire.receive(until: "\r\n\r\n")
      #expect(head.contains("Content-Length: 3\r\n") && head.hasSuffix("\r\n\r\n"))
      try await wire.send(get("/none"))
      let none = await wire.receive(until: "\r\n\r\n")
      #expect(none.hasPrefix("HTTP/1.1 204 ") && !none.contains("Content-Length"))
      wire.close()
    }
  }

  @Test func `100-continue is said before a body that is welcome`() async throws {
    try await withServer(service: echo) { _, address, loop in
      let wire = try await Wire.connect(to: address, on: loop)
      let head = "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
      try await wire.send(head)
      #expect(await wire.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
      try await wire.send("ok")
      #expect(await wire.receive(until: "\r\n\r\nok").hasPrefix("HTTP/1.1 200 OK"))
      wire.close()
    }
  }

  @Test func `a body too large is refused before it is read, and the answer arrives`() async throws
  {
    try await withServer(service: echo) { server, address, loop in
      let wire = try await Wire.connect(to: address, on: loop)
      let head = "POST /small HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
      try await wire.send("\(head)Content-Length: 300000\r\n\r\n")
      // The sender does not wait for our opinion.
      try await wire.send([UInt8](repeating: 65, count: 300_000))
      let answer = await wire.receive()
      #expect(answer.hasPrefix("HTTP/1.1 413 Content Too Large\r\n"))
      #expect(answer.contains("Connection: close\r\n"))
      #expect(!answer.contains("error"))
      wire.close()
      #expect(server.statistics.rejections == 1)
    }
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/3.0\r\n\r\n", 505),
    ("POST / HTTP/1.1\r\nHost: x\r\nExpect: x\r\n\r\n", 417),
    ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    ("GET / HTTP/1.1\r\nX: \(String(repeating: "x", count: 17 * 1024))\r\n\r\n", 431),
  ])
  func `a refusal has its status and ends the connection`(text: String, status: Int) async throws {
    try await withServer(service: echo) { _, address, loop in
      let wire = try await Wire.connect(to: address, on: loop)
      try await wire.send(text)
      let answer = await wire.receive()
      #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
      #expect(!answer.contains("<"))
      wire.close()
    }
  }

  @Test(arguments: [
    ("PUT /a?b HTTP/1.1\r\n\r\n", "PUT /a?b"), ("PUT /a HTTP/3.0\r\n\r\n", "PUT /a"),
    ("PUT /a HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "x", count: 17_000))\r\n\r\n", "PUT /a"),
    ("PUT  /a HTTP/1.1\r\n\r\n", "nothing"),
  ])
  func `whoever words a refusal knows what was asked for, once its line was whole`(
    text: String, asked: String
  ) async throws {
    let service = HTTPService(
      handler: { _ in HTTPResponse(status: 200) },
      reject: { rejection, head in
        #expect(head?.fields.fields.isEmpty != false)
        let body = head.map { "\($0.method) \($0.target)" } ?? "nothing"
        return HTTPResponse(status: rejection.status, body: Array(body.utf8))
      })
    try await withServer(service: service) { _, address, loop in
      let wire = try await Wire.connect(to: address, on: loop)
      try await wire.send(text)
      #expect(await wire.receive().hasSuffix("\r\n\r\n\(asked)"))
      wire.close()
    }
  }

  @Test func `who says nothing is let go of without a word`() async throws {
    var configuration = HTTPServerConfiguration.patient
    configuration.idleDeadline = .milliseconds(200)
    try await withServer(configuration: configuration, service: echo) { _, address, loop in
      let silent = try await Wire.connect(to: address, on: loop)
      #expect(await silent.receive() == "")
      silent.close()
    }
  }

  @Test(arguments: ["GET / HT", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na"])
  func `half a head or half a body runs out of time`(half: String) async throws {
    var configuration = HTTPServerConfiguration.patient
    configuration.headDeadline = .milliseconds(100)
    configuration.bodyDeadline = .milliseconds(100)
    try await withServer(configuration: configuration, service: echo) { _, address, loop in
      let wire = try await Wire.connect(to: address, on: loop)
      let started = Deadline.now
      try await wire.send(half)
      #expect(await wire.receive().hasPrefix("HTTP/1.1 408 "))
      #expect(Deadline.now.duration(since: started) >= .milliseconds(90))
      wire.close()
    }
  }

  @Test func `a stream goes out in chunks, or until the close for 1.0`() async throws {
    let service = HTTPService { _ in
      HTTPResponse(
        status: 200,
        stream: .stream { write in
          for word in ["one", "", "two"] { try await write(Array(word.utf8)) }
        })
    }
    try await withServer(service: service) { _, address, loop in
      let wire = try await Wire.connect(to: address, on: loop)
      try await wire.send(get("/"))
      let answer = await wire.receive(until: "0\r\n\r\n")
      #expect(answer.hasSuffix("\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"))
      try await wire.send("GET / HTTP/1.0\r\n\r\n")
      #expect(await wire.receive().hasSuffix("\r\n\r\nonetwo"))
    }
  }

  @Test func `a reset is one for the peer, without a byte of an answer`() async throws {
    let service = HTTPService { _ in HTTPResponse(status: 200, stream: .reset) }
    try await withServer(service: service) { _, address, loop in
      let client = HTTPClient(loop: loop)
      let url = try HTTPURL(parsing: "http://\(address)/")
      let result = await client.send(HTTPClientRequest(method: "POST", url: url, body: [1]))
      guard case .failure(let failure) = result else {
        Issue.record("there was an answer")
        return
      }
      #expect(failure.error == .connectionBroken(.response, ECONNRESET), "\(failure)")
    }
  }

  @Test func `a peer that does not read stops the producer`() async throws {
    let produced = Mutex(0)
    let service = HTTPService { _ in
      HTTPResponse(
        status: 200,
        stream: .stream { write in
          while true {
            try await write([UInt8](repeating: 46, count: 65_536))
            produced.withLock { $0 += 1 }
          }
        })
    }
    var configuration = HTTPServerConfiguration()
    configuration.writeDeadline = .milliseconds(300)
    try await withServer(configuration: configuration, service: service) { server, address, loop in
      let wire = try await Wire.connect(to: address, on: loop)
      try await wire.send(get("/"))
      try await loop.sleep(for: .milliseconds(200))
      let early = produced.withLock { $0 }
      #expect(early > 0 && early < 1000)
      try await loop.sleep(for: .milliseconds(400))
      #expect(server.statistics.connectionsOpen == 0)
      wire.close()
    }
  }

  @Test func `above the byte budget reading pauses until memory is free again`() async throws {
    var configuration = HTTPServerConfiguration(inflightBytes: ByteBudget(total: 100))
    configuration.bodyDeadline = .seconds(60)
    let budget = configuration.inflightBytes
    try await withServer(configuration: configuration, service: echo) { _, address, loop in
      #expect(budget.tryReserve(60))
      let wire = try await Wire.connect(to: address, on: loop)
      let body = String(repeating: "b", count: 50)
      try await wire.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n\(body)")
      while budget.waiting == 0 { try await loop.sleep(for: .milliseconds(2)) }
      #expect(await wire.receive(until: "b", within: .milliseconds(50)) == "<nothing more>")
      #expect(budget.waiting == 1)
      budget.release(60)
      #expect(await wire.receive(until: body).contains("200 OK"))
      try await loop.sleep(for: .milliseconds(20))
      #expect(budget.used == 0)
      wire.close()
    }
  }

  @Test func `beyond the connection limit the longest idle one makes room`() async throws {
    var configuration = HTTPServerConfiguration()
    configuration.maxConnections = 2
    try await withServer(configuration: configuration, service: echo) { server, address, loop in
      let first = try await Wire.connect(to: address, on: loop)
      let second = try await Wire.connect(to: address, on: loop)
      for wire in [first, second] {
        try await wire.send(get("/"))
        _ = await wire.receive(until: "\r\n\r\n")
      }
      let third = try await Wire.connect(to: address, on: loop)
      try await third.send(get("/third"))
      #expect(await third.receive(until: "\r\n\r\n").contains("/third"))
      #expect(server.statistics.connectionsOpen == 2)
      #expect(await first.receive() == "")
      for wire in [first, second, third] { wire.close() }
    }
  }

  @Test func `a drain lets the request in flight finish and closes the idle at once`() async throws
  {
    let entered = Wakeup()
    let release = Wakeup()
    let loop = EventLoop(name: "drain")
    let service = HTTPService { request in
      guard request.path == "/slow" else { return HTTPResponse(status: 200) }
      entered.fire()
      _ = await release.wait(on: loop)
      return HTTPResponse(status: 200, body: Array("done".utf8))
    }
    let server = HTTPServer(loops: [loop], service: service)
    let address = try await server.listen(on: .tcp(host: "localhost", port: 0))
    let idle = try await Wire.connect(to: address, on: loop)
    let busy = try await Wire.connect(to: address, on: loop)
    try await busy.send(get("/slow"))
    _ = await entered.wait(on: loop)
    async let drained: Void = server.drain(within: .seconds(60))
    #expect(await idle.receive() == "")
    await #expect(throws: SocketError.self) { try await Wire.connect(to: address, on: loop) }
    release.fire()
    let answer = await busy.receive()
    #expect(answer.hasSuffix("done") && answer.contains("Connection: close\r\n"))
    await drained
    #expect(server.statistics.connectionsOpen == 0)
    loop.stop()
  }

  @Test func `a local listener serves beside TCP, knows its caller and leaves no file`()
    async throws
  {
    let directory = TemporaryDirectory()
    // Deeper than a socket address can say.
    let deep = directory.file(String(repeating: "deep", count: 30))
    #expect(mkdir(deep, 0o700) == 0)
    let path = "\(deep)/control.sock"
    let local = HTTPService { request in
      HTTPResponse(status: 200, body: Array("\(request.peer)".utf8))
    }
    try await withServer(service: echo) { server, address, loop in
      _ = try await server.listen(on: .unix(path: path), service: local)
      let client = HTTPClient(loop: loop)
      var request = HTTPClientRequest(method: "GET", url: try HTTPURL(parsing: "http://local/"))
      request.unixSocket = path
      let answer = try await client.send(request).get()
      #expect(String(decoding: answer.body, as: UTF8.self).hasPrefix("local(uid: "))
      #expect(try await client.send(request).get().reused)
      client.closeIdle()
    }
    #expect(access(path, F_OK) != 0)
  }

  @Test func `a port that is taken is said so`() async throws {
    try await withServer(service: echo) { server, address, _ in
      let taken = ListenAddress.tcp(host: "127.0.0.1", port: address.port ?? 0)
      await #expect(throws: HTTPServerError.addressInUse(taken)) {
        try await server.listen(on: taken)
      }
      let elsewhere = ListenAddress.tcp(host: "203.0.113.1", port: 0)
      await #expect(throws: HTTPServerError.notAvailable(elsewhere)) {
        try await server.listen(on: elsewhere)
      }
    }
  }

  @Test func `256 connections at once all get their own answer`() async throws {
    try await withServer(service: echo) { _, address, loop in
      let client = HTTPClient(loop: loop)
      let port = address.port ?? 0
      let right = await withTaskGroup(of: Bool.self) { group in
        for number in 0..<256 {
          group.addTask {
            guard let url = try? HTTPURL(parsing: "http://127.0.0.1:\(port)/\(number)") else {
              return false
            }
            for _ in 0..<4 {
              let result = await client.send(HTTPClientRequest(method: "GET", url: url))
              guard case .success(let response) = result,
                response.fields["X-Target"] == "/\(number)"
              else { return false }
            }
            return true
          }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(right == 256)
      client.closeIdle()
    }
  }
}
