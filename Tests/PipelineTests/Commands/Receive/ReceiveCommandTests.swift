import TestSupport
import Testing
import Transport

@testable import Pipeline

/// `receive` as a process of its own, beside a real server that delivers to it.
@Suite(.timeLimit(.minutes(5)))
struct ReceiveCommandTests {
  private static func receiver(
    _ words: [String], port: UInt16, secret: String?
  ) async throws -> RunningProgram {
    let environment = secret.map { ["SCIM_HRIS_SIGNING_SECRET": $0] } ?? [:]
    let running = try RunningProgram(
      ["receive", "--port", "\(port)"] + words, environment: environment)
    if !words.contains("--json") { #expect(await running.printed("receiving at http://127.0.0.1")) }
    return running
  }

  private static func push(_ names: String..., to server: TestServer) async throws {
    let okta = try server.okta()
    for name in names {
      #expect(try await okta.post("/Users", OktaUser("\(name)@example.com").creation).status == 201)
    }
  }

  @Test func `deliveries are printed as signed, and after so many it ends`() async throws {
    let server = try await TestServer.started()
    let reserved = LocalPort(listening: false)
    let port = reserved.port
    let secret = try await server.addWebhook("http://127.0.0.1:\(port)/hooks").secret
    let running = try await Self.receiver(["--count", "2"], port: port, secret: secret)
    try await Self.push("one", "two", to: server)
    #expect(await running.ended() == .exited(0))
    let lines = running.lines
    try #require(lines.count == 4, "\(running.text)")
    #expect(lines[0] == "receiving at http://127.0.0.1:\(port)   Ctrl-C ends")
    #expect(lines[1...2].allSatisfy { $0.hasSuffix("  signed  204") && $0.count <= 100 })
    #expect(
      Set(lines[1...2].map { $0.dropFirst(37).prefix(15) }) == [
        "one@example.com", "two@example.com",
      ])
    #expect(lines[3] == "2 arrivals, 0 of them again, 0 not signed as it should be")
    #expect(!running.text.contains(secret))
  }

  @Test func `a test event with another secret is refused and ends with 1`() async throws {
    let server = try await TestServer.started()
    let reserved = LocalPort(listening: false)
    let port = reserved.port
    let webhook = try await server.addWebhook("http://127.0.0.1:\(port)/hooks").id
    let running = try await Self.receiver(
      ["--count", "1", "--json"], port: port, secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
    try await eventuallyListens(port)
    let answer = try await server.api().post("/webhooks/\(webhook)/test", [:])
    #expect(answer.json["data"]?["status"] == 401, "\(answer)")
    #expect(await running.ended() == .exited(1))
    let line = try JSONValue(parsing: String(try #require(running.lines.first)))
    #expect(line["signature"] == "bad" && line["answer"] == "401")
    #expect(line["event"]?["type"] == "webhook.test")
  }

  @Test func `each way of being unwell is what the sender meets`() async throws {
    let server = try await TestServer.started()
    for (words, error, status) in [
      (["--fail", "1"], nil, 500), (["--status", "410"], nil, 410),
      (["--reset"], "connection reset", nil),
      (["--slow", "200ms"], nil, 204),
    ] as [([String], String?, Int?)] {
      let reserved = LocalPort(listening: false)
      let port = reserved.port
      let (webhook, secret) = try await server.addWebhook("http://127.0.0.1:\(port)/hooks")
      let running = try await Self.receiver(words, port: port, secret: secret)
      let answer = try await server.api().post("/webhooks/\(webhook)/test", [:])
      let data = answer.json["data"]
      #expect(data?["status"]?.int == status, "\(words): \(answer)")
      if let error {
        #expect(data?["error"]?.string?.contains(error) == true, "\(words): \(answer)")
      }
      running.interrupt()
      #expect(await running.ended() == .exited(0), "\(words)")
      #expect(running.text.contains(", 0 not signed as it should be"), "\(words): \(running.text)")
    }
  }

  @Test func `over TLS it receives from our server, which checks its certificate`() async throws {
    let certificates = TestCertificates.shared
    let pair = certificates.pair(.chained)
    let server = try await TestServer.started(["--webhook-ca", certificates.authority])
    let reserved = LocalPort(listening: false)
    let port = reserved.port
    let secret = try await server.addWebhook("https://localhost:\(port)/hooks").secret
    let files = ["--tls-certificate", pair.certificates, "--tls-key", pair.key]
    let running = try RunningProgram(
      ["receive", "--port", "\(port)", "--count", "2"] + files,
      environment: ["SCIM_HRIS_SIGNING_SECRET": secret])
    #expect(await running.printed("receiving at https://127.0.0.1:\(port)"))
    try await Self.push("one", "two", to: server)
    #expect(await running.ended() == .exited(0), "\(running.text)")
    #expect(running.lines.count { $0.hasSuffix("  signed  204") } == 2)
    let half = try await runProgram(["receive", "--port", "0"] + files.prefix(2))
    #expect(half.ending == .exited(64))
    let wrong = try await runProgram(
      ["receive", "--port", "0", "--tls-certificate", pair.key, "--tls-key", pair.key])
    #expect(wrong.ending == .exited(64) && wrong.output.hasPrefix("Error: Cannot speak https: "))
  }

  @Test func `a receiver that hangs ends at once when it is asked to`() async throws {
    let reserved = LocalPort(listening: false)
    let port = reserved.port
    let running = try await Self.receiver(["--hang"], port: port, secret: nil)
    let client = try TestClient("http://127.0.0.1:\(port)", as: .nobody)
    async let answer = client.post("/hooks", ["type": "employee.created"])
    #expect(await running.printed("not checked  no answer"))
    running.interrupt()
    #expect(await running.ended() == .exited(0))
    do {
      Issue.record("answered \(try await answer)")
    } catch is TestClient.Failed {}
  }

  @Test func `a port that is taken, a wrong secret and two ways of being unwell are refused`()
    async throws
  {
    let taken = LocalPort(listening: true)
    let (ending, output) = try await runProgram(["receive", "--port", "\(taken.port)"])
    #expect(ending == .exited(74))
    #expect(output == "Error: Cannot receive: 127.0.0.1:\(taken.port) is already in use.\n")
    let wrong = try await runProgram(["receive", "--port", "0", "--secret", "hello"])
    #expect(wrong.ending == .exited(64) && wrong.output.contains("starts with whsec_"))
    let both = try await runProgram(["receive", "--port", "0", "--hang", "--reset"])
    #expect(both.ending == .exited(64))
    #expect(both.output == "Error: Only one of --status, --hang and --reset can be played.\n")
  }

  private func eventuallyListens(_ port: UInt16) async throws {
    let client = try TestClient("http://127.0.0.1:\(port)", as: .nobody)
    #expect(await eventually { (try? await client.get("/"))?.status == 405 })
  }
}
