import Actors
import TestSupport
import Testing
import Transport

@Suite("A bulk request is many writes")
struct BulkTests {
  @Test func `each operation has its own lines, its own event and its own answer`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let results = try await Self.bulk(
        [
          Self.post("a", "ada@example.com"), Self.post("b", "ben@example.com"),
          ["method": "POST", "path": "/Users", "bulkId": "c", "data": ["schemas": []]],
        ], pipeline)
      #expect(results.map { $0["status"] } == ["201", "201", "400"])
      #expect(results.map { $0["bulkId"] } == ["a", "b", "c"])
      #expect(results.map { $0["version"] } == [#"W/"1""#, #"W/"1""#, nil])
      #expect(results[2]["location"] == nil)
      #expect(results[2]["response"]?["status"] == "400")
      #expect(results[0]["response"] == nil)
      let id = try #require(results[0]["location"]?.string?.split(separator: "/").last)
      #expect(await pipeline.send("GET", "/Users/\(id)").json["userName"] == "ada@example.com")
      #expect(try await pipeline.events().count == 2)
      #expect(Set(try pipeline.lines(of: 2).suffix(3).map(\.id)).count == 3)
    }
    pipeline.spool.close()
    #expect(try pipeline.lines(of: 0).map(\.type) == Array(repeating: "users.create", count: 3))
  }

  @Test func `references resolve forwards, backwards, in paths and into later operations`()
    async throws
  {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
      let managed = MiniaturePipeline.user("a@example.com")
        .object.map { body in
          var body = body
          body[urn] = ["manager": ["value": "bulkId:boss"]]
          return JSONValue.object(body)
        }
      let results = try await Self.bulk(
        [
          [
            "method": "PATCH", "path": "/Users/bulkId:boss",
            "data": WritesTests.set("title", to: "Chief"),
          ],
          ["method": "POST", "path": "/Users", "bulkId": "a", "data": managed ?? .null],
          Self.post("boss", "boss@example.com"),
        ], pipeline)
      #expect(results.map { $0["status"] } == ["200", "201", "201"])
      #expect(
        results[0]["location"] == results[2]["location"] && results[0]["version"] == #"W/"2""#)
      let boss = try #require(results[2]["location"]?.string?.split(separator: "/").last)
      #expect(await pipeline.send("GET", "/Users/\(boss)").json["title"] == "Chief")
      let managers = try await pipeline.events().compactMap { $0["data"]?["manager"] }
      #expect(managers.contains { $0["resolved"] == true && $0["email"] == "boss@example.com" })
    }
  }

  @Test func `a circle of references resolves to the ids that come of it`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let results = try await Self.bulk(
        [
          Self.post("x", "x@example.com", manager: "bulkId:y"),
          Self.post("y", "y@example.com", manager: "bulkId:x"),
        ], pipeline)
      #expect(results.map { $0["status"] } == ["201", "201"])
      let ids = results.compactMap { $0["location"]?.string?.split(separator: "/").last }
      for (id, other) in [(ids[0], ids[1]), (ids[1], ids[0])] {
        let user = await pipeline.send("GET", "/Users/\(id)").json
        let block = user["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]
        #expect(block?["manager"]?["value"]?.string == String(other))
      }
    }
  }

  @Test func `a reference to nothing and to a failure each say which bulkId`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      _ = await pipeline.send("POST", "/Users", MiniaturePipeline.user("taken@example.com"))
      let results = try await Self.bulk(
        [
          Self.post("dup", "taken@example.com"),
          ["method": "DELETE", "path": "/Users/bulkId:dup"],
          ["method": "DELETE", "path": "/Users/bulkId:nobody"],
          Self.post("m", "m@example.com", manager: "bulkId:dup"), Self.post("ok", "ok@example.com"),
        ], pipeline)
      #expect(results.map { $0["status"] } == ["409", "409", "400", "409", "201"])
      #expect(results[0]["response"]?["scimType"] == "uniqueness")
      #expect(results[1]["response"]?["detail"]?.string?.contains("bulkId dup") == true)
      #expect(results[2]["response"]?["detail"]?.string?.contains("bulkId nobody") == true)
      #expect(results[2]["response"]?["scimType"] == "invalidValue")
      #expect(results.map { $0["location"] == nil } == [true, true, true, true, false])
      #expect(await pipeline.send("GET", "/Users").json["totalResults"] == 2)
    }
  }

  @Test func `who comes back is referred to by the id that was kept`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let made = await pipeline.send(
        "POST", "/Users", MiniaturePipeline.user("a@example.com", externalId: "00u1"))
      let id = try #require(made.json["id"]?.string)
      _ = await pipeline.send("DELETE", "/Users/\(id)")
      let results = try await Self.bulk(
        [
          [
            "method": "PATCH", "path": "/Users/bulkId:again",
            "data": WritesTests.set("title", to: "Back"),
          ],
          [
            "method": "POST", "path": "/Users", "bulkId": "again",
            "data": MiniaturePipeline.user("a@example.com", externalId: "00u1"),
          ],
        ], pipeline)
      #expect(results.map { $0["status"] } == ["200", "201"])
      #expect(results[1]["location"]?.string?.hasSuffix("/Users/\(id)") == true)
      #expect(await pipeline.send("GET", "/Users/\(id)").json["title"] == "Back")
    }
  }

  @Test func `the job ends after as many failures as it was told, and answers what it did`()
    async throws
  {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let operations: [JSONValue] = [
        Self.post("a", "a@example.com"), ["method": "DELETE", "path": "/Users/none"],
        Self.post("b", "b@example.com"), ["method": "GET", "path": "/Users"],
        Self.post("c", "c@example.com"),
      ]
      let two = try await Self.bulk(operations, failOnErrors: 2, pipeline)
      #expect(two.map { $0["status"] } == ["201", "404", "201", "400"])
      #expect(await pipeline.send("GET", "/Users").json["totalResults"] == 2)
      let all = try await Self.bulk(operations, pipeline)
      #expect(all.map { $0["status"] } == ["409", "404", "409", "400", "201"])
    }
  }

  @Test func `many operations come to what they would one after the other`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let made = try await Self.bulk(
        (0..<300).map { Self.post("p\($0)", "p\($0)@example.com") }, pipeline)
      #expect(made.allSatisfy { $0["status"] == "201" })
      let ids = made.compactMap { $0["location"]?.string?.split(separator: "/").last }
      // Everybody hands the userName on to the next, which works in no other order.
      var changes: [JSONValue] = [Self.rename(ids[0], "free@example.com")]
      for number in 1..<60 {
        changes.append(Self.rename(ids[number], "p\(number - 1)@example.com"))
      }
      changes.append(["method": "DELETE", "path": JSONValue("/Users/\(ids[59])")])
      changes.append(Self.post("q", "p58@example.com"))
      let changed = try await Self.bulk(changes, pipeline)
      #expect(changed.allSatisfy { ["200", "204", "201"].contains($0["status"]) }, "\(changed)")
      #expect(await pipeline.send("GET", "/Users").json["totalResults"] == 300)
    }
  }

  @Test(arguments: 0..<12)
  func `a job comes to what its operations come to one by one`(seed: UInt64) async throws {
    let together = try await Self.outcome(of: seed) { operations, pipeline in
      try await Self.bulk(operations, pipeline)
    }
    let oneByOne = try await Self.outcome(of: seed) { operations, pipeline in
      var results: [JSONValue] = []
      for operation in operations { results += try await Self.bulk([operation], pipeline) }
      return results
    }
    #expect(together.statuses == oneByOne.statuses)
    #expect(together.people == oneByOne.people)
    #expect(Set(together.statuses).isSuperset(of: ["200", "201", "409"]))
  }

  @Test func `a job's group waits for its people, whoever stands first`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let members = (0..<200).map { number -> JSONValue in ["value": JSONValue("bulkId:\(number)")]
      }
      let group: JSONValue = [
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Crew",
        "members": .array(members),
      ]
      let people = (0..<200).map { Self.post("\($0)", "p\($0)@example.com") }
      let results = try await Self.bulk(
        [["method": "POST", "path": "/Groups", "bulkId": "crew", "data": group]] + people, pipeline)
      #expect(results.allSatisfy { $0["status"] == "201" })
      let ids = results.compactMap { $0["location"]?.string?.split(separator: "/").last }
      let crew = await pipeline.send("GET", "/Groups/\(ids[0])").json["members"]?.array ?? []
      #expect(crew.compactMap { $0["value"]?.string } == ids.dropFirst().map(String.init))
      #expect(try pipeline.lines(of: 2).last?.type == "group.created")
    }
  }

  @Test func `what a job did is there after a restart`() async throws {
    let directory = TemporaryDirectory()
    let first = try MiniaturePipeline(in: directory)
    let before = try await first.run { pipeline in
      _ = try await Self.bulk((0..<20).map { Self.post("\($0)", "p\($0)@example.com") }, pipeline)
      return await pipeline.send("GET", "/Users").json
    }
    first.close()
    let second = try MiniaturePipeline(in: directory)
    defer { second.close() }
    try await second.run { pipeline in
      #expect(await pipeline.send("GET", "/Users").json == before)
    }
  }

  @Test func `an operation can name the version it means`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let made = await pipeline.send("POST", "/Users", MiniaturePipeline.user("a@example.com"))
      let id = try #require(made.json["id"]?.string)
      let version = try #require(made.json["meta"]?["version"])
      let results = try await Self.bulk(
        [
          [
            "method": "PATCH", "path": JSONValue("/Users/\(id)"), "version": version,
            "data": WritesTests.set("title", to: "One"),
          ],
          ["method": "DELETE", "path": JSONValue("/Users/\(id)"), "version": version],
        ], pipeline)
      #expect(results.map { $0["status"] } == ["200", "412"])
      #expect(results[0]["version"] == #"W/"2""#)
    }
  }

  @Test func `without a valid token nothing of it is looked at`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let body = Self.request([Self.post("a", "a@example.com")])
      #expect(await pipeline.send("POST", "/Bulk", body, token: "wrong").status == 401)
      #expect(await pipeline.send("POST", "/Bulk", "no", token: nil).status == 401)
      #expect(await pipeline.send("GET", "/Bulk").status == 405)
      #expect(await pipeline.send("POST", "/Bulk", []).status == 400)
      #expect(await pipeline.send("GET", "/Users").json["totalResults"] == 0)
    }
    pipeline.spool.close()
    #expect(try pipeline.lines(of: 0).isEmpty)
  }

  @Test func `a password in it is in no hop`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let secret = JSONObject([.init(name: "password", value: "hunter2-hunter2")])
      let user = MiniaturePipeline.user("a@example.com", more: secret)
      let results = try await Self.bulk(
        [["method": "POST", "path": "/Users", "bulkId": "a", "data": user]], pipeline)
      #expect(results[0]["status"] == "201")
    }
    pipeline.spool.close()
    for line in try (0..<3).flatMap(pipeline.lines) {
      #expect(!String(decoding: line.data, as: UTF8.self).contains("hunter2"))
    }
  }
}

extension BulkTests {
  /// What becomes of some people when random operations get in each other's way.
  private static func outcome(
    of seed: UInt64,
    _ run: @Sendable ([JSONValue], MiniaturePipeline) async throws -> [JSONValue]
  ) async throws -> (statuses: [String], people: Set<JSONValue>) {
    let pipeline = try MiniaturePipeline(mappingLanes: 3)
    defer { pipeline.close() }
    return try await pipeline.run { pipeline in
      var ids: [String] = []
      for number in 0..<6 {
        let user = MiniaturePipeline.user("n\(number)@example.com", externalId: "x\(number)")
        let made = await pipeline.send("POST", "/Users", user)
        ids.append(try #require(made.json["id"]?.string))
      }
      var random = SeededGenerator(seed: seed)
      let operations = (0..<80).map { Self.random($0, ids, &random) }
      let results = try await run(operations, pipeline)
      let list = await pipeline.send("GET", "/Users?count=200").json["Resources"]?.array ?? []
      return (
        results.compactMap { $0["status"]?.string }, Set(list.map { Self.person($0, ids) })
      )
    }
  }

  /// Creating, renaming, switching, replacing and deleting, all among a few names.
  private static func random(
    _ number: Int, _ ids: [String], _ random: inout SeededGenerator
  ) -> JSONValue {
    let name = "n\(Int.random(in: 0..<8, using: &random))@example.com"
    let isActive = Int.random(in: 0..<3, using: &random) > 0
    let user = MiniaturePipeline.user(
      name, externalId: "x\(Int.random(in: 0..<8, using: &random))", active: isActive)
    let path = JSONValue("/Users/\(ids[Int.random(in: 0..<ids.count, using: &random)])")
    switch Int.random(in: 0..<9, using: &random) {
    case 0..<3:
      return [
        "method": "POST", "path": "/Users", "bulkId": JSONValue("b\(number)"), "data": user,
      ]
    case 3: return ["method": "DELETE", "path": path]
    case 4: return ["method": "PUT", "path": path, "data": user]
    case 5, 6:
      return ["method": "PATCH", "path": path, "data": WritesTests.set("userName", to: name)]
    default: return ["method": "PATCH", "path": path, "data": WritesTests.setActive(isActive)]
    }
  }

  /// What is said of somebody, the id as its number among those of the beginning.
  private static func person(_ user: JSONValue, _ ids: [String]) -> JSONValue {
    let number = user["id"]?.string.flatMap { ids.firstIndex(of: $0) }
    return [
      "number": JSONValue(number ?? -1), "userName": user["userName"] ?? .null,
      "externalId": user["externalId"] ?? .null, "active": user["active"] ?? .null,
    ]
  }

  static func post(_ bulkId: String, _ userName: String, manager: String? = nil) -> JSONValue {
    [
      "method": "POST", "path": "/Users", "bulkId": JSONValue(bulkId),
      "data": manager.map { WritesTests.user(userName, managedBy: $0) }
        ?? MiniaturePipeline.user(userName),
    ]
  }

  private static func rename(_ id: Substring, _ userName: String) -> JSONValue {
    [
      "method": "PATCH", "path": JSONValue("/Users/\(id)"),
      "data": WritesTests.set("userName", to: userName),
    ]
  }

  static func request(_ operations: [JSONValue], failOnErrors: Int? = nil) -> JSONValue {
    var request = JSONObject([
      .init(name: "schemas", value: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]),
      .init(name: "Operations", value: .array(operations)),
    ])
    if let failOnErrors { request["failOnErrors"] = JSONValue(failOnErrors) }
    return .object(request)
  }

  /// The results of the job, which must be answered 200.
  static func bulk(
    _ operations: [JSONValue], failOnErrors: Int? = nil, _ pipeline: MiniaturePipeline
  ) async throws -> [JSONValue] {
    let answer = await pipeline.send(
      "POST", "/Bulk", request(operations, failOnErrors: failOnErrors))
    #expect(answer.status == 200, "\(answer.json.text)")
    #expect(answer.json["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"])
    return try #require(answer.json["Operations"]?.array)
  }
}
