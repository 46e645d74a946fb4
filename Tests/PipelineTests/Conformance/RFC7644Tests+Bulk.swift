import Testing
import Transport

@testable import Pipeline

/// Many changes in one request (RFC 7644 §3.7).
extension RFC7644Tests {
  @Test func `a bulk job is 200 and goes on after a failure`() async throws {
    let client = try await ConformanceServer.connect(.okta)
    let old = try await client.post("/Users", Self.person("old@example.com"))
    let id = try old.id
    let answer = try await client.post(
      "/Bulk",
      Self.bulk(
        Self.operation("POST", "/Users", bulkId: "new", Self.person("new@example.com")),
        Self.operation("POST", "/Users", bulkId: "dup", Self.person("OLD@example.com")),
        Self.operation("PATCH", "/Users/\(id)", SCIM.patch(SCIM.op("add", "title", "Bulk"))),
        Self.operation("PUT", "/Users/none", Self.person("none@example.com")),
        Self.operation("DELETE", "/Users/bulkId:new")))
    #expect(answer.status == 200, "\(answer)")
    #expect(answer["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"])
    let results = try #require(answer["Operations"]?.array)
    #expect(results.map { $0["method"] } == ["POST", "POST", "PATCH", "PUT", "DELETE"])
    #expect(results.map { $0["status"] } == ["201", "409", "200", "404", "204"])
    #expect(results.map { $0["bulkId"]?.string } == ["new", "dup", nil, nil, nil])
    #expect(results.map { $0["location"] == nil } == [false, true, false, false, false])
    #expect(results[4]["location"] == results[0]["location"])
    #expect(results[2]["location"]?.string == old.fields["Location"])
    #expect(results.map { $0["response"] == nil } == [true, false, true, false, true])
    #expect(results[1]["response"]?["scimType"] == "uniqueness")
    #expect(results[2]["version"] == (try await client.get("/Users/\(id)").version))
    #expect(try await client.get("/Users").isList(of: 1))
  }

  @Test func `a job ends where it was told to, and says nothing of what was not tried`()
    async throws
  {
    let client = try await ConformanceServer.connect(.okta)
    let body = Self.bulk(
      Self.operation("POST", "/Users", bulkId: "a", Self.person("a@example.com")),
      Self.operation("DELETE", "/Users/none"),
      Self.operation("POST", "/Users", bulkId: "b", Self.person("b@example.com")))
    let answer = try await client.post("/Bulk", body.setting("failOnErrors", to: 1))
    #expect(answer["Operations"]?.array?.map { $0["status"] } == ["201", "404"])
    #expect(try await client.get("/Users").isList(of: 1))
  }

  @Test func `references are resolved before and after their resource, round in a circle too`()
    async throws
  {
    let client = try await ConformanceServer.connect(.okta)
    func led(_ name: String, by bulkId: String) -> JSONValue {
      Self.person(name).setting(
        SCIM.enterprise, to: ["manager": ["value": JSONValue("bulkId:\(bulkId)")]])
    }
    let answer = try await client.post(
      "/Bulk",
      Self.bulk(
        Self.operation("POST", "/Users", bulkId: "x", led("x@example.com", by: "y")),
        Self.operation("POST", "/Users", bulkId: "y", led("y@example.com", by: "x")),
        Self.operation("POST", "/Users", bulkId: "z", led("z@example.com", by: "x")),
        Self.operation("POST", "/Users", bulkId: "lost", led("lost@example.com", by: "nobody"))))
    let results = try #require(answer["Operations"]?.array)
    #expect(results.map { $0["status"] } == ["201", "201", "201", "400"])
    #expect(results[3]["response"]?["detail"]?.string?.contains("nobody") == true)
    let users = try await client.get("/Users").resources
    var ids: [String: JSONValue] = [:]
    for user in users { ids[user["userName"]?.string ?? ""] = user["id"] }
    let managers = users.map { $0.enterprise?.at("manager.value") }
    for (user, manager) in zip(users, managers) {
      #expect(
        manager == ids[user["userName"] == "x@example.com" ? "y@example.com" : "x@example.com"])
    }
  }

  @Test func `what a service takes at once is advertised, and more is 413`() async throws {
    let client = try await ConformanceServer.connect(.okta)
    let bulk = try await client.get("/ServiceProviderConfig")["bulk"]
    #expect(bulk?["supported"] == true)
    let operations = try #require(bulk?["maxOperations"]?.int)
    let bytes = try #require(bulk?["maxPayloadSize"]?.int)
    let one = Self.operation("DELETE", "/Users/none")
    let many = try await client.post(
      "/Bulk",
      Self.bulk().setting("Operations", to: .array(Array(repeating: one, count: operations + 1))))
    #expect(many.isSCIMError(413) && many.detail.contains(String(operations)), "\(many)")
    let long = Self.operation("DELETE", "/Users/" + String(repeating: "x", count: bytes))
    let large = try await client.post("/Bulk", Self.bulk(long))
    #expect(large.isSCIMError(413) && large.detail.contains(String(bytes)), "\(large)")
  }

  @Test func `a bulk request is refused whole by whom nobody knows and when it is none`()
    async throws
  {
    let client = try await ConformanceServer.connect(.okta)
    let body = Self.bulk(
      Self.operation("POST", "/Users", bulkId: "a", Self.person("a@example.com")))
    #expect(try await client.with("Authorization", "wrong").post("/Bulk", body).isSCIMError(401))
    #expect(try await client.post("/Bulk", body.setting("schemas", to: [])).isSCIMError(400))
    #expect(try await client.post("/Bulk", Self.bulk()).isSCIMError(400))
    #expect(try await client.get("/Bulk").isSCIMError(405))
    #expect(try await client.get("/Users").isList(of: 0))
  }

  static func bulk(_ operations: JSONValue...) -> JSONValue {
    [
      "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
      "Operations": .array(operations),
    ]
  }

  static func operation(
    _ method: String, _ path: String, bulkId: String? = nil, _ data: JSONValue? = nil
  ) -> JSONValue {
    var object = JSONObject([
      .init(name: "method", value: JSONValue(method)), .init(name: "path", value: JSONValue(path)),
    ])
    if let bulkId { object["bulkId"] = JSONValue(bulkId) }
    if let data { object["data"] = data }
    return .object(object)
  }
}
