import Testing
import Transport

@testable import Pipeline

/// What the server tells of itself, from its cause to the receiver.
@Suite(.timeLimit(.minutes(5)))
struct OperationalEventsTests {
  @Test func `who asked for it hears of wrong tokens, failing webhooks and a short disk`()
    async throws
  {
    let receiver = try await WebhookReceiver.started()
    let gone = try await WebhookReceiver.started { $0.before < 2 ? 500 : 410 }
    let server = try await TestServer.started(["--webhook-retries", "0s,50ms,50ms,50ms,50ms"])
    let (_, secret) = try await server.addWebhook(receiver.url, events: ["operational.*"])
    let (failing, _) = try await server.addWebhook(
      gone.url,
      events: [
        "employee.created", "operational.*",
      ])
    let made = try server.made
    let stranger = try TestClient(made.baseURL, as: .okta(token: "scimtok_wrong"))
    for _ in 0..<3 { #expect(try await stranger.get("/Users").status == 401) }
    let user = OktaUser("told@example.com")
    #expect(try await server.okta().post("/Users", user.creation).status == 201)
    #expect(await receiver.accepted(2).count == 2)
    try receiver.expectSound(secret: secret)

    let auth = try #require(receiver.accepted.first { $0.type == "connection.auth_failed" }).event
    #expect(auth["connection"]?["id"]?.string == made.connectionId)
    #expect(auth["consumerId"]?.string == made.consumerId && auth["sequence"] == nil)
    #expect(auth["applicationId"]?.string == made.applicationId)
    let off = try #require(receiver.accepted.first { $0.type == "webhook.disabled" }).event
    #expect(off["data"]?["id"]?.string == failing && off["cause"]?["reason"] == "gone")
    #expect(gone.receipts.allSatisfy { !$0.type.hasPrefix("webhook.") })

    try await expectExplained(off, server)
    await server.stop()
    let short = TestServer(arguments: ["--disk-reserve", "512TiB"], spool: server.spool)
    try await short.start()
    #expect(await receiver.accepted(3).last?.type == "spool.low_disk")
    await short.stop()
    try await expectSameState(server.spool)
    for receiver in [receiver, gone] { await receiver.stop() }
  }

  private func expectExplained(_ event: JSONValue, _ server: TestServer) async throws {
    let id = try #require(event["id"]?.string)
    let explained = try await runProgram(["spool", "explain", id, "--spool", server.spool])
    #expect(explained.output.hasPrefix("about wh_"), "\(explained.output)")
    #expect(explained.output.contains("gone; batch of"), "\(explained.output)")
    #expect(explained.output.contains("webhook.disabled\n"), "\(explained.output)")
    let shown = try await runProgram(["events", "--recent", "50", "--spool", server.spool])
    #expect(shown.output.contains("the receiver answered 410"), "\(shown.output)")
  }

  /// By the program, and by a reader that shares no code with it.
  private func expectSameState(_ spool: String) async throws {
    let verified = try await runProgram(["spool", "verify", "--spool", spool])
    #expect(verified.ending == .exited(0), "\(verified.output)")
    let hash = try await runProgram(["spool", "state-hash", "--from-log", "--spool", spool])
    #expect(try hash.output.contains(LogFold(spool: spool).stateHash), "\(hash.output)")
  }
}
