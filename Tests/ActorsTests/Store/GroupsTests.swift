import Testing
import Transport

@testable import Actors

@Suite("Groups, and who belongs to them")
struct GroupsTests {
  @Test func `a new group is answered whole and told to applications`() async throws {
    try await Self.run { pipeline in
      let user = try await Self.user("a@example.com", pipeline)
      let answer = await pipeline.send(
        "POST", "/Groups", Self.group("Engineering", members: [user.id], externalId: "g1"))
      #expect(answer.status == 201)
      #expect(answer.json["members"]?.array?.map { $0["value"]?.string } == [user.id])
      #expect(answer.fields["ETag"] == "W/\"1\"")
      let events = try await pipeline.events()
      #expect(
        events.map { $0["type"]?.string } == [
          "employee.created", "group.created", "group.member_added",
        ])
      #expect(events.compactMap { $0["sequence"]?.int } == [1, 2, 3])
      let data = try #require(events.last?["data"])
      #expect(data["name"] == "Engineering" && data["externalId"] == "g1")
      #expect(data["members"]?.array?.map { $0["id"] } == [user.employee["id"]])
      #expect(events[1]["data"]?["members"] == nil)
    }
  }

  @Test func `a member's groups are shown with the user and with the employee`() async throws {
    try await Self.run { pipeline in
      let user = try await Self.user("a@example.com", pipeline)
      let group = await pipeline.send(
        "POST", "/Groups", Self.group("Engineering", members: [user.id]))
      let groupId = try #require(group.json["id"]?.string)
      let shown = await pipeline.send("GET", "/Users/\(user.id)").json
      #expect(shown["groups"]?.array?.map { $0["value"]?.string } == [groupId])
      #expect(shown["groups"]?.array?.map { $0["display"] } == ["Engineering"])
      let key = ResourceKey(connection: "cnx_1", type: "Users", id: user.id)
      #expect(pipeline.store.read { $0.groups(of: key) }.map(\.name) == ["Engineering"])
    }
  }

  @Test func `a PATCH of members writes only them and is answered without the group`() async throws
  {
    try await Self.run { pipeline in
      let users = try await Self.users(40, pipeline)
      let group = await pipeline.send(
        "POST", "/Groups", Self.group("Large", members: users.map(\.id)))
      let path = "/Groups/\(group.json["id"]?.string ?? "")"
      let other = try await Self.user("late@example.com", pipeline)
      let answer = await pipeline.send("PATCH", path, Self.add([other.id]))
      #expect(answer.status == 204 && answer.json == .null)
      let line = try #require(try pipeline.lines(of: 2).last)
      let data = try JSONValue(parsing: line.data)
      #expect(data["resource"]?["members"] == nil)
      #expect(data["members"]?["added"]?.array?.count == 1)
      #expect(data["version"] == 2)
      let named = await pipeline.send("PATCH", path + "?attributes=displayName", Self.add(["x"]))
      #expect(named.status == 200 && named.json["displayName"] == "Large")
      #expect(named.json["members"] == nil)
    }
  }

  @Test func `adding who is there and removing who is not changes nothing`() async throws {
    try await Self.run { pipeline in
      let users = try await Self.users(2, pipeline)
      let group = await pipeline.send("POST", "/Groups", Self.group("One", members: [users[0].id]))
      let path = "/Groups/\(group.json["id"]?.string ?? "")"
      let count = try await pipeline.events().count
      #expect(await pipeline.send("PATCH", path, Self.add([users[0].id])).status == 204)
      #expect(await pipeline.send("PATCH", path, Self.remove(users[1].id)).status == 204)
      let same = await pipeline.send("GET", path)
      #expect(same.json["meta"] == group.json["meta"])
      #expect(try await pipeline.events().count == count)
    }
  }

  @Test func `a PUT is told by who came and who went`() async throws {
    try await Self.run { pipeline in
      let users = try await Self.users(3, pipeline)
      let group = await pipeline.send(
        "POST", "/Groups", Self.group("Three", members: [users[0].id, users[1].id]))
      let path = "/Groups/\(group.json["id"]?.string ?? "")"
      let before = try await pipeline.events().count
      let answer = await pipeline.send(
        "PUT", path, Self.group("3", members: [users[1].id, users[2].id, users[2].id]))
      #expect(answer.status == 200)
      #expect(Set(Self.values(answer.json)) == [users[1].id, users[2].id])
      let events = try await pipeline.events().dropFirst(before)
      #expect(
        events.map { $0["type"]?.string } == [
          "group.updated", "group.member_added", "group.member_removed",
        ])
      #expect(events.first?["previous"]?["name"] == "Three")
      #expect(events.last?["data"]?["members"]?.array?.first?["remoteId"]?.string == users[0].id)
    }
  }

  @Test func `a member nobody knows is echoed, and joins when it arrives`() async throws {
    try await Self.run { pipeline in
      let group = await pipeline.send("POST", "/Groups", Self.group("Early", members: ["00u9"]))
      let path = "/Groups/\(group.json["id"]?.string ?? "")"
      #expect(Self.values(group.json) == ["00u9"])
      #expect(try await pipeline.events().map { $0["type"]?.string } == ["group.created"])
      let user = try await Self.user("a@example.com", externalId: "00u9", pipeline)
      try await Self.settled(pipeline)
      let last = try #require(try await pipeline.events().last)
      #expect(last["type"] == "group.member_added")
      #expect(last["data"]?["members"]?.array?.first?["id"] == user.employee["id"])
      #expect(last["cause"]?["requestId"] != nil && last["cause"]?["method"] == nil)
      let shown = await pipeline.send("GET", path)
      #expect(Self.values(shown.json) == ["00u9"] && shown.json["meta"] == group.json["meta"])
      #expect(
        await pipeline.send("GET", "/Users/\(user.id)").json["groups"]?.array?.count == 1)
    }
  }

  @Test func `a deleted user is a member no more`() async throws {
    try await Self.run { pipeline in
      let users = try await Self.users(2, pipeline)
      let group = await pipeline.send(
        "POST", "/Groups", Self.group("Two", members: users.map(\.id)))
      let path = "/Groups/\(group.json["id"]?.string ?? "")"
      #expect(await pipeline.send("DELETE", "/Users/\(users[0].id)").status == 204)
      try await Self.settled(pipeline)
      let shown = await pipeline.send("GET", path)
      #expect(Self.values(shown.json) == [users[1].id])
      #expect(shown.fields["ETag"] == "W/\"2\"")
      #expect(try await pipeline.events().last?["type"] == "group.member_removed")
    }
  }

  @Test func `groups within groups are kept`() async throws {
    try await Self.run { pipeline in
      let inner = await pipeline.send("POST", "/Groups", Self.group("Inner", members: []))
      let id = try #require(inner.json["id"]?.string)
      let outer = await pipeline.send("POST", "/Groups", Self.group("Outer", members: [id]))
      #expect(Self.values(outer.json) == [id])
      let members = try await pipeline.events().last?["data"]?["members"]?.array
      #expect(members?.first?["type"] == "group")
      _ = await pipeline.send("DELETE", "/Groups/\(id)")
      try await Self.settled(pipeline)
      let path = "/Groups/\(outer.json["id"]?.string ?? "")"
      #expect(Self.values(await pipeline.send("GET", path).json) == [])
    }
  }

  @Test func `the same group twice is 409, one of another externalId is not`() async throws {
    try await Self.run { pipeline in
      let group = Self.group("Sales", members: [], externalId: "g1")
      #expect(await pipeline.send("POST", "/Groups", group).status == 201)
      let again = await pipeline.send("POST", "/Groups", group)
      #expect(again.status == 409 && again.json["scimType"] == "uniqueness")
      let other = Self.group("SALES", members: [], externalId: "g2")
      #expect(await pipeline.send("POST", "/Groups", other).status == 201)
    }
  }

  @Test func `a connection that asks for it gets an employee update with its groups`()
    async throws
  {
    try await Self.run { pipeline in
      var connection = try #require(pipeline.store.view.current.connections["cnx_1"])
      connection.settings["membershipUpdatesEmployees"] = true
      try await pipeline.store.administer([.connectionUpdated(connection)], request: "req_s")
      let user = try await Self.user("a@example.com", pipeline)
      _ = await pipeline.send("POST", "/Groups", Self.group("Eng", members: [user.id]))
      try await Self.settled(pipeline)
      let last = try #require(try await pipeline.events().last)
      #expect(last["type"] == "employee.updated" && last["changedFields"] == ["groups"])
      #expect(last["data"]?["groups"]?.array?.first?["name"] == "Eng")
      #expect(last["previous"]?["groups"] == [])
    }
  }

  @Test func `a person who is named otherwise neither leaves nor comes`() async throws {
    try await Self.run { pipeline in
      let user = try await Self.user("a@example.com", externalId: "00u1", pipeline)
      let group = await pipeline.send("POST", "/Groups", Self.group("G", members: [user.id]))
      let path = "/Groups/\(group.json["id"]?.string ?? "")"
      let count = try await pipeline.events().count
      let answer = await pipeline.send("PUT", path, Self.group("G", members: ["00u1"]))
      #expect(answer.status == 200)
      #expect(try await pipeline.events().count == count)
      let shown = await pipeline.send("GET", "/Users/\(user.id)").json
      #expect(shown["groups"]?.array?.count == 1)
    }
  }

  @Test func `who is restored at once is a member no more`() async throws {
    try await Self.run { pipeline in
      let user = try await Self.user("a@example.com", externalId: "00u1", pipeline)
      for number in 0..<70 {
        _ = await pipeline.send(
          "POST", "/Groups", Self.group("G\(number)", members: [user.id]))
      }
      #expect(await pipeline.send("DELETE", "/Users/\(user.id)").status == 204)
      let again = try await Self.user("a@example.com", externalId: "00u1", pipeline)
      #expect(again.id == user.id)
      try await Self.settled(pipeline)
      #expect(await pipeline.send("GET", "/Users/\(user.id)").json["groups"] == nil)
    }
  }

  @Test func `an employee is told of a group that is deleted, once, where that is asked for`()
    async throws
  {
    let pipeline = try MiniaturePipeline()
    let count = try await pipeline.run { pipeline in
      var connection = try #require(pipeline.store.view.current.connections["cnx_1"])
      connection.settings["membershipUpdatesEmployees"] = true
      try await pipeline.store.administer([.connectionUpdated(connection)], request: "req_s")
      let user = try await Self.user("a@example.com", pipeline)
      let group = await pipeline.send("POST", "/Groups", Self.group("Eng", members: [user.id]))
      let path = "/Groups/\(group.json["id"]?.string ?? "")"
      #expect(await pipeline.send("DELETE", path).status == 204)
      try await Self.settled(pipeline)
      let last = try #require(try await pipeline.events().last)
      #expect(last["type"] == "employee.updated" && last["data"]?["groups"] == [])
      return try await pipeline.events().count
    }
    pipeline.close()
    let again = try MiniaturePipeline(in: pipeline.directory)
    defer { again.close() }
    try await again.run { pipeline in
      try await Self.settled(pipeline)
      #expect(try await pipeline.events().count == count)
    }
  }

  @Test func `a group too large for a line is refused and changes nothing`() async throws {
    try await Self.run { pipeline in
      let name = String(repeating: "x", count: 40_000)
      let users = try await Self.users(1, pipeline)
      let members = users.map(\.id) + (0..<49_999).map { "00u-\($0)" }
      #expect(
        await pipeline.send("POST", "/Groups", Self.group("G", members: members)).status == 201)
      let more = (0..<50_001).map { "01u-\($0)" }
      #expect(
        await pipeline.send("POST", "/Groups", Self.group(name, members: more)).status == 413)
      let wide = (0..<50_000).map { String(repeating: "y", count: 130) + "\($0)" }
      #expect(
        await pipeline.send("POST", "/Groups", Self.group("W", members: wide)).status == 413)
      #expect(await pipeline.send("GET", "/Groups?count=0").json["totalResults"] == 1)
    }
  }

  @Test func `who has the user's version and may not know of a new group gets the user`()
    async throws
  {
    try await Self.run { pipeline in
      let user = try await Self.user("a@example.com", pipeline)
      let known = ["If-None-Match": "W/\"1\""]
      let path = "/Users/\(user.id)"
      #expect(await pipeline.send("GET", path, headers: known).status == 304)
      _ = await pipeline.send("POST", "/Groups", Self.group("Eng", members: [user.id]))
      #expect(await pipeline.send("GET", path, headers: known).status == 200)
      let hidden = path + "?excludedAttributes=groups"
      #expect(await pipeline.send("GET", hidden, headers: known).status == 304)
    }
  }

  @Test func `members survive a restart, with what they stand for`() async throws {
    let pipeline = try MiniaturePipeline()
    let (path, before, hash) = try await pipeline.run { pipeline in
      let users = try await Self.users(70, pipeline)
      let group = await pipeline.send(
        "POST", "/Groups", Self.group("Many", members: users.map(\.id) + ["00u_later"]))
      let path = "/Groups/\(group.json["id"]?.string ?? "")"
      _ = await pipeline.send("PATCH", path, Self.remove(users[3].id))
      _ = await pipeline.send("DELETE", "/Users/\(users[5].id)")
      _ = try await Self.user("z@example.com", externalId: "00u_later", pipeline)
      try await Self.settled(pipeline)
      return (path, await pipeline.send("GET", path).json, pipeline.store.read { $0.hash })
    }
    #expect(before["members"]?.array?.count == 69)
    pipeline.close()
    let again = try MiniaturePipeline(in: pipeline.directory)
    defer { again.close() }
    try await again.run { pipeline in
      #expect(pipeline.store.read { $0.hash } == hash)
      let events = try await pipeline.events().count
      try await Self.settled(pipeline)
      #expect(await pipeline.send("GET", path).json == before)
      #expect(try await pipeline.events().count == events, "nothing is told twice")
      let later = try #require(before["members"]?.array?.last?["value"]?.string)
      #expect(later == "00u_later")
      #expect(await pipeline.send("PATCH", path, Self.remove(later)).status == 204)
      #expect(try await pipeline.events().last?["type"] == "group.member_removed")
    }
  }
}

extension GroupsTests {
  static func run(_ body: @Sendable (MiniaturePipeline) async throws -> Void) async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run(body)
  }

  /// Waits until the store has met everything it owes: a change of its own makes it do so.
  static func settled(_ pipeline: MiniaturePipeline) async throws {
    while pipeline.store.read({ $0.owesAnything }) { await Task.yield() }
    let name = "settle-\(pipeline.store.committed.lastSeq)@example.com"
    let probe = await pipeline.send("POST", "/Users", ["nothing": JSONValue(name)])
    #expect(probe.status == 400)
  }

  static func user(
    _ name: String, externalId: String? = nil, _ pipeline: MiniaturePipeline
  ) async throws -> (id: String, employee: JSONValue) {
    let answer = await pipeline.send(
      "POST", "/Users", MiniaturePipeline.user(name, externalId: externalId))
    let id = try #require(answer.json["id"]?.string)
    let key = ResourceKey(connection: "cnx_1", type: "Users", id: id)
    let row = try #require(pipeline.store.read { $0.row(key) })
    return (id, try JSONValue(parsing: row.record))
  }

  static func users(
    _ count: Int, _ pipeline: MiniaturePipeline
  ) async throws -> [(id: String, employee: JSONValue)] {
    var users: [(id: String, employee: JSONValue)] = []
    for number in 0..<count {
      users.append(try await user("user\(number)@example.com", pipeline))
    }
    return users
  }

  static func group(
    _ name: String, members: [String], externalId: String? = nil
  ) -> JSONValue {
    var group = JSONObject()
    group["schemas"] = ["urn:ietf:params:scim:schemas:core:2.0:Group"]
    group["displayName"] = JSONValue(name)
    group["members"] = .array(members.map { ["value": JSONValue($0)] })
    if let externalId { group["externalId"] = JSONValue(externalId) }
    return .object(group)
  }

  static func add(_ members: [String]) -> JSONValue {
    operation([
      "op": "add", "path": "members", "value": .array(members.map { ["value": JSONValue($0)] }),
    ])
  }

  static func remove(_ member: String) -> JSONValue {
    operation(["op": "remove", "path": JSONValue("members[value eq \"\(member)\"]")])
  }

  static func operation(_ operation: JSONValue) -> JSONValue {
    [
      "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation],
    ]
  }

  static func values(_ group: JSONValue) -> [String] {
    (group["members"]?.array ?? []).compactMap { $0["value"]?.string }
  }
}
