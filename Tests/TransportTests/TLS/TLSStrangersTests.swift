import Glibc
import TestSupport
import Testing

@testable import Transport

/// Other people's TLS at the other end: OpenSSL's own tools and Python's module.
@Suite(.timeLimit(.minutes(5)))
struct TLSStrangersTests {
  /// A program of the machine, ended when a test lets go of it.
  private final class Stranger: Sendable {
    let directory = TemporaryDirectory()
    let child: ChildProcess

    init(_ program: String, _ words: [String]) throws {
      child = try ChildProcess(
        program: program, words: words, environment: ["PATH": "/usr/bin:/bin"],
        output: directory.file("output"))
    }

    deinit {
      guard child.poll() == nil else { return }
      child.send(signal: SIGKILL)
      var status: Int32 = 0
      waitpid(child.pid, &status, 0)
    }

    var output: String { String(decoding: directory.read("output") ?? [], as: UTF8.self) }

    /// What follows `mark` on a line of the output, as soon as it is there.
    func word(after mark: String) async throws -> String {
      for _ in 0..<3000 {
        for line in output.split(separator: "\n") where line.hasPrefix(mark) {
          return String(line.dropFirst(mark.count))
        }
        if child.poll() != nil { break }
        try await Task.sleep(for: .milliseconds(10))
      }
      Issue.record("no '\(mark)' in: \(output)")
      return ""
    }
  }

  private static let openssl = "/usr/bin/openssl"

  /// `openssl s_server` on a port of its own choice; `-www` answers every GET with a page.
  private func server(_ extra: [String]) async throws -> (Stranger, port: UInt16) {
    let pair = TestCertificates.shared.pair(.good)
    let stranger = try Stranger(
      Self.openssl,
      [
        "s_server", "-accept", "127.0.0.1:0", "-cert", pair.certificates, "-key", pair.key, "-www",
      ] + extra)
    let port = try await stranger.word(after: "ACCEPT 127.0.0.1:")
    return (stranger, try #require(UInt16(port)))
  }

  private func get(
    _ port: UInt16, trust: TLSTrust = .testing(), on loop: EventLoop
  ) async throws -> HTTPClientResult {
    try await fetch("https://localhost:\(port)/", trust: trust, on: loop, body: []) {
      $0.method = "GET"
    }
  }

  @Test(arguments: [
    ["-tls1_2"], ["-tls1_3"], ["-no_ticket"],
    ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"],
    ["-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"], ["-alpn", "http/1.1"],
  ])
  func `openssl s_server is understood`(extra: [String]) async throws {
    let loop = EventLoop(name: "client")
    defer { loop.stop() }
    let (stranger, port) = try await server(extra)
    let trust = TLSTrust.testing()
    for _ in 0..<3 {
      let response = try await get(port, trust: trust, on: loop).get()
      #expect(response.status == 200)
      #expect(String(decoding: response.body, as: UTF8.self).contains("s_server"))
    }
    #expect(trust.sessionsReused == 2 || extra == ["-no_ticket"])
    withExtendedLifetime(stranger) {}
  }

  @Test(arguments: [["-tls1_1"], ["-tls1"]])
  func `a server with nothing newer than TLS 1-1 is refused in words`(extra: [String]) async throws
  {
    let loop = EventLoop(name: "client")
    defer { loop.stop() }
    let (stranger, port) = try await server(extra + ["-cipher", "ALL:@SECLEVEL=0"])
    let error = fault(of: try await get(port, on: loop))
    #expect(error?.description == "no TLS version in common: 1.2 or 1.3 is needed")
    withExtendedLifetime(stranger) {}
  }

  @Test func `a server that wants a client certificate is refused in words`() async throws {
    let loop = EventLoop(name: "client")
    defer { loop.stop() }
    let (stranger, port) = try await server(["-Verify", "1", "-verify_return_error"])
    let error = fault(of: try await get(port, on: loop))
    #expect(error?.description == "the other side asks for a client certificate")
    withExtendedLifetime(stranger) {}
  }

  @Test func `openssl s_client understands us, and is given HTTP 1-1`() async throws {
    try await withTLSServer { _, port, loop in
      for extra in [["-tls1_2"], ["-tls1_3"], ["-alpn", "h2,http/1.1"]] {
        let client = try Stranger(
          Self.openssl,
          [
            "s_client", "-connect", "127.0.0.1:\(port)", "-servername", "localhost", "-CAfile",
            TestCertificates.shared.authority, "-verify_hostname", "localhost",
            "-verify_return_error", "-no_ign_eof",
          ] + extra)
        #expect(await client.child.ending(within: .seconds(30)) == .exited(0))
        #expect(client.output.contains("Verify return code: 0 (ok)"), "\(extra): \(client.output)")
        #expect(
          !extra.contains("-alpn") || client.output.contains("ALPN protocol: http/1.1"))
      }
    }
  }

  @Test(arguments: [["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], ["-alpn", "h2"]])
  func `a client that is too old, or wants only HTTP-2, is turned away`(
    extra: [String]
  ) async throws {
    try await withTLSServer { server, port, loop in
      let client = try Stranger(
        Self.openssl, ["s_client", "-connect", "127.0.0.1:\(port)"] + extra)
      #expect(await client.child.ending(within: .seconds(30)) == .exited(1))
      #expect(await eventually { server.statistics.failedHandshakes == 1 })
    }
  }

  @Test func `a client that asks to negotiate anew is not followed`() async throws {
    try await withTLSServer { server, port, loop in
      // 'R' asks for it in TLS 1.2, then a request would follow.
      let client = try Stranger(
        "/bin/sh",
        [
          "-c",
          "(sleep 0.3; echo R; sleep 0.3) | \(Self.openssl) s_client -tls1_2 "
            + "-connect 127.0.0.1:\(port) -CAfile \(TestCertificates.shared.authority)",
        ])
      _ = await client.child.ending(within: .seconds(30))
      #expect(client.output.contains("no renegotiation"), "\(client.output)")
      #expect(try await fetch("https://localhost:\(port)/", on: loop).get().status == 200)
    }
  }

  @Test func `Python's client and ours find each other's certificates good`() async throws {
    let script = """
      import http.client, ssl, sys
      context = ssl.create_default_context(cafile=sys.argv[2])
      connection = http.client.HTTPSConnection("localhost", int(sys.argv[1]), context=context)
      for number in range(20):
          body = b"x" * (number * 5000)
          connection.request("POST", "/", body)
          answer = connection.getresponse()
          assert answer.status == 200 and answer.read() == body
      print("version", connection.sock.version())
      """
    try await withTLSServer { server, port, _ in
      let client = try Stranger(
        "/usr/bin/python3", ["-c", script, "\(port)", TestCertificates.shared.authority])
      #expect(await client.child.ending(within: .seconds(30)) == .exited(0), "\(client.output)")
      #expect(client.output == "version TLSv1.3\n")
      #expect(server.statistics.connectionsAccepted == 1)
    }
  }
}
