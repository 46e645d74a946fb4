import Testing
import Transport

@testable import Actors

@Suite("What an erased person leaves behind in the state")
struct StoreErasureTests {
  private static func erase(_ id: String, _ pipeline: MiniaturePipeline) async throws {
    let (person, erasure) = try await begin(id, pipeline)
    let seen = await pipeline.store.release(person, erasure)
    let sealed = pipeline.store.committed.lastSeq
    let last = await pipeline.store.forget(person, seen: seen, sealed: sealed, erasure)
    #expect(last?.isNamed == false)
    #expect(await pipeline.store.forget(person, seen: seen, sealed: sealed, erasure) == nil)
    try await pipeline.store.administer(
      [.erasureFinished(employeeId: person.employeeId)], request: "req_erase")
  }

  private static func begin(
    _ id: String, _ pipeline: MiniaturePipeline
  ) async throws -> (ErasedPerson, Erasure) {
    let row = try #require(
      pipeline.store.read {
        $0.row(ResourceKey(connection: "cnx_1", type: "Users", id: id))
      })
    let now = Timestamp.now
    let erasure = Erasure(
      id: row.recordId, consumerId: "csm_1", request: "req_erase", at: now, erasedBy: now,
      isAtOnce: false)
    try await pipeline.store.administer([.erasureBegun(erasure)], request: "req_erase")
    return (try #require(pipeline.store.read { $0.person(row.recordId) }), erasure)
  }

  /// Somebody with so many reports, being erased.
  private static func boss(
    reports: Int, _ pipeline: MiniaturePipeline
  ) async throws -> (ErasedPerson, Erasure) {
    let boss = await pipeline.send("POST", "/Users", ManagersTests.user("boss@example.com"))
    for number in 0..<reports {
      _ = await pipeline.send(
        "POST", "/Users", ManagersTests.user("r\(number)@example.com", manager: "boss@example.com"))
    }
    return try await begin(try #require(boss.json["id"]?.string), pipeline)
  }

  @Test func `the last event's sequence goes on from those of others right before it`()
    async throws
  {
    try await GroupsTests.run { pipeline in
      let (person, erasure) = try await Self.boss(reports: 3, pipeline)
      let last = await pipeline.store.forget(person, seen: 0, sealed: .max, erasure)
      #expect(last?.isNamed == true)
      let events = try await pipeline.events()
      #expect(events.compactMap { $0["sequence"]?.int } == Array(1...events.count))
      #expect(events.last?["type"] == "employee.erased")
    }
  }

  @Test func `events of others name nobody who is erased, and are else what was committed`()
    async throws
  {
    try await GroupsTests.run { pipeline in
      let (_, _) = try await Self.boss(reports: 1, pipeline)
      let (committed, _) = try await pipeline.tail.outcomes(from: 1, limit: 100)
      let (told, _) = try await pipeline.store.withoutErased(pipeline.tail)
        .outcomes(from: 1, limit: 100)
      #expect(told.map(\.seq) == committed.map(\.seq))
      let (before, after) = (committed.flatMap(\.events), told.flatMap(\.events))
      #expect(before.map(\.id) == after.map(\.id))
      let index = try #require(
        before.firstIndex { String(decoding: $0.body, as: UTF8.self).contains("r0@example") })
      let was = try JSONValue(parsing: before[index].body)["data"]
      let (manager, data) = (was?["manager"], try JSONValue(parsing: after[index].body)["data"])
      #expect(manager?["email"] == "boss@example.com")
      #expect(data?["manager"]?["id"] == manager?["id"] && manager?["id"]?.string != nil)
      #expect(data?["manager"]?["email"] == .null && data?["manager"]?["name"] == .null)
      #expect(!String(decoding: after[index].body, as: UTF8.self).contains("boss@"))
      #expect(data?["username"] == was?["username"])
    }
  }

  @Test func `who is named as a manager by nothing but what people say is forgotten, too`()
    async throws
  {
    try await GroupsTests.run { pipeline in
      let boss = await pipeline.send("POST", "/Users", ManagersTests.user("boss@example.com"))
      let managers: [JSONValue] = [
        ["displayName": "barbara JENSEN"],
        ["value": "nobody-has-this", "displayName": "Barbara Jensen"],
      ]
      var paths: [String] = []
      for (number, manager) in managers.enumerated() {
        var more = JSONObject()
        more[SCIMSchema.enterpriseUser.id] = ["manager": manager]
        more["name"] = ["givenName": "Some", "familyName": "Other"]
        let made = await pipeline.send(
          "POST", "/Users", MiniaturePipeline.user("r\(number)@example.com", more: more))
        paths.append("/Users/\(made.json["id"]?.string ?? "")")
      }
      try await Self.erase(try #require(boss.json["id"]?.string), pipeline)
      for path in paths {
        let left = await pipeline.send("GET", path).json
        #expect(left["userName"] != nil && !left.text.lowercased().contains("jensen"))
      }
    }
  }

  @Test func `many who changed meanwhile are looked at while others have their turns`()
    async throws
  {
    try await GroupsTests.run { pipeline in
      let (person, erasure) = try await Self.boss(reports: 220, pipeline)
      let last = await pipeline.store.forget(person, seen: 0, sealed: .max, erasure)
      #expect(last?.isNamed == false)
    }
  }

  @Test func `a line of the person behind the seal is noticed`() async throws {
    try await GroupsTests.run { pipeline in
      let (person, erasure) = try await Self.boss(reports: 0, pipeline)
      let last = await pipeline.store.forget(person, seen: 0, sealed: 1, erasure)
      #expect(last?.isNamed == true)
    }
  }

  @Test func `nothing that is owed is told of somebody who is being erased`() async throws {
    try await GroupsTests.run { pipeline in
      let made = await pipeline.send(
        "POST", "/Users", ManagersTests.user("x@example.com", manager: "late@example.com"))
      let (person, _) = try await Self.begin(try #require(made.json["id"]?.string), pipeline)
      _ = await pipeline.send("POST", "/Users", ManagersTests.user("late@example.com"))
      try await GroupsTests.settled(pipeline)
      let told = try await pipeline.events().filter {
        $0["data"]?["id"]?.string == person.employeeId
      }
      #expect(told.compactMap { $0["type"]?.string } == ["employee.created"])
    }
  }

  @Test func `what is sent of somebody who is being erased is not even taken in`() async throws {
    try await GroupsTests.run { pipeline in
      let (person, erasure) = try await Self.boss(reports: 0, pipeline)
      let path = "/Users/\(person.remoteId)"
      func expectRefused() async throws {
        let before = try pipeline.lines(of: 0).count
        let user = ManagersTests.user("boss@example.com")
        #expect(await pipeline.send("PUT", path, user).status == 404)
        #expect(await pipeline.send("DELETE", path).status == 404)
        #expect(try pipeline.lines(of: 0).count == before)
      }
      try await expectRefused()
      _ = await pipeline.store.forget(person, seen: 0, sealed: .max, erasure)
      try await expectRefused()
    }
  }

  @Test(arguments: [false, true])
  func `ids are left, events say no more, and nobody is recognised again`(isDeleted: Bool)
    async throws
  {
    try await GroupsTests.run { pipeline in
      let boss = await pipeline.send(
        "POST", "/Users", ManagersTests.user("boss@example.com", externalId: "00uBOSS"))
      let id = try #require(boss.json["id"]?.string)
      _ = await pipeline.send(
        "POST", "/Users", ManagersTests.user("a@example.com", manager: "boss@example.com"))
      if isDeleted {
        #expect(await pipeline.send("DELETE", "/Users/\(id)").status == 204)
        try await GroupsTests.settled(pipeline)
      }
      let before = try await pipeline.events().count
      try await Self.erase(id, pipeline)
      let events = try await pipeline.events().dropFirst(before)
      #expect(events.compactMap { $0["type"]?.string } == ["employee.updated", "employee.erased"])
      for event in events {
        let text = String(decoding: event.bytes, as: UTF8.self)
        #expect(!text.contains("boss@") && !text.contains("Barbara Jensen, boss"), "\(text)")
      }
      #expect(events.first?["cause"]?["reason"] == "manager_erased")
      #expect(events.last?["data"]?["remoteId"]?.string == id)
      #expect(await pipeline.send("GET", "/Users/\(id)").status == 404)
      #expect(await pipeline.send("DELETE", "/Users/\(id)").status == 404)
      let again = await pipeline.send(
        "POST", "/Users", ManagersTests.user("boss@example.com", externalId: "00uBOSS"))
      #expect(again.status == 201 && again.json["id"]?.string != id)
    }
  }

  @Test func `a name that another has, too, goes on meaning that one`() async throws {
    try await GroupsTests.run { pipeline in
      let first = await pipeline.send(
        "POST", "/Users", ManagersTests.user("x@example.com", externalId: "twin"))
      _ = await pipeline.send(
        "POST", "/Users", ManagersTests.user("y@example.com", externalId: "twin"))
      _ = await pipeline.send(
        "POST", "/Users", ManagersTests.user("a@example.com", manager: "twin"))
      try await Self.erase(try #require(first.json["id"]?.string), pipeline)
      try await GroupsTests.settled(pipeline)
      let last = try #require(try await pipeline.events().last)
      #expect(last["data"]?["username"] == "a@example.com")
      #expect(last["data"]?["manager"]?["resolved"] == true)
    }
  }
}
