import Foundation
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// A server that holds somebody in every way it can hold anybody.
final class ErasureScene: Sendable {
  struct Ids: Sendable {
    let employee: String
    let scim: String
  }

  static let address = "Zelda.Quuxington@erase.example"
  /// Of the person, and of somebody of another customer: it is none of the secrets.
  static let number = "100173"
  /// Whatever tells of the person; no two of them occur for another reason.
  static let secrets = [
    address, "zelda.quuxington@erase.example", "zquux@home.example", "Zelda", "Quuxington",
    "Zeldarina", "00uQUUXEXTERNAL", "+49 30 7319 0001", "Quuxstrasse 7",
    "quux-custom-value", "https://photos.example/zelda-quux.png",
  ]

  let server: TestServer
  let person: Ids
  let reports: [Ids]
  let leaver: Ids
  let group: String
  let neighbour: ErasureNeighbour
  /// The `X-Request-Id` of the person's POST.
  let creation: String
  private let slowWebhook: String
  private let receivers: ErasureReceivers
  let secret: String
  private let clients: Mutex<(okta: TestClient, consumer: TestClient, application: TestClient)>

  var okta: TestClient { clients.withLock { $0.okta } }
  var consumer: TestClient { clients.withLock { $0.consumer } }
  var application: TestClient { clients.withLock { $0.application } }

  private init(
    _ server: TestServer, _ person: Ids, _ reports: [Ids], _ leaver: Ids, _ group: String,
    _ neighbour: ErasureNeighbour, creation: String, _ receivers: ErasureReceivers,
    webhooks: (secret: String, slow: String),
    _ clients: (TestClient, TestClient, TestClient)
  ) {
    (self.server, self.person, self.reports, self.leaver) = (server, person, reports, leaver)
    (self.group, self.neighbour, self.creation) = (group, neighbour, creation)
    (self.receivers, secret, slowWebhook) = (receivers, webhooks.secret, webhooks.slow)
    self.clients = Mutex((clients.0, clients.1, clients.2))
  }
}

// MARK: - Setting it

extension ErasureScene {
  static func set(arguments: [String] = []) async throws -> ErasureScene {
    let server = try await TestServer.started(arguments)
    let receivers = try await ErasureReceivers()
    let made = try server.made
    let (consumer, application) = (
      try await server.api(consumer: made.consumerId), try await server.api()
    )
    let webhooks = try await Self.webhooks(application, receivers)
    let okta = try server.okta()
    let ids = { (answer: TestAnswer) async throws -> Ids in
      let scim = try #require(answer["id"]?.string, "\(answer)")
      let list = try await consumer.get("/hris/employees?includeDeleted=true&limit=1000")
      let found = list["data"]?.array?.first { $0["remoteId"]?.string == scim }
      return Ids(employee: try #require(found?["id"]?.string), scim: scim)
    }
    // First, as webhooks that fail too often rest before all of the letters are there.
    let neighbour = try await ErasureNeighbour.settled(on: server, application, number: number)
    let boss = try await ids(okta.post("/Users", Self.user("boss@erase.example")))
    let created = try await okta.post("/Users", Self.person(manager: boss.scim))
    let person = try await ids(created)
    for path in [OktaUser.filter(address), search(number: number)] {
      #expect(try await okta.get(path).resources.count == 1)
    }
    var reports: [Ids] = []
    for (number, manager) in [person.scim, address.uppercased(), number, "00uQUUXEXTERNAL"]
      .enumerated()
    {
      reports.append(
        try await ids(
          okta.post("/Users", Self.user("report\(number)@erase.example", manager: manager))))
    }
    let leaver = try await ids(
      okta.post("/Users", Self.user("leaver@erase.example", manager: address)))
    #expect(try await okta.delete("/Users/\(leaver.scim)").status == 204)
    let group = try await okta.post("/Groups", Self.group(person.scim, reports[0].scim))
    #expect(group.status == 201, "\(group)")
    for title in ["One", "Two"] {
      let patch = OktaUser.patch(["title": JSONValue(title)])
      #expect(try await okta.patch("/Users/\(person.scim)", patch).status == 200)
    }
    let scene = ErasureScene(
      server, person, reports, leaver, group["id"]?.string ?? "", neighbour,
      creation: created.fields["X-Request-Id"] ?? "", receivers, webhooks: webhooks,
      (okta, consumer, application))
    try await scene.makeLetters()
    try await scene.tear()
    return scene
  }

  /// The look-up of somebody by an employee number.
  static func search(number: String) -> String {
    "/Users?filter=urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber"
      + "%20eq%20%22\(number)%22"
  }

  /// One that gives up at once, one that waits for hours, one that is paused, one that takes all,
  /// and one that is slow to say that it takes nothing.
  private static func webhooks(
    _ application: TestClient, _ receivers: ErasureReceivers
  ) async throws -> (secret: String, slow: String) {
    let (away, listener) = (receivers.away.url, receivers.listener.url)
    let events: JSONValue = ["employee.*", "group.*"]
    func add(_ url: String, _ settings: JSONValue) async throws -> TestAnswer {
      let answer = try await application.post(
        "/webhooks",
        ["deliveryUrl": JSONValue(url), "events": events, "settings": settings])
      #expect(answer.status == 201, "\(answer)")
      return answer
    }
    _ = try await add(away, ["retries": ["0s"]])
    _ = try await add(away + "/later", ["retries": ["0s", "10h"]])
    let slow = try await add(receivers.slow.url, ["retries": ["0s"]])
    let paused = try await add(listener + "/paused", nil)
    let id = try #require(paused["data"]?["id"]?.string)
    #expect(
      try await application.patch("/webhooks/\(id)", ["status": "Paused"]).status == 200)
    return (
      try #require(try await add(listener, nil)["data"]?["signingSecret"]?.string),
      try #require(slow["data"]?["id"]?.string)
    )
  }

  /// Waits until letters of the person and of somebody who reports to it lie there.
  private func makeLetters() async throws {
    let isThere = try await eventually {
      let letters = try await application.get("/dead-letters?limit=1000")
      let text = letters.text
      return [person, reports[0]].allSatisfy { text.contains($0.employee) }
        && text.contains(neighbour.employee)
    }
    #expect(isThere)
  }

  /// A crash in the middle of a line about the person.
  private func tear() async throws {
    await server.kill9()
    for hop in ["1-accepted", "2-mapped", "4-attempts"] {
      let directory = server.spool + "/" + hop
      let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
      let path = directory + "/" + (try #require(names.last { $0.hasSuffix(".jsonl") }))
      let handle = try #require(FileHandle(forWritingAtPath: path))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data(#"{"v":1,"x":"Zelda Quuxington","mail":"zquux@ho"#.utf8))
      try handle.close()
    }
    try await server.start()
    try await renew()
    let torn = try FileManager.default.contentsOfDirectory(atPath: server.spool + "/torn")
    #expect(torn.count >= 3)
  }

  /// New clients for the port and the tokens of this start.
  func renew() async throws {
    let made = try server.made
    let fresh = (
      try server.okta(), try await server.api(consumer: made.consumerId), try await server.api()
    )
    clients.withLock { $0 = fresh }
  }

  func end() async {
    receivers.openGate()
    #expect(await server.stop() == .exited(0))
    await receivers.stop()
  }
}

// MARK: - Erasing

extension ErasureScene {
  func erase() async throws -> TestAnswer {
    try await consumer.delete("/hris/employees/\(person.employee)?erase=true")
  }

  /// - Returns: the status, 0 when there was no answer.
  func eraseNow() async -> Int {
    let answer = try? await server.owner().post(
      "/owner/employees/\(person.employee)/erase", ["now": true])
    return answer?.status ?? 0
  }

  func pending() async throws -> Int {
    try await server.owner().get("/owner/erasures")["data"]?.array?.count ?? -1
  }

  func feedStart() async throws -> String {
    let page = try await application.get("/events?limit=1")
    return try #require(page["meta"]?["next"]?.string)
  }

  /// What an identity provider that knows of nothing goes on sending, until it is told.
  func push() async throws {
    let patch = OktaUser.patch(["title": "Zelda Quuxington's chair", "nickName": "Zeldarina"])
    #expect(
      try await eventually(within: .seconds(60)) {
        try await okta.patch("/Users/\(person.scim)", patch).status == 404
      })
  }

  /// Attempts that began before end badly now, and are given up.
  func endSlowAttempts() async throws {
    receivers.openGate()
    #expect(await eventually { !receivers.slow.receipts.filter { $0.status != nil }.isEmpty })
    #expect(await eventually { slowLetters().count >= 2 })
  }

  /// Names of letters to the webhook that is slow.
  private func slowLetters() -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: server.spool + "/dead")
    return (names ?? []).filter { $0.hasPrefix(slowWebhook) && $0.hasSuffix(".json") }
  }
}

// MARK: - What must hold afterwards

extension ErasureScene {
  /// Where `spool verify --absent` finds any of the secrets.
  func found() async throws -> [String] {
    let list = server.directory.file("secrets")
    try Self.secrets.joined(separator: "\n").write(
      toFile: list, atomically: true, encoding: .utf8)
    let (ending, output) = try await runProgram([
      "spool", "verify", "--absent", list, "--spool", server.spool,
    ])
    if ending == .exited(0) { return [] }
    #expect(ending == .exited(2), "\(output)")
    return output.split(separator: "\n").map(String.init)
  }

  /// Where in the files beside the hops and the snapshots any of the secrets is found.
  func foundBeside() async throws -> [String] {
    try await found().filter { line in
      ["dead/", "torn/", "requests/", "cursors/"].contains { line.contains($0) }
    }
  }

  /// Whoever asks for calls that are kept hears ids alone.
  func expectIdsOnly() async throws {
    let list = try await application.get("/requests?limit=100").text
    let trace = try await application.get("/requests/\(creation)")
    #expect(trace["data"]?["erased"] == true && trace["data"]?["body"] == .null, "\(trace)")
    // Events of reports were committed with the manager's name.
    let feed = try await application.get("/events?limit=1000")
    #expect(
      feed["data"]?.array?.contains { $0["data"]?["id"]?.string == reports[0].employee } == true)
    for secret in Self.secrets {
      #expect(!list.contains(secret) && !trace.text.contains(secret), "\(secret)")
      #expect(!feed.text.contains(secret), "\(secret)")
    }
  }

  func expectForgotten() async throws {
    #expect(try await okta.get("/Users/\(person.scim)").status == 404)
    let gone = try await consumer.get("/hris/employees/\(person.employee)")
    #expect(gone.status == 404 && gone.text.contains("was erased"), "\(gone)")
    let list = try await consumer.get("/hris/employees?includeDeleted=true&limit=1000").text
    for secret in Self.secrets { #expect(!list.contains(secret), "\(secret)") }
    for report in reports {
      let employee = try await consumer.get("/hris/employees/\(report.employee)")
      #expect(employee["data"]?["manager"] == .null, "\(employee)")
      let resource = try await okta.get("/Users/\(report.scim)").text
      #expect(!resource.contains("manager"), "\(resource)")
    }
    let left = try await consumer.get("/hris/employees/\(leaver.employee)")
    #expect(left["data"]?["manager"] == .null && left["data"]?["deleted"] == true)
    let group = try await okta.get("/Groups/\(group)")
    #expect(group["members"]?.array?.compactMap { $0["value"]?.string } == [reports[0].scim])
  }

  /// Whoever listened hears of it, with ids alone; whoever lagged is sent nothing of the person.
  func expectTold() async throws {
    func told() -> [WebhookReceiver.Receipt] {
      receivers.listener.accepted.filter { $0.type == "employee.erased" }
    }
    #expect(await eventually { !told().isEmpty })
    let data = try #require(told().first?.event["data"])
    #expect(data["id"]?.string == person.employee && data["erased"] == true)
    let after = receivers.listener.receipts.filter {
      $0.at >= told()[0].at && $0.employee == person.employee
    }
    for receipt in after {
      let text = String(decoding: receipt.body, as: UTF8.self)
      for secret in Self.secrets { #expect(!text.contains(secret), "\(secret) in \(text)") }
    }
    try receivers.listener.expectSound(secret: secret)
  }

  /// The program's own fold and a reader that shares no code with it agree, and all is sound.
  func expectSameState() async throws {
    let (_, own) = try await runProgram(["spool", "state-hash", "--spool", server.spool])
    let reader = #filePath.replacing(
      "PipelineTests/EndToEnd/ErasureScene.swift", with: "Crash/spool_reader.py")
    let directory = TemporaryDirectory()
    func python(_ words: [String]) async throws -> (ChildProcess.Ending?, String) {
      let child = try ChildProcess(
        program: "/usr/bin/env", words: ["python3", reader] + words,
        environment: TestServer.environment, output: directory.file("output"))
      let ending = await child.ending(within: .seconds(60))
      return (ending, String(decoding: directory.read("output") ?? [], as: UTF8.self))
    }
    let (_, other) = try await python(["state-hash", server.spool])
    #expect(own.contains(other.split(separator: "\n").last ?? "-"), "\(own) \(other)")
    let (verdict, words) = try await python(["verify", server.spool])
    #expect(verdict == .exited(0), "\(words)")
  }

  /// The same names again are somebody else.
  func expectNewcomer() async throws {
    let answer = try await okta.post("/Users", Self.person(manager: reports[0].scim))
    #expect(answer.status == 201, "\(answer)")
    #expect(answer["id"]?.string != person.scim)
  }
}
