import TestSupport
import Testing

@testable import Transport

/// Our own listener with a certificate.
@Suite(.timeLimit(.minutes(5)))
struct TLSServerTests {
  @Test func `a request without TLS is told so and changes nothing`() async throws {
    try await withTLSServer { server, port, loop in
      let wire = try await Wire.connect(to: .ip(.loopback, port: port), on: loop)
      try await wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      let answer = await wire.receive()
      #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
      #expect(answer.hasSuffix("This port speaks https; this was a request without TLS.\n"))
      wire.close()
      #expect(server.statistics.failedHandshakes == 1)
      #expect(try await fetch("https://localhost:\(port)/", on: loop).get().status == 200)
    }
  }

  @Test func `a handshake that does not come is ended by its deadline`() async throws {
    var configuration = HTTPServerConfiguration.patient
    configuration.handshakeDeadline = .milliseconds(100)
    try await withTLSServer(configuration: configuration) { server, port, loop in
      let wire = try await Wire.connect(to: .ip(.loopback, port: port), on: loop)
      // Half a ClientHello.
      try await wire.send([22, 3, 1, 2, 0, 1, 0])
      // A reset when the server had no time to read these bytes.
      let answer = await wire.receive()
      #expect(answer.isEmpty || answer.hasPrefix("<error"))
      wire.close()
      #expect(await eventually { server.statistics.failedHandshakes == 1 })
    }
  }

  @Test func `who does not shake hands makes room for a newcomer`() async throws {
    var configuration = HTTPServerConfiguration.patient
    configuration.maxConnections = 2
    configuration.handshakeDeadline = .seconds(300)
    try await withTLSServer(configuration: configuration) { server, port, loop in
      let silent = try await Wire.connect(to: .ip(.loopback, port: port), on: loop)
      let busy = HTTPClient(loop: loop, trust: .testing())
      let url = try HTTPURL(parsing: "https://localhost:\(port)/")
      _ = try await busy.send(HTTPClientRequest(method: "GET", url: url)).get()
      #expect(try await fetch("https://localhost:\(port)/", on: loop).get().status == 200)
      silent.close()
      busy.closeIdle()
    }
  }

  @Test func `a drain does not wait for handshakes`() async throws {
    try await withTLSServer { server, port, loop in
      let silent = try await Wire.connect(to: .ip(.loopback, port: port), on: loop)
      #expect(await eventually { server.statistics.connectionsOpen == 1 })
      await server.drain(within: .seconds(60))
      #expect(await silent.receive() == "")
      silent.close()
    }
  }

  @Test func `an answer that is broken off, or a reset, looks like one`() async throws {
    struct Broken: Error {}
    let service = HTTPService { request in
      if request.path == "/reset" { return HTTPResponse(status: 200, stream: .reset) }
      return HTTPResponse(
        status: 200,
        stream: .stream { write in
          try await write(Array("abc".utf8))
          throw Broken()
        })
    }
    try await withTLSServer(service: service) { _, port, loop in
      let broken = try await fetch("https://localhost:\(port)/", on: loop)
      #expect(fault(of: broken) == .tls(.cutShort))
      let reset = try await fetch("https://localhost:\(port)/reset", on: loop)
      #expect(fault(of: reset)?.description == "connection reset by peer")
    }
  }

  @Test func `a new certificate is for new connections, old ones live on`() async throws {
    let directory = TemporaryDirectory()
    func install(_ kind: TestCertificates.Kind) throws {
      let pair = TestCertificates.shared.pair(kind)
      try FileSystem.replace(
        directory.file("c.pem"), with: try FileSystem.contents(of: pair.certificates))
      try FileSystem.replace(directory.file("k.pem"), with: try FileSystem.contents(of: pair.key))
    }
    try install(.good)
    let identity = try TLSIdentity(
      certificates: directory.file("c.pem"), key: directory.file("k.pem"))
    try await withTLSServer(identity) { server, port, loop in
      let old = HTTPClient(loop: loop, trust: .testing())
      let url = "https://localhost:\(port)/"
      let request = HTTPClientRequest(method: "GET", url: try HTTPURL(parsing: url))
      #expect(try await old.send(request).get().status == 200)

      directory.write(Array("nothing".utf8), to: "c.pem")
      #expect(throws: TLSFailure.self) { try identity.reload() }
      #expect(try await fetch(url, on: loop).get().status == 200)

      // What a new connection sees is told apart by what is wrong with it.
      try install(.wrongName)
      try identity.reload()
      let kept = try await old.send(request).get()
      #expect(kept.status == 200 && kept.reused)
      #expect(
        fault(of: try await fetch(url, on: loop))
          == .tls(.certificate(.hostname("localhost"))))
      old.closeIdle()
      // Its session was made under the old certificate; it is not taken under the new one.
      #expect(await eventually { server.statistics.connectionsOpen == 0 })
      #expect(fault(of: await old.send(request)) == .tls(.certificate(.hostname("localhost"))))
    }
  }
}
