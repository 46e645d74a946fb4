import Testing
import Transport

@testable import Pipeline

/// What RFC 7644 asks of a server and servers often miss, a test for each. Here: creating,
/// replacing and deleting (§3.3, §3.5.1, §3.6).
@Suite(.oneServer, .timeLimit(.minutes(5)))
struct RFC7644Tests {
  @Test func `POST answers 201 with Location, and the server's attributes are the server's`()
    async throws
  {
    let client = try await ConformanceServer.connect(.okta)
    let body = Self.person("made@example.com").setting("id", to: "chosen")
      .setting(
        "meta",
        to: ["resourceType": "Robot", "created": "1999-01-01T00:00:00Z", "version": "W/\"99\""])
    let made = try await client.post("/Users", body)
    #expect(made.status == 201 && made["id"] != "chosen")
    #expect(made.fields["Location"] == made.at("meta.location")?.string)
    #expect(made.fields["Location"]?.hasSuffix("/Users/\(try made.id)") == true)
    #expect(made.at("meta.resourceType") == "User")
    #expect(made.at("meta.created") == made.at("meta.lastModified"))
    #expect(made.at("meta.created")?.string?.hasPrefix("1999") == false)
    #expect(made.version != #"W/"99""#)
  }

  @Test func `a userName is taken whatever its case`() async throws {
    let client = try await ConformanceServer.connect(.okta)
    _ = try await client.post("/Users", Self.person("Straße@example.com"))
    let other = try await client.post("/Users", Self.person("other@example.com"))
    for name in ["Straße@example.com", "STRAßE@EXAMPLE.COM"] {
      let refused = try await client.post("/Users", Self.person(name))
      #expect(refused.isSCIMError(409) && refused["scimType"] == "uniqueness", "\(name)")
    }
    let renamed = try await client.patch(
      "/Users/\(try other.id)", SCIM.patch(SCIM.op("replace", "userName", "straße@example.com")))
    #expect(renamed.isSCIMError(409) && renamed["scimType"] == "uniqueness")
    let put = try await client.put("/Users/\(try other.id)", Self.person("straße@example.com"))
    #expect(put.isSCIMError(409))
  }

  @Test(arguments: [
    (#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}"#, "invalidValue"),
    (#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":""}"#, "invalidValue"),
    (#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":{}}"#, "invalidValue"),
    (#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"#, "invalidSyntax"),
    (#"["userName"]"#, "invalidSyntax"), (#"{"userName":"nobody"}"#, nil), ("", "invalidSyntax"),
  ])
  func `what is missing, of the wrong type or no JSON is 400`(
    body: String, scimType: String?
  ) async throws {
    let client = try await ConformanceServer.connect(.okta)
    let answer = try await client.send("POST", "/Users", bytes: Array(body.utf8))
    #expect(answer.isSCIMError(400), "\(answer)")
    if let scimType { #expect(answer["scimType"]?.string == scimType, "\(answer)") }
    #expect(try await client.get("/Users").isList(of: 0))
  }

  @Test func `schemas names what there is, each once, and nothing unknown`() async throws {
    let client = try await ConformanceServer.connect(.okta)
    let body = Self.person("schemas@example.com")
      .setting(
        "schemas", to: [JSONValue(SCIM.user), JSONValue(SCIM.user), "urn:example:unknown:1.0"]
      )
      .setting(SCIM.enterprise, to: ["department": "Named"])
    let made = try await client.post("/Users", body)
    #expect(made["schemas"] == [JSONValue(SCIM.user), JSONValue(SCIM.enterprise)], "\(made)")
    let plain = try await client.post("/Users", Self.person("plain@example.com"))
    #expect(plain["schemas"] == [JSONValue(SCIM.user)])
  }

  @Test func `null, an empty list and nothing are one state`() async throws {
    let client = try await ConformanceServer.connect(.okta)
    let body = Self.person("void@example.com").setting("title", to: .null)
      .setting("phoneNumbers", to: []).setting("name", to: ["middleName": .null])
    let made = try await client.post("/Users", body)
    for name in ["title", "phoneNumbers", "name", "nickName"] {
      #expect(made[name] == nil, "\(name)")
      #expect(try await client.get(SCIM.filter("\(name) pr")).isList(of: 0))
    }
    let put = try await client.put("/Users/\(try made.id)", Self.person("void@example.com"))
    #expect(put.json == made.json, "so this changed nothing")
  }

  @Test func `two primary values are refused`() async throws {
    let client = try await ConformanceServer.connect(.okta)
    let emails: JSONValue = [
      ["value": "a@example.com", "type": "work", "primary": true],
      ["value": "b@example.com", "type": "home", "primary": true],
    ]
    let answer = try await client.post(
      "/Users", Self.person("two@example.com").setting("emails", to: emails))
    #expect(answer.isSCIMError(400) && answer["scimType"] == "invalidValue")
  }

  @Test func `an externalId is the client's, need not be unique, and its case counts`() async throws
  {
    let client = try await ConformanceServer.connect(.okta)
    let without = try await client.post("/Users", Self.person("without@example.com"))
    #expect(without["externalId"] == nil)
    for name in ["one@example.com", "two@example.com"] {
      let made = try await client.post(
        "/Users", Self.person(name).setting("externalId", to: "Shared"))
      #expect(made.status == 201 && made["externalId"] == "Shared")
    }
    #expect(try await client.get(SCIM.filter("externalId eq \"Shared\"")).isList(of: 2))
    #expect(try await client.get(SCIM.filter("externalId eq \"shared\"")).isList(of: 0))
  }

  @Test func `an id is never used again and never looks like a bulkId`() async throws {
    let client = try await ConformanceServer.connect(.okta)
    var ids: Set<String> = []
    for _ in 0..<3 {
      let id = try await client.post("/Users", Self.person("again@example.com")).id
      #expect(ids.insert(id).inserted && !id.contains("bulkId"))
      #expect(try await client.delete("/Users/\(id)").status == 204)
    }
  }

  @Test func `PUT replaces what can be written, clears what is left out, and never creates`()
    async throws
  {
    let client = try await ConformanceServer.connect(.okta)
    let body = Self.person("put@example.com").setting("title", to: "Old")
      .setting("nickName", to: "Nick").setting(SCIM.enterprise, to: ["division": "North"])
    let made = try await client.post("/Users", body)
    let id = try made.id
    let put = try await client.put(
      "/Users/\(id)",
      Self.person("put@example.com").setting("title", to: "New").setting("id", to: "other")
        .setting("meta", to: ["created": "1999-01-01T00:00:00Z"])
        .setting("groups", to: [["value": "invented"]]))
    #expect(put.status == 200 && put["title"] == "New" && put["nickName"] == nil, "\(put)")
    #expect(put.enterprise == nil && put["schemas"] == [JSONValue(SCIM.user)])
    #expect(put["id"] == JSONValue(id) && put["groups"] == nil)
    #expect(put.at("meta.created") == made.at("meta.created"))
    #expect(put.version != made.version)
    #expect(
      try await client.put("/Users/\(id)", ["schemas": [JSONValue(SCIM.user)]]).isSCIMError(400))
    #expect(try await client.put("/Users/absent", body).isSCIMError(404))
    #expect(try await client.get("/Users").isList(of: 1))
  }

  @Test func `what was deleted is 404 for every method and in no list`() async throws {
    let client = try await ConformanceServer.connect(.okta)
    let id = try await client.post("/Users", Self.person("del@example.com")).id
    let gone = try await client.delete("/Users/\(id)")
    #expect(gone.status == 204 && gone.body.isEmpty && gone.fields["Content-Type"] == nil)
    #expect(try await client.get("/Users/\(id)").isSCIMError(404))
    #expect(try await client.delete("/Users/\(id)").isSCIMError(404))
    #expect(try await client.put("/Users/\(id)", Self.person("del@example.com")).isSCIMError(404))
    #expect(try await client.patch("/Users/\(id)", OktaUser.deactivation).isSCIMError(404))
    #expect(try await client.get("/Users").isList(of: 0))
    #expect(try await client.get(SCIM.filter("id eq \"\(id)\"")).isList(of: 0))
    #expect(try await client.post("/Users", Self.person("del@example.com")).status == 201)
  }

  /// The least a user can be.
  static func person(_ userName: String) -> JSONValue {
    ["schemas": [JSONValue(SCIM.user)], "userName": JSONValue(userName)]
  }
}
