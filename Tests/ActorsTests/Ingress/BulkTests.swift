import Actors
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
