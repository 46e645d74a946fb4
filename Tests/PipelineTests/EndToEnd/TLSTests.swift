import Glibc
import TestSupport
import Testing
import Transport

@testable import Pipeline

extension TestCertificates.Pair {
  fileprivate var flags: [String] { ["--tls-certificate", certificates, "--tls-key", key] }

  fileprivate func identity() throws -> TLSIdentity {
    try TLSIdentity(certificates: certificates, key: key)
  }
}

/// The real program with a certificate of its own, and with receivers that have one.
@Suite(.timeLimit(.minutes(5)))
struct TLSTests {
  private static let certificates = TestCertificates.shared
  private static var authority: String { certificates.authority }
  private static var good: TestCertificates.Pair { certificates.pair(.good) }

  private func securely(_ client: TestClient) -> TestClient {
    var client = client
    client.http = HTTPClient(
      loop: TestClient.http.loop, trust: TLSTrust(files: [Self.authority], option: "--ca"))
    return client
  }

  // MARK: - Our own listener

  @Test func `its own certificate makes every address it names https`() async throws {
    let server = try await TestServer.started(Self.good.flags)
    let made = try server.made
    #expect(made.baseURL.hasPrefix("https://127.0.0.1:"))
    #expect(made.apiURL.hasPrefix("https://127.0.0.1:"))
    let okta = securely(try server.okta())
    #expect(try await okta.post("/Users", OktaUser("tls@example.com").creation).status == 201)
    let listed = try await okta.get("/Users")
    let location = listed.resources.first?["meta"]?["location"]?.string
    #expect(location?.hasPrefix("https://127.0.0.1:\(server.port)/scim/v2/") == true)
    #expect(try await server.owner().get("/status")["data"]?["tls"] == true)
    let metrics = try await securely(TestClient("https://127.0.0.1:\(server.port)", as: .nobody))
      .get("/metrics")
    // 2048-01-01.
    #expect(metrics.text.contains("scim_hris_tls_certificate_expiry_seconds 2461449600"))
  }

  @Test func `the inspector gets its events although the listener speaks TLS`() async throws {
    let server = try await TestServer.started(Self.good.flags)
    let okta = securely(try server.okta())
    #expect(try await okta.post("/Users", OktaUser("seen@example.com").creation).status == 201)
    try await eventually { try !SpoolLog.attempts(server.spool).isEmpty }
    let attempts = try SpoolLog.attempts(server.spool)
    #expect(attempts.count == 1 && attempts[0]["data"]?["status"] == 204, "\(attempts)")
    let played = try await runProgram(["simulate", "okta", "--users", "3", "--spool", server.spool])
    #expect(played.ending == .exited(0), "\(played.output)")
  }

  @Test func `conformance, simulate and the API client speak https`() async throws {
    let server = try await TestServer.started(Self.good.flags)
    let made = try server.made
    let connection = ["--base-url", made.baseURL, "--token", made.apiToken.reveal()]
    let ca = ["--ca", Self.authority]
    let checked = try await runProgram(
      ["conformance", "--only", "discovery"] + connection + ca, within: .seconds(60))
    #expect(checked.ending == .exited(0), "\(checked.output)")
    let played = try await runProgram(["simulate", "okta", "--users", "2"] + connection + ca)
    #expect(played.ending == .exited(0), "\(played.output)")
    let stranger = try await runProgram(["simulate", "okta", "--users", "2"] + connection)
    #expect(stranger.output.contains("unknown certificate authority: Test Root"))
    let url = made.apiURL.replacing("/api", with: "")
    let listed = try await runProgram(
      ["webhook", "ls", "--url", url] + ca,
      environment: ["SCIM_HRIS_API_KEY": made.apiKey.reveal()])
    #expect(listed.ending == .exited(0), "\(listed.output)")
  }

  @Test func `a hang-up reads the certificate again and drops nobody`() async throws {
    let directory = TemporaryDirectory()
    func install(_ kind: TestCertificates.Kind) throws {
      let pair = Self.certificates.pair(kind)
      try FileSystem.replace(
        directory.file("c.pem"), with: FileSystem.contents(of: pair.certificates))
      try FileSystem.replace(directory.file("k.pem"), with: FileSystem.contents(of: pair.key))
    }
    try install(.good)
    let server = try await TestServer.started([
      "--tls-certificate", directory.file("c.pem"), "--tls-key", directory.file("k.pem"),
    ])
    let old = securely(try server.okta())
    #expect(try await old.get("/Users").status == 200)

    directory.write(Array("nothing".utf8), to: "c.pem")
    server.signal(SIGHUP)
    /// A connection that nobody uses is let go.
    func eventuallyLogged(_ text: String) async {
      await eventually {
        _ = try? await old.get("/Users")
        return server.log.contains(text)
      }
    }
    await eventuallyLogged("the certificate stays as it was")
    #expect(try await securely(server.okta()).get("/Users").status == 200)

    try install(.wrongName)
    server.signal(SIGHUP)
    await eventuallyLogged("certificate read again")
    #expect(server.log.contains(#""until":"2048-01-01T00:00:00"#))
    #expect(try await old.get("/Users").status == 200)
    await #expect(throws: TestClient.Failed.self) {
      try await securely(server.okta()).get("/Users")
    }
    #expect(await server.stop() == .exited(0))
  }

  @Test func `a certificate that has expired is served, with a warning`() async throws {
    let server = try await TestServer.started(Self.certificates.pair(.expired).flags)
    #expect(server.log.contains("the certificate has expired"))
    await #expect(throws: TestClient.Failed.self) {
      try await securely(server.okta()).get("/Users")
    }
  }

  // MARK: - Receivers

  @Test func `a receiver with a certificate gets signed events`() async throws {
    let server = try await TestServer.started(["--webhook-ca", Self.authority])
    let receiver = try await WebhookReceiver.started(identity: Self.good.identity())
    let webhook = try await server.addWebhook(receiver.url)
    let okta = try server.okta()
    for number in 0..<5 {
      let user = OktaUser("tls\(number)@example.com")
      #expect(try await okta.post("/Users", user.creation).status == 201)
    }
    #expect(await receiver.accepted(5).count == 5)
    try receiver.expectSound(secret: webhook.secret)
    await receiver.stop()
  }

  @Test(arguments: [
    (TestCertificates.Kind.wrongName, "hostname mismatch: the certificate is not for 127.0.0.1"),
    (.expired, "certificate has expired"), (.selfSigned, "self-signed certificate"),
    (
      .stranger,
      "unknown certificate authority: Foreign Root; or the chain sent is not complete"
    ),
  ])
  func `what is wrong with a certificate is in the ledger, in words`(
    kind: TestCertificates.Kind, words: String
  ) async throws {
    let server = try await TestServer.started(["--webhook-ca", Self.authority])
    let identity = try Self.certificates.pair(kind).identity()
    let receiver = try await WebhookReceiver.started(identity: identity)
    _ = try await server.addWebhook(receiver.url)
    #expect(
      try await server.okta().post("/Users", OktaUser("a@example.com").creation).status == 201)
    try await eventually {
      try SpoolLog.attempts(server.spool).contains { $0["data"]?["error"]?.string == words }
    }
    let attempts = try SpoolLog.attempts(server.spool)
    let failed = try #require(attempts.first { $0["data"]?["error"] != nil })
    #expect(failed["data"]?["error"]?.string == words)
    #expect(failed["data"]?["result"] == "retry" && failed["data"]?["address"] == "127.0.0.1")
    #expect((failed["data"]?["durations"]?["tls"]?.number?.double ?? 0) > 0)
    #expect(receiver.receipts.isEmpty)
    await receiver.stop()
  }

  // MARK: - Starts that must not be

  private func refusal(
    _ arguments: [String], environment: [String: String] = [:]
  ) async throws -> (ending: ChildProcess.Ending?, log: String) {
    let server = TestServer(arguments: arguments, environment: environment)
    try server.launch()
    return (await server.ended(within: .seconds(30)), server.log)
  }

  @Test func `files that cannot be used end the start with 64 and their option`() async throws {
    let good = Self.good
    for (flags, words) in [
      (["--tls-certificate", good.certificates], "needs '--tls-key' beside it"),
      (["--tls-key", good.key], "needs '--tls-certificate' beside it"),
      (
        ["--tls-certificate", "/nowhere.pem", "--tls-key", good.key],
        "--tls-certificate /nowhere.pem: no such file or directory"
      ),
      (
        ["--tls-certificate", good.certificates, "--tls-key", Self.certificates.pair(.second).key],
        "not the key of"
      ),
      (["--webhook-ca", good.key], "no certificates in PEM"),
    ] {
      let (ending, log) = try await refusal(flags)
      #expect(ending == .exited(64) && log.contains(words), "\(log)")
    }
  }

  @Test func `without the library https is refused in one line and all else works`() async throws {
    let without = [OpenSSL.variable: "/nowhere/libssl.so.3"]
    for flags in [Self.good.flags, ["--webhook-ca", Self.authority]] {
      let (ending, log) = try await refusal(flags, environment: without)
      #expect(ending == .exited(64))
      #expect(log.contains("\(flags[0]) needs OpenSSL's libssl.so.3, which is not on this machine"))
    }
    let server = TestServer(environment: without)
    try await server.start()
    let plain = try await WebhookReceiver.started()
    let secure = try await WebhookReceiver.started(identity: Self.good.identity())
    _ = try await server.addWebhook(plain.url)
    _ = try await server.addWebhook(secure.url)
    #expect(
      try await server.okta().post("/Users", OktaUser("a@example.com").creation).status == 201)
    #expect(await plain.accepted(1).count == 1)
    let words = "https needs OpenSSL's libssl.so.3, which is not on this machine"
    let isTold = try await eventually {
      try SpoolLog.attempts(server.spool).contains { $0["data"]?["error"]?.string == words }
    }
    #expect(isTold)
    for receiver in [plain, secure] { await receiver.stop() }
  }
}

/// The ledger of a spool as it is now.
private enum SpoolLog {
  static func attempts(_ spool: String) throws -> [JSONValue] {
    let folder = spool + "/4-attempts"
    return try FileSystem.list(folder).filter { $0.hasSuffix(".jsonl") }.flatMap { name in
      String(decoding: try FileSystem.contents(of: "\(folder)/\(name)"), as: UTF8.self)
        .split(separator: "\n").compactMap { try? JSONValue(parsing: String($0)) }
        .filter { $0["type"]?.string?.hasPrefix("attempt.") == true }
    }
  }
}
