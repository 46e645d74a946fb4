import TestSupport
import Testing
import Transport

@testable import Actors
@testable import Pipeline

/// A receiver that is away while the spool is small: intake goes on, and what comes after makes up
/// for what was given up. In this process, so that the breaker need not be waited for.
@Suite(.timeLimit(.minutes(5)))
struct OverrunTests {
  /// A spool that is full soon, and lets go at once of what nobody needs.
  private static let small = [
    "--spool-max-bytes", "1MiB", "--segment-bytes", "16KiB", "--spool-keep", "0s",
    "--events-keep", "0s", "--snapshot-every", "50",
  ]

  @Test func `what a paused webhook was not sent is given up, over a crash too`() async throws {
    let server = try await TestServer.started(Self.small)
    let receiver = try await WebhookReceiver.started()
    let webhook = try await server.addWebhook(receiver.url)
    let path = "/webhooks/\(webhook.id)"
    #expect(try await server.api().patch(path, ["status": "Paused"]).status == 200)
    let people = try await fill(server.okta()) { server.log.contains("webhook overrun") }
    await server.kill9()
    try await server.start()
    #expect(receiver.receipts.isEmpty)
    #expect(try await server.api().patch(path, ["status": "Enabled"]).status == 200)
    await expectPresentState(of: people, at: receiver)
    try await expectLiveEvents(of: people, at: receiver, through: server.okta())
    #expect(await server.stop() == .exited(0))
    await receiver.stop()
  }

  @Test func `a receiver that is away for too long stops nobody, and is told the present state`()
    async throws
  {
    let nowhere = LocalPort(listening: false)
    try await withServer { server, made in
      var owner = try TestClient("http://localhost/api", as: .nobody)
      owner.socket = server.spool.directory + "/control.sock"
      let webhook = try await owner.post(
        "/webhooks",
        [
          "deliveryUrl": JSONValue("http://127.0.0.1:\(nowhere.port)/hooks"),
          "applicationId": JSONValue(made.applicationId),
        ])
      let id = try #require(webhook["data"]?["id"]?.string)
      let okta = try TestClient(made.baseURL, as: .okta(token: made.apiToken.reveal()))
      // Kept when it is seen: the spool lets go of the line soon after.
      var seen: JSONValue?
      let people = try await fill(okta) {
        seen = try overruns(server).first
        return seen != nil
      }
      let overrun = try #require(seen)
      #expect(overrun["webhook"]?.string == id && overrun["employees"]?.int == people.count)
      #expect(try await eventually { try first(server) > 1 })

      let receiver = try await WebhookReceiver.started(port: nowhere.port)
      await expectPresentState(of: people, at: receiver)
      try await expectLiveEvents(of: people, at: receiver, through: okta)
      await receiver.stop()
    }
  }

  /// Ten people, all but the first changed over and over until the webhook is overrun; everything
  /// is taken, and the first is still there although nothing was written of him for so long.
  /// - Returns: their SCIM ids.
  private func fill(
    _ okta: TestClient, until isOverrun: () throws -> Bool
  ) async throws -> [String] {
    var ids: [String] = []
    for number in 0..<10 {
      let made = try await okta.post("/Users", OktaUser("away\(number)@example.com").creation)
      #expect(made.status == 201)
      ids.append(try #require(made["id"]?.string))
    }
    let padding = String(repeating: "x", count: 3000)
    for round in 0..<400 {
      let patch = OktaUser.patch(["title": JSONValue("\(round) \(padding)")])
      for id in ids.dropFirst() {
        #expect(try await okta.patch("/Users/\(id)", patch).status == 200)
      }
      guard try isOverrun() else { continue }
      #expect(try await okta.get("/Users/\(ids[0])")["userName"] == "away0@example.com")
      return ids
    }
    Issue.record("no webhook was overrun")
    return ids
  }

  /// The first line of `3-committed` that is still there.
  private func first(_ server: Server) throws -> UInt64 {
    try server.spool.hop(.committed).lines(from: 1, limit: 1, maxBytes: 1).first?.seq ?? 0
  }

  private func overruns(_ server: Server) throws -> [JSONValue] {
    var found: [JSONValue] = []
    try server.spool.hop(.attempts).forEachLine { line in
      if line.type == DeliveryOverrun.lineType { found.append(try JSONValue(parsing: line.data)) }
    }
    return found
  }

  private func expectPresentState(of people: [String], at receiver: WebhookReceiver) async {
    func told() -> Set<String> {
      Set(
        receiver.accepted.filter { $0.type == "employee.snapshot" }
          .compactMap { $0.event["data"]?["remoteId"]?.string })
    }
    await eventually { told() == Set(people) }
    #expect(told() == Set(people))
    for receipt in receiver.accepted where receipt.type == "employee.snapshot" {
      #expect(receipt.event["sequence"] == nil)
      #expect(receipt.event["cause"]?["reason"] == "overrun")
    }
  }

  private func expectLiveEvents(
    of people: [String], at receiver: WebhookReceiver, through okta: TestClient
  ) async throws {
    for round in 1...3 {
      let patch = OktaUser.patch(["title": JSONValue("back \(round)")])
      for id in people { #expect(try await okta.patch("/Users/\(id)", patch).status == 200) }
    }
    func titles(_ id: String) -> [String] {
      receiver.accepted.filter {
        $0.type == "employee.updated" && $0.event["data"]?["remoteId"]?.string == id
      }.compactMap { $0.event["data"]?["jobTitle"]?.string }.filter { $0.hasPrefix("back") }
    }
    for id in people {
      await eventually { titles(id).count == 3 }
      #expect(titles(id) == ["back 1", "back 2", "back 3"])
    }
  }

  private func withServer(body: (Server, FirstStart) async throws -> Void) async throws {
    let directory = TemporaryDirectory()
    let parser = CommandParser(
      root: CommandTree.root, standard: "serve", version: "", environment: [:])
    let words =
      [
        "serve", "--spool", directory.file("spool"), "--listen", "127.0.0.1:0", "--disk-reserve",
        "1MiB", "--allow-webhook-net", "127.0.0.0/8",
      ] + Self.small
    guard case .run(let invocation) = parser.parse(words) else { throw ExitCode.usage }
    var settings = try Settings(invocation)
    settings.breaker.first = .milliseconds(50)
    let server = try Server(settings, log: .silent)
    try await withThrowingTaskGroup { group in
      group.addTask { try await server.runStages() }
      do {
        try await body(server, try #require(try await server.begin()))
      } catch {
        Issue.record(error)
      }
      await server.stop()
      try await group.waitForAll()
    }
    server.close()
  }
}
