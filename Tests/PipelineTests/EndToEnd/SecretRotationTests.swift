import Synchronization
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// The life of signing secrets in the real program: shown once, overlapping, and nowhere else.
@Suite(.timeLimit(.minutes(5)))
struct SecretRotationTests {
  @Test func `both secrets sign after a rotation, over a restart too, and stand nowhere else`()
    async throws
  {
    let receiver = try await WebhookReceiver.started { $0.before == 0 ? 500 : 200 }
    let server = try await TestServer.started([
      "--log-level", "debug", "--webhook-retries", "0s,100ms,1s",
    ])
    let (id, old) = try await server.addWebhook(receiver.url)
    var answers: [String] = []
    try await push("first", through: server, to: receiver, events: 1)
    let rotated = try await server.api().post("/webhooks/\(id)/secret", [:])
    let new = try #require(rotated.json["data"]?["signingSecret"]?.string)
    try await push("second", through: server, to: receiver, events: 2)
    let program = try await runProgram(["webhook", "rotate", id, "--spool", server.spool])
    let newest = try #require(
      program.output.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("whsec_") })
    answers += try await everything(of: server, id)
    await server.stop()
    let log = server.log
    try await server.start()
    try await push("third", through: server, to: receiver, events: 3)
    answers += try await everything(of: server, id) + [log]
    await server.stop()
    answers.append(server.log)

    let secrets = [String(newest), new, old]
    for (event, wanted) in zip(receiver.accepted, [[old], [new, old], secrets]) {
      #expect(try event.signature == signatures(of: event, wanted), "\(event.id)")
    }
    for secret in secrets + [try server.made.webhookSecret.reveal()] {
      try expectAbsent(secret, in: answers, spool: server.spool)
    }
    await receiver.stop()
  }

  @Test func `the inspector takes what both signed`() async throws {
    let server = try await TestServer.started()
    let id = try server.made.webhookId
    for _ in 0..<2 {
      let tested = try await server.api().post("/webhooks/\(id)/test", [:])
      #expect(tested.json["data"]?["status"] == 204)
      #expect(try await server.api().post("/webhooks/\(id)/secret", [:]).status == 200)
    }
    let seen = try await server.owner().get("/inspector").json["data"]?.array ?? []
    #expect(seen.map { $0["signature"]?.string } == ["ok", "ok"], "\(seen)")
    await server.stop()
  }

  private func push(
    _ name: String, through server: TestServer, to receiver: WebhookReceiver, events: Int
  ) async throws {
    let made = try await server.okta().post("/Users", OktaUser("\(name)@example.com").creation)
    #expect(made.status == 201)
    #expect(await receiver.accepted(events).count == events)
  }

  private func signatures(
    of receipt: WebhookReceiver.Receipt, _ secrets: [String]
  ) throws -> String {
    let signed = Array("\(receipt.id).\(receipt.timestamp).".utf8) + receipt.body
    return try secrets.map { secret in
      let key = try #require(Base64.decode(String(secret.dropFirst("whsec_".count))))
      return "v1," + Base64.encode(HMACSHA256.code(for: signed, key: key))
    }.joined(separator: " ")
  }

  /// What the server tells of itself and of that webhook.
  private func everything(of server: TestServer, _ id: String) async throws -> [String] {
    let (api, owner) = (try await server.api(), try server.owner())
    var texts: [String] = []
    for path in ["/webhooks", "/webhooks/\(id)"] { texts.append(try await api.get(path).text) }
    texts.append(try await api.post("/webhooks/\(id)/test", [:]).text)
    for path in ["/status", "/inspector"] { texts.append(try await owner.get(path).text) }
    let metrics = try TestClient("http://127.0.0.1:\(server.port)", as: .nobody)
    let page = try await metrics.get("/metrics").text
    #expect(page.contains("scim_hris_attempts_total"))
    texts.append(page)
    for words in [
      ["webhook", "ls"], ["webhook", "ls", "--json"], ["status"], ["events", "--recent", "50"],
      ["spool", "cat", "--hop", "4-attempts"], ["spool", "ls"],
    ] {
      texts.append(try await runProgram(words + ["--spool", server.spool]).output)
    }
    return texts
  }

  /// The secret as text, its key as bytes and in hexadecimal.
  private func expectAbsent(_ secret: String, in texts: [String], spool: String) throws {
    let encoded = String(secret.dropFirst("whsec_".count))
    let key = try #require(Base64.decode(encoded))
    let forms = [Array(encoded.utf8), key, Array(Hex.encode(key).utf8)]
    for text in texts {
      for form in forms { #expect(!contains(Array(text.utf8), form), "in an answer or log") }
    }
    var files = 0
    for path in try allFiles(spool) {
      if path.hasSuffix("/snapshots/secrets.json") {
        #expect(try FileSystem.status(path)?.mode == 0o600)
        continue
      }
      let bytes = try FileSystem.contents(of: path)
      for form in forms { #expect(!contains(bytes, form), "\(path)") }
      files += 1
    }
    #expect(files > 6)
  }

  private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    SpoolSearch.occurs(SpoolSearch.folded(part), in: bytes)
  }

  private func allFiles(_ directory: String) throws -> [String] {
    try FileSystem.list(directory).flatMap { name -> [String] in
      let path = directory + "/" + name
      guard let status = try FileSystem.status(path) else { return [] }
      if status.isDirectory { return try allFiles(path) }
      return name.hasSuffix(".sock") ? [] : [path]
    }
  }
}
