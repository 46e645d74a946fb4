import Synchronization
import TestSupport
import Testing
import Transport

@testable import Actors

@Suite("People are mapped anew when their connection's mapping changes")
struct RemappingTests {
  @Test func `each who changes gets one event that says why, and nobody else any`() async throws {
    try await GroupsTests.run { pipeline in
      let plain = MiniaturePipeline.user("a@example.com")
      let titled = MiniaturePipeline.user("b@example.com", more: Self.more(["title": "Guide"]))
      for user in [plain, titled] { _ = await pipeline.send("POST", "/Users", user) }
      try await Self.map(pipeline, ["costCenter": "title"])
      let events = try await pipeline.events().dropFirst(2)
      #expect(events.count == 1)
      let event = try #require(events.last)
      #expect(event["type"] == "employee.updated" && event["data"]?["costCenter"] == "Guide")
      // The title is a field's still: by the standard rule for jobTitle.
      #expect(event["changedFields"] == ["costCenter"] && event["data"]?["revision"] == 2)
      #expect(event["cause"] == ["requestId": "req_map", "reason": "mapping_changed"])
      #expect(event["previous"] == ["costCenter": nil])
      try await Self.map(pipeline, ["costCenter": ["path": "title"]])
      #expect(try await pipeline.events().count == 3, "another way to say the same")
      let versions = await pipeline.send("GET", "/Users").json["Resources"]?.array
      #expect(versions?.map { $0["meta"]?["version"] } == ["W/\"1\"", "W/\"1\""])
      let after = await pipeline.send(
        "PUT", "/Users/\(versions?[1]["id"]?.string ?? "")", titled)
      #expect(after.status == 200)
      #expect(try await pipeline.events().count == 3, "the same sent again is no change")
    }
  }

  @Test func `groups get their type, and their members a team`() async throws {
    try await GroupsTests.run { pipeline in
      var users: [String] = []
      for name in ["a@example.com", "b@example.com"] {
        users.append(try await GroupsTests.user(name, pipeline).id)
      }
      let group = await pipeline.send(
        "POST", "/Groups", GroupsTests.group("team-ice", members: [users[0]]))
      try await Self.map(
        pipeline, ["groups": [["prefix": "team-", "type": "team", "team": true]]])
      #expect(try Self.employee(users[0], pipeline)["customFields"]?["team"] == "ice")
      #expect(try Self.employee(users[1], pipeline)["customFields"] == [:])
      let told = try await pipeline.events().filter { $0["cause"]?["reason"] == "mapping_changed" }
      #expect(Set(told.compactMap { $0["type"]?.string }) == ["group.updated", "employee.updated"])
      let id = group.json["id"]?.string ?? ""
      _ = await pipeline.send("PATCH", "/Groups/\(id)", GroupsTests.add([users[1]]))
      try await GroupsTests.settled(pipeline)
      #expect(try Self.employee(users[1], pipeline)["customFields"]?["team"] == "ice")
      let rename: JSONValue = [
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [["op": "replace", "path": "displayName", "value": "team-snow"]],
      ]
      _ = await pipeline.send("PATCH", "/Groups/\(id)", rename)
      try await GroupsTests.settled(pipeline)
      for user in users {
        #expect(try Self.employee(user, pipeline)["customFields"]?["team"] == "snow")
      }
      let last = try #require(try await pipeline.events().last)
      #expect(last["changedFields"] == ["customFields"])
      #expect(last["cause"]?["reason"] == "membership_changed")
      _ = await pipeline.send("DELETE", "/Groups/\(id)")
      try await GroupsTests.settled(pipeline)
      #expect(try Self.employee(users[0], pipeline)["customFields"] == [:])
    }
  }

  @Test(arguments: 1...4)
  func `whatever is written while mappings come and go, the last one holds for everybody`(
    seed: Int
  ) async throws {
    try await GroupsTests.run { pipeline in
      async let writing: Void = Self.write(pipeline, seed: seed)
      var maker = MappingMaker(random: SeededGenerator(seed: UInt64(seed + 100)))
      for _ in 0..<12 {
        try await Self.save(pipeline, maker.mapping())
        for _ in 0..<Int.random(in: 0..<200, using: &maker.random) { await Task.yield() }
      }
      await writing
      try await Self.settled(pipeline)
      try Self.expectFresh(pipeline, users: 40)
      try await Self.expectSound(pipeline)
    }
  }

  @Test func `a stop on the way goes on at the next start, and tells nobody twice`()
    async throws
  {
    let directory = TemporaryDirectory()
    let mapping: JSONValue = ["costCenter": ["upper": "userName"]]
    let first = try MiniaturePipeline(in: directory)
    try await first.run { pipeline in
      for number in 0..<200 {
        _ = await pipeline.send(
          "POST", "/Users", MiniaturePipeline.user("user\(number)@example.com"))
      }
      try await Self.save(pipeline, mapping)
    }
    first.close()
    for _ in 0..<2 {
      let next = try MiniaturePipeline(in: directory)
      defer { next.close() }
      try await next.run { pipeline in
        try await Self.settled(pipeline)
        try Self.expectFresh(pipeline, users: 200)
        try await Self.expectSound(pipeline)
        let told = try await pipeline.events().filter { $0["cause"]?["reason"] != nil }
        #expect(told.count == 200)
      }
    }
  }

  @Test func `what another mapping would change is told before it does`() async throws {
    try await GroupsTests.run { pipeline in
      let titles = ["Guide", "Guide", "Cook"]
      for (number, title) in titles.enumerated() {
        let more = Self.more(["title": JSONValue(title), "shoeSize": 7])
        let user = MiniaturePipeline.user("user\(number)@example.com", more: more)
        _ = await pipeline.send("POST", "/Users", user)
      }
      _ = await pipeline.send("POST", "/Groups", GroupsTests.group("team-ice", members: []))
      var tried = try #require(pipeline.store.view.current.connections["cnx_1"])
      tried.settings["mapping"] = [
        "jobTitle": ["lookup": ["of": "title", "table": ["Guide": "Ranger"]]],
        "customFields.shoes": "shoeSize", "groups": [["prefix": "team-", "type": "team"]],
      ]
      let preview = await pipeline.store.preview(tried, limit: 2)
      #expect(preview.employees.total == 3 && preview.employees.checked == 2)
      #expect(preview.employees.changed == 2)
      #expect(preview.employees.fields["jobTitle"] == .init(changed: 2, emptied: 1))
      #expect(preview.employees.fields["customFields.shoes"]?.changed == 2)
      #expect(preview.employees.fields["customFields.shoeSize"]?.emptied == 2)
      let newest = try #require(preview.employees.shown.first)
      #expect(newest.differences.first == .init(field: "jobTitle", before: "Cook", after: nil))
      #expect(preview.groups.shown.first?.differences.first?.after == "team")
      #expect(try await pipeline.events().count == 4, "nothing changed")
    }
  }

  @Test func `connections take turns`() {
    var state = StoreState()
    for id in ["cnx_1", "cnx_2", "cnx_3"] {
      state.remappings[id] = Remapping(request: "req_1", next: 0, end: 0)
    }
    #expect(state.remappingStretch()?.connection == "cnx_1")
    #expect(state.remappingStretch(after: "cnx_1")?.connection == "cnx_2")
    #expect(state.remappingStretch(after: "cnx_3")?.connection == "cnx_1")
  }

  @Test func `nobody is mapped anew while the disk is short`() async throws {
    let isShort = Atomic(true)
    let pipeline = try MiniaturePipeline(isShortOfDisk: { isShort.load(ordering: .relaxed) })
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let user = MiniaturePipeline.user("a@example.com", more: Self.more(["title": "Guide"]))
      _ = await pipeline.send("POST", "/Users", user)
      try await Self.save(pipeline, ["costCenter": "title"])
      for _ in 0..<200 { await Task.yield() }
      #expect(pipeline.store.read { $0.remappingLeft(of: "cnx_1") } == 1)
      #expect(try await pipeline.events().count == 1)
      isShort.store(false, ordering: .relaxed)
      try await Self.settled(pipeline)
      #expect(try await pipeline.events().count == 2)
    }
  }

  @Test func `a snapshot knows how far it has come`() throws {
    let remapping = Remapping(request: "req_1", next: 7, end: 20)
    let read = remapping.json(of: "cnx_1").object.flatMap { Remapping.read($0) }
    #expect(read?.0 == "cnx_1" && read?.1 == remapping)
    let other: JSONValue = ["what": "attach", "row": 1]
    #expect(Remapping.read(other.object ?? JSONObject()) == nil)
  }
}

extension RemappingTests {
  static func more(_ members: JSONValue) -> JSONObject { members.object ?? JSONObject() }

  /// Saves a mapping as the API does.
  static func save(_ pipeline: MiniaturePipeline, _ mapping: JSONValue) async throws {
    var connection = try #require(pipeline.store.view.current.connections["cnx_1"])
    connection.settings["mapping"] = mapping
    try await pipeline.store.administer([.connectionUpdated(connection)], request: "req_map")
  }

  /// Forty people, each created and then replaced twice.
  static func write(_ pipeline: MiniaturePipeline, seed: Int) async {
    var maker = MappingMaker(random: SeededGenerator(seed: UInt64(seed)))
    var ids: [String] = []
    for number in 0..<120 {
      let user = maker.user("user\(number % 40)@example.com")
      if number < 40 {
        let made = await pipeline.send("POST", "/Users", .object(user))
        ids.append(made.json["id"]?.string ?? "")
      } else {
        _ = await pipeline.send("PUT", "/Users/\(ids[number % 40])", .object(user))
      }
    }
  }

  static func map(_ pipeline: MiniaturePipeline, _ mapping: JSONValue) async throws {
    try await save(pipeline, mapping)
    try await settled(pipeline)
  }

  static func settled(_ pipeline: MiniaturePipeline) async throws {
    while pipeline.store.read({ $0.remappingLeft(of: "cnx_1") }) > 0 { await Task.yield() }
    try await GroupsTests.settled(pipeline)
    await pipeline.store.committed.durable(through: pipeline.store.committed.lastSeq)
  }

  static func employee(_ id: String, _ pipeline: MiniaturePipeline) throws -> JSONValue {
    let key = ResourceKey(connection: "cnx_1", type: "Users", id: id)
    return try JSONValue(parsing: try #require(pipeline.store.read { $0.row(key) }).record)
  }

  /// Everybody is as the present mapping makes them for the first time.
  static func expectFresh(_ pipeline: MiniaturePipeline, users: Int) throws {
    let state = pipeline.store.read { state in
      state.rows.indices.compactMap { state.remappingSubject(at: $0) }
    }
    #expect(state.count == users)
    for subject in state {
      let resource = try #require(subject.row.stored)
      let fresh = subject.connection.mapping.employees.project(
        resource, subject: .init(employeeId: subject.row.recordId, remoteId: subject.row.key.id),
        connection: subject.connection, previous: nil, now: .now)
      let now = Employee(bytes: subject.row.record)
      #expect(Employee.changes(from: fresh, to: now).map(\.name) == [])
    }
  }

  /// Sequences without a hole, revisions that rise by one, and a log that comes to the same state.
  static func expectSound(_ pipeline: MiniaturePipeline) async throws {
    let events = try await pipeline.events()
    #expect(events.compactMap { $0["sequence"]?.int } == Array(1...events.count))
    var revisions: [String: Int] = [:]
    for event in events {
      let id = event["data"]?["id"]?.string ?? ""
      #expect(event["data"]?["revision"]?.int == (revisions[id] ?? 0) + 1)
      #expect(event["type"] != "employee.updated" || event["changedFields"] != [])
      revisions[id] = event["data"]?["revision"]?.int
    }
    var folded = StoreState()
    for line in try pipeline.lines(of: 2) { try folded.fold(line) }
    #expect(folded.hash == pipeline.store.read { $0.hash })
  }
}
