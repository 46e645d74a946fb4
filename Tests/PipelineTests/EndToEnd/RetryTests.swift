import Glibc
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Actors
@testable import Pipeline

/// Receivers that fail for longer than a test can wait: the whole server again, but in this process
/// and with a schedule that is a thousand times faster.
@Suite(.timeLimit(.minutes(5)))
struct RetryTests {
  @Test func `a receiver that fails three times gets every event once it answers`() async throws {
    let failing = try await WebhookReceiver.started { $0.before < 3 ? 500 : 200 }
    let healthy = try await WebhookReceiver.started()
    try await withServer(retrying: [.zero, .milliseconds(100), .milliseconds(200), .seconds(1)]) {
      server, made in
      let secrets = try await [failing, healthy].asyncMap { try await add($0.url, server, made) }
      let okta = try TestClient(made.baseURL, as: .okta(token: made.apiToken.reveal()))
      let user = OktaUser("three@example.com")
      let id = try #require(try await okta.post("/Users", user.creation)["id"]?.string)
      let change = OktaUser.patch(["title": "Second"])
      #expect(try await okta.patch("/Users/\(id)", change).status == 200)
      #expect(await healthy.accepted(2, within: .seconds(2)).count == 2)
      #expect(failing.accepted.count == 0, "it has not even come to the second event")
      let taken = await failing.accepted(2)
      #expect(taken.map(\.sequence) == [1, 2])
      #expect(failing.receipts.map(\.status) == [500, 500, 500, 200, 500, 500, 500, 200])
      try failing.expectSound(secret: secrets[0])
      try healthy.expectSound(secret: secrets[1])
    }
    for receiver in [failing, healthy] { await receiver.stop() }
  }

  @Test func `an event nobody takes becomes a dead letter and the next one is delivered`()
    async throws
  {
    let refusing = try await WebhookReceiver.started { $0.type == "employee.created" ? 500 : 200 }
    try await withServer(retrying: [.zero, .milliseconds(50), .milliseconds(50)]) { server, made in
      _ = try await add(refusing.url, server, made)
      let okta = try TestClient(made.baseURL, as: .okta(token: made.apiToken.reveal()))
      let id = try #require(
        try await okta.post("/Users", OktaUser("dead@example.com").creation)["id"]?.string)
      _ = try await okta.patch("/Users/\(id)", OktaUser.patch(["title": "Next"]))
      #expect(await refusing.accepted(1).first?.type == "employee.updated")
      #expect(refusing.receipts.count == 4)
      await eventually { server.deadLetters.count == 1 }
      let letters = try FileSystem.list(server.spool.directory + "/dead")
      #expect(letters.count == 1)
    }
    await refusing.stop()
  }

  @Test func `with dead-hold what follows a dead letter waits until that is dropped`() async throws
  {
    let refusing = try await WebhookReceiver.started { $0.type == "employee.created" ? 500 : 200 }
    try await withServer(retrying: [.zero, .milliseconds(20)], deadHold: true) { server, made in
      _ = try await add(refusing.url, server, made)
      let okta = try TestClient(made.baseURL, as: .okta(token: made.apiToken.reveal()))
      let id = try #require(
        try await okta.post("/Users", OktaUser("dead@example.com").creation)["id"]?.string)
      _ = try await okta.patch("/Users/\(id)", OktaUser.patch(["title": "Next"]))
      await eventually { await !server.topology.delivery.held.isEmpty }
      let other = try await okta.post("/Users", OktaUser("other@example.com").creation)
      #expect(other.status == 201)
      await eventually { server.deadLetters.count == 2 }
      #expect(refusing.accepted.isEmpty)
      let spool = server.spool.directory
      let letters = try SpoolDeadLetter.all(in: spool)
      let letter = try #require(letters.first { $0.id == refusing.receipts.first?.id })
      let dropped = try await runProgram(["spool", "dead", "drop", letter.id, "--spool", spool])
      #expect(dropped.ending == .exited(0), "\(dropped.output)")
      #expect(await refusing.accepted(1).first?.type == "employee.updated")
      #expect(await server.topology.delivery.held.count == 1)
    }
    await refusing.stop()
  }

  @Test func `a dead letter is listed, sent again on request, and then gone`() async throws {
    let isBack = Mutex(false)
    let receiver = try await WebhookReceiver.started { _ in isBack.withLock { $0 } ? 200 : 500 }
    try await withServer(retrying: [.zero, .milliseconds(20)]) { server, made in
      _ = try await add(receiver.url, server, made)
      let okta = try TestClient(made.baseURL, as: .okta(token: made.apiToken.reveal()))
      _ = try await okta.post("/Users", OktaUser("dead@example.com").creation)
      await eventually { server.deadLetters.count == 1 }
      let spool = server.spool.directory
      let letter = try #require(try SpoolDeadLetter.all(in: spool).first)
      #expect(letter.kind == "answered" && letter.reason == "answered 500")
      #expect(letter.attempts == 2 && letter.event == receiver.receipts.first?.body)
      let words = ["spool", "dead", "retry", letter.id, "--spool", spool]
      let refused = try await runProgram(words)
      #expect(refused.ending == .exited(1) && refused.output.contains("  stays  "))
      #expect(server.deadLetters.count == 1)
      isBack.withLock { $0 = true }
      let taken = try await runProgram(words)
      #expect(taken.output == "\(letter.id)  done  delivered\n")
      #expect(server.deadLetters.count == 0)
      #expect(receiver.accepted.map(\.id) == [letter.id])
      let none = try await runProgram(words)
      #expect(none.ending == .exited(1))
      #expect(none.output == "error: There is no dead letter \(letter.id).\n")
    }
    await receiver.stop()
  }

  @Test func `what was given up is listed, sent again by API or replay, and then gone`()
    async throws
  {
    let isBack = Mutex(false)
    let receiver = try await WebhookReceiver.started { _ in isBack.withLock { $0 } ? 200 : 500 }
    try await withServer(retrying: [.zero, .milliseconds(20)]) { server, made in
      _ = try await add(receiver.url, server, made)
      let okta = try TestClient(made.baseURL, as: .okta(token: made.apiToken.reveal()))
      for name in ["one", "two", "three"] {
        _ = try await okta.post("/Users", OktaUser("\(name)@example.com").creation)
      }
      await eventually { server.deadLetters.count == 3 }
      var owner = try TestClient("http://localhost/api", as: .nobody)
      owner.socket = server.spool.directory + "/control.sock"
      let application = "applicationId=\(made.applicationId)"
      let listed = try await owner.get("/dead-letters?limit=2&\(application)")
      let letters = listed["data"]?.array ?? []
      #expect(letters.count == 2 && listed["meta"]?["next"]?.string != nil, "\(listed)")
      #expect(letters.allSatisfy { $0["type"] == "employee.created" })
      let ids = letters.compactMap { $0["event"]?.string }
      #expect(ids == ids.sorted(by: >), "the newest first")
      let spool = server.spool.directory
      let refused = try await runProgram(["delivery", "dead", "retry", ids[0], "--spool", spool])
      #expect(refused.ending == .exited(1) && refused.output.contains("  stays  "))
      isBack.withLock { $0 = true }
      let taken = try await runProgram(["delivery", "dead", "retry", ids[0], "--spool", spool])
      #expect(taken.output == "\(ids[0])  done  delivered\n")
      let webhook = try #require(letters[0]["webhook"]?.string)
      let failed = try await owner.post("/webhooks/\(webhook)/replay", ["onlyFailed": true])
      #expect(failed.status == 202 && failed["data"]?["events"] == 2, "\(failed)")
      #expect(await receiver.accepted(3).count == 3)
      #expect(await eventually { server.deadLetters.count == 0 }, "what is taken goes away")
      let none = try await runProgram(["delivery", "dead", "ls", "--spool", spool])
      #expect(none.output == "There is no dead letter.\n")
    }
    await receiver.stop()
  }

  /// Takes 100 s, the breaker's first pauses included: on request only.
  @Test(.enabled(if: ProcessEnvironment.variables["SLOW_TESTS"] != nil, "set SLOW_TESTS"))
  func `a receiver that is down for a minute gets everything when it comes back`() async throws {
    let server = try await TestServer.started()
    let nowhere = LocalPort(listening: false)
    let webhook = try await server.addWebhook("http://127.0.0.1:\(nowhere.port)/hooks")
    let healthy = try await WebhookReceiver.started()
    _ = try await server.addWebhook(healthy.url)
    let pool = OktaPool(users: 50, writers: 4)
    await pool.push(through: try server.okta(), round: 1)
    await pool.push(through: try server.okta(), round: 2)
    #expect(await healthy.accepted(100).count == 100)
    try await Task.sleep(for: .seconds(60))
    let back = try await WebhookReceiver.started(port: nowhere.port)
    #expect(await back.accepted(100, within: .seconds(60)).count == 100)
    try back.expectSound(secret: webhook.secret)
    for receiver in [back, healthy] { await receiver.stop() }
  }

  private func withServer(
    retrying delays: [Duration], deadHold: Bool = false,
    body: (Server, FirstStart) async throws -> Void
  ) async throws {
    let directory = TemporaryDirectory()
    let parser = CommandParser(
      root: CommandTree.root, standard: "serve", version: "", environment: [:])
    let words = [
      "serve", "--spool", directory.file("spool"), "--listen", "127.0.0.1:0", "--disk-reserve",
      "1MiB", "--allow-webhook-net", "127.0.0.0/8",
    ]
    guard case .run(let invocation) = parser.parse(words) else { throw ExitCode.usage }
    var settings = try Settings(invocation)
    settings.retries = RetrySchedule(delays: delays)
    settings.deadHold = deadHold
    let server = try Server(settings, log: .silent)
    try await withThrowingTaskGroup { group in
      group.addTask { try await server.runStages() }
      do {
        let made = try #require(try await server.begin())
        try await body(server, made)
      } catch {
        Issue.record(error)
      }
      await server.stop()
      try await group.waitForAll()
    }
    server.close()
  }

  private func add(_ url: String, _ server: Server, _ made: FirstStart) async throws -> String {
    var owner = try TestClient("http://localhost/api", as: .nobody)
    owner.socket = server.spool.directory + "/control.sock"
    let answer = try await owner.post(
      "/webhooks",
      ["deliveryUrl": JSONValue(url), "applicationId": JSONValue(made.applicationId)])
    return try #require(answer["data"]?["signingSecret"]?.string, "\(answer)")
  }
}

extension Array {
  fileprivate func asyncMap<Result>(
    _ transform: (Element) async throws -> Result
  ) async rethrows -> [Result] {
    var all: [Result] = []
    for element in self { all.append(try await transform(element)) }
    return all
  }
}
