import Testing
import Transport

@testable import Actors

@Suite("What an erased person leaves behind in the state")
struct StoreErasureTests {
  private static func erase(_ id: String, _ pipeline: MiniaturePipeline) async throws {
    let row = try #require(
      pipeline.store.read {
        $0.row(ResourceKey(connection: "cnx_1", type: "Users", id: id))
      })
    let now = Timestamp.now
    let erasure = Erasure(
      id: row.recordId, consumerId: "csm_1", request: "req_erase", at: now, erasedBy: now,
      isAtOnce: false)
    try await pipeline.store.administer([.erasureBegun(erasure)], request: "req_erase")
    let person = try #require(pipeline.store.read { $0.person(row.recordId) })
    let seen = await pipeline.store.release(person, erasure)
    let last = await pipeline.store.forget(person, seen: seen, erasure)
    #expect(last?.isNamed == false)
    #expect(await pipeline.store.forget(person, seen: seen, erasure) == nil)
    try await pipeline.store.administer(
      [.erasureFinished(employeeId: row.recordId)], request: "req_erase")
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
