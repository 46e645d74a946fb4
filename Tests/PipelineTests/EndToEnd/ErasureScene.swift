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
  /// Whatever tells of the person; no two of them occur for another reason.
  static let secrets = [
    address, "zelda.quuxington@erase.example", "zquux@home.example", "Zelda", "Quuxington",
    "Zeldarina", "00uQUUXEXTERNAL", "E-7319-QUUX", "+49 30 7319 0001", "Quuxstrasse 7",
    "quux-custom-value", "https://photos.example/zelda-quux.png",
  ]

  let server: TestServer
  let person: Ids
  let reports: [Ids]
  let leaver: Ids
  let group: String
  private let away: WebhookReceiver
  private let listener: WebhookReceiver
  let secret: String
  private let clients: Mutex<(okta: TestClient, consumer: TestClient, application: TestClient)>

  var okta: TestClient { clients.withLock { $0.okta } }
  var consumer: TestClient { clients.withLock { $0.consumer } }
  var application: TestClient { clients.withLock { $0.application } }

  private init(
    _ server: TestServer, _ person: Ids, _ reports: [Ids], _ leaver: Ids, _ group: String,
    _ away: WebhookReceiver, _ listener: WebhookReceiver, secret: String,
    _ clients: (TestClient, TestClient, TestClient)
  ) {
    (self.server, self.person, self.reports, self.leaver) = (server, person, reports, leaver)
    (self.group, self.away, self.listener, self.secret) = (group, away, listener, secret)
    self.clients = Mutex((clients.0, clients.1, clients.2))
  }
}

// MARK: - Setting it

extension ErasureScene {
  static func set(arguments: [String] = []) async throws -> ErasureScene {
    let server = try await TestServer.started(arguments)
    let away = try await WebhookReceiver.started { _ in 500 }
    let listener = try await WebhookReceiver.started()
    let made = try server.made
    let (consumer, application) = (
      try await server.api(consumer: made.consumerId), try await server.api()
    )
    let secret = try await webhooks(application, away: away.url, listener: listener.url)
    let okta = try server.okta()
    let ids = { (answer: TestAnswer) async throws -> Ids in
      let scim = try #require(answer["id"]?.string, "\(answer)")
      let list = try await consumer.get("/hris/employees?includeDeleted=true&limit=1000")
      let found = list["data"]?.array?.first { $0["remoteId"]?.string == scim }
      return Ids(employee: try #require(found?["id"]?.string), scim: scim)
    }
    let boss = try await ids(okta.post("/Users", Self.user("boss@erase.example")))
    let person = try await ids(okta.post("/Users", Self.person(manager: boss.scim)))
    var reports: [Ids] = []
    for (number, manager) in [person.scim, address.uppercased(), "E-7319-QUUX", "00uQUUXEXTERNAL"]
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
      server, person, reports, leaver, group["id"]?.string ?? "", away, listener, secret: secret,
      (okta, consumer, application))
    try await scene.makeLetters()
    try await scene.tear()
    return scene
  }

  /// One that gives up at once, one that waits for hours, one that is paused, one that takes all.
  private static func webhooks(
    _ application: TestClient, away: String, listener: String
  ) async throws -> String {
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
    let paused = try await add(listener + "/paused", nil)
    let id = try #require(paused["data"]?["id"]?.string)
    #expect(
      try await application.patch("/webhooks/\(id)", ["status": "Paused"]).status == 200)
    return try #require(try await add(listener, nil)["data"]?["signingSecret"]?.string)
  }

  private static func user(_ name: String, manager: String? = nil) -> JSONValue {
    var json: JSONObject = OktaUser(name).creation.object ?? JSONObject()
    guard let manager else { return .object(json) }
    json["schemas"] = [
      "urn:ietf:params:scim:schemas:core:2.0:User",
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    ]
    json["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] = [
      "department": "Works", "manager": ["value": JSONValue(manager), "displayName": "Zeldarina"],
    ]
    return .object(json)
  }

  private static func person(manager: String) -> JSONValue {
    [
      "schemas": [
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "urn:example:params:custom",
      ],
      "userName": JSONValue(address), "externalId": "00uQUUXEXTERNAL", "active": true,
      "name": ["givenName": "Zelda", "familyName": "Quuxington"], "displayName": "Zeldarina",
      "emails": [
        ["value": JSONValue(address), "type": "work", "primary": true],
        ["value": "zquux@home.example", "type": "home"],
      ],
      "phoneNumbers": [["value": "+49 30 7319 0001", "type": "work"]],
      "addresses": [["type": "home", "streetAddress": "Quuxstrasse 7", "locality": "Berlin"]],
      "photos": [["value": "https://photos.example/zelda-quux.png", "type": "photo"]],
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": [
        "employeeNumber": "E-7319-QUUX", "department": "Works",
        "manager": ["value": JSONValue(manager)],
      ],
      "urn:example:params:custom": ["note": "quux-custom-value"],
    ]
  }

  private static func group(_ person: String, _ other: String) -> JSONValue {
    [
      "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Works",
      "members": [
        ["value": JSONValue(person), "display": "Zelda Quuxington"],
        ["value": JSONValue(other), "display": "Report"],
      ],
    ]
  }

  /// Waits until letters of the person and of somebody who reports to it lie there.
  private func makeLetters() async throws {
    let isThere = try await eventually {
      let letters = try await application.get("/dead-letters?limit=1000")
      let text = letters.text
      return text.contains(person.employee) && text.contains(reports[0].employee)
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
    #expect(await server.stop() == .exited(0))
    await away.stop()
    await listener.stop()
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
      listener.accepted.filter { $0.type == "employee.erased" }
    }
    #expect(await eventually { !told().isEmpty })
    let data = try #require(told().first?.event["data"])
    #expect(data["id"]?.string == person.employee && data["erased"] == true)
    let after = listener.receipts.filter { $0.at >= told()[0].at && $0.employee == person.employee }
    for receipt in after {
      let text = String(decoding: receipt.body, as: UTF8.self)
      for secret in Self.secrets { #expect(!text.contains(secret), "\(secret) in \(text)") }
    }
    try listener.expectSound(secret: secret)
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
