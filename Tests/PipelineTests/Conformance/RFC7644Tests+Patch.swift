import Testing
import Transport

@testable import Pipeline

/// Changing (RFC 7644 §3.5.2).
extension RFC7644Tests {
  @Test(arguments: [
    (#"{"Operations":[{"op":"add","path":"title","value":"x"}]}"#, "invalidSyntax"),
    (#"{"schemas":["P"]}"#, "invalidSyntax"),
    (#"{"schemas":["P"],"Operations":[]}"#, "invalidSyntax"),
    (#"{"schemas":["P"],"Operations":[{"path":"title","value":"x"}]}"#, "invalidSyntax"),
    (#"{"schemas":["P"],"Operations":[{"op":"move","path":"title"}]}"#, "invalidSyntax"),
    (#"{"schemas":["P"],"Operations":[{"op":"add","path":"title"}]}"#, "invalidValue"),
    (
      #"{"schemas":["P"],"Operations":[{"op":"add","path":"active","value":"perhaps"}]}"#,
      "invalidValue"
    ),
    (#"{"schemas":["P"],"Operations":[{"op":"remove"}]}"#, "noTarget"),
    (
      #"{"schemas":["P"],"Operations":[{"op":"replace","path":"emails[type eq \"x\"].value","value":"y"}]}"#,
      "noTarget"
    ),
    (
      #"{"schemas":["P"],"Operations":[{"op":"replace","path":"emails[type eq","value":"y"}]}"#,
      "invalidPath"
    ),
    (
      #"{"schemas":["P"],"Operations":[{"op":"replace","path":"na me","value":"y"}]}"#,
      "invalidPath"
    ),
    (#"{"schemas":["P"],"Operations":[{"op":"remove","path":"userName"}]}"#, "mutability"),
    (#"{"schemas":["P"],"Operations":[{"op":"replace","path":"id","value":"y"}]}"#, "mutability"),
    (
      #"{"schemas":["P"],"Operations":[{"op":"replace","path":"meta.created","value":"2020-01-01T00:00:00Z"}]}"#,
      "mutability"
    ),
    (#"{"schemas":["P"],"Operations":[{"op":"remove","path":"groups"}]}"#, "mutability"),
  ])
  func `a PATCH that cannot be applied says why and changes nothing`(
    body: String, scimType: String
  ) async throws {
    let client = try await ConformanceServer.connect(.okta)
    let made = try await client.post("/Users", OktaUser("kept@example.com").creation)
    let urn = "\"urn:ietf:params:scim:api:messages:2.0:PatchOp\""
    let answer = try await client.send(
      "PATCH", "/Users/\(try made.id)", bytes: Array(body.replacing("\"P\"", with: urn).utf8))
    #expect(answer.isSCIMError(400) && answer["scimType"]?.string == scimType, "\(answer)")
    #expect(try await client.get("/Users/\(try made.id)").json == made.json)
  }

  @Test func `operations follow each other, and one that fails undoes those before it`()
    async throws
  {
    let (client, made) = try await Self.made()
    let sequence = SCIM.patch(
      SCIM.op("add", "title", "One"), SCIM.op("replace", "title", "Two"),
      SCIM.op("remove", "title"), SCIM.op("add", nil, ["nickName": "Nick", "title": "Three"]))
    let answer = try await client.patch("/Users/\(try made.id)", sequence)
    #expect(answer.status == 200 && answer["title"] == "Three" && answer["nickName"] == "Nick")
    let half = SCIM.patch(SCIM.op("replace", "title", "Four"), SCIM.op("remove", "userName"))
    #expect(try await client.patch("/Users/\(try made.id)", half).isSCIMError(400))
    #expect(try await client.get("/Users/\(try made.id)").json == answer.json)
  }

  @Test func `adding what is there changes nothing, not even the time`() async throws {
    let (client, made) = try await Self.made()
    for operation in [
      SCIM.op("add", "userName", made["userName"]), SCIM.op("add", "emails", made["emails"]),
      SCIM.op("add", "name", ["givenName": "Testa"]), SCIM.op("replace", "active", true),
      SCIM.op("remove", "nickName"),
    ] {
      let answer = try await client.patch("/Users/\(try made.id)", SCIM.patch(operation))
      #expect(answer.status == 200 && answer.json == made.json, "\(operation.text)")
    }
  }

  @Test func `add replaces one value, joins many, merges objects and extensions`() async throws {
    let (client, made) = try await Self.made()
    let answer = try await client.patch(
      "/Users/\(try made.id)",
      SCIM.patch(
        SCIM.op("add", "displayName", "New Name"),
        SCIM.op("add", "emails", [["value": "second@example.com", "type": "home"]]),
        SCIM.op("add", "emails", ["value": "third@example.com", "type": "other"]),
        SCIM.op("add", "name", ["middleName": "Mid"]),
        SCIM.op("add", nil, SCIM.object([(SCIM.enterprise, ["division": "South"])])),
        SCIM.op("add", "\(SCIM.enterprise):organization", "Example")))
    #expect(answer.status == 200 && answer["displayName"] == "New Name", "\(answer)")
    #expect(answer["emails"]?.array?.count == 3 && answer.at("emails.0.primary") == true)
    #expect(
      answer["name"] == ["familyName": "Person", "givenName": "Testa", "middleName": "Mid"])
    #expect(answer.enterprise == ["organization": "Example", "division": "South"])
    #expect(answer["schemas"]?.array?.contains(JSONValue(SCIM.enterprise)) == true)
  }

  @Test func `remove takes elements, parts of them, and with the last the attribute`() async throws
  {
    let (client, made) = try await Self.made()
    let id = try made.id
    let phones: JSONValue = [
      ["value": "1", "type": "work"], ["value": "2", "type": "home", "display": "two"],
    ]
    _ = try await client.patch("/Users/\(id)", SCIM.patch(SCIM.op("add", "phoneNumbers", phones)))
    let one = try await client.patch(
      "/Users/\(id)",
      SCIM.patch(
        SCIM.op("remove", "phoneNumbers[type eq \"home\"].display"),
        SCIM.op("remove", "phoneNumbers[type eq \"work\"]")))
    #expect(one["phoneNumbers"] == [["value": "2", "type": "home"]])
    let none = try await client.patch(
      "/Users/\(id)",
      SCIM.patch(
        SCIM.op("remove", "phoneNumbers[value eq \"2\"]"), SCIM.op("remove", "name.givenName")))
    #expect(none["phoneNumbers"] == nil && none["name"] == ["familyName": "Person"])
    let blank = try await client.patch("/Users/\(id)", SCIM.patch(SCIM.op("remove", "name")))
    #expect(blank["name"] == nil)
  }

  @Test func `replace adds what is absent, and keeps of an object what it does not name`()
    async throws
  {
    let (client, made) = try await Self.made()
    let answer = try await client.patch(
      "/Users/\(try made.id)",
      SCIM.patch(
        SCIM.op("replace", "title", "Fresh"), SCIM.op("replace", "name", ["givenName": "Tessa"]),
        SCIM.op("replace", "emails", [["value": "only@example.com", "type": "home"]])))
    #expect(answer["title"] == "Fresh")
    #expect(answer["name"] == ["familyName": "Person", "givenName": "Tessa"])
    #expect(answer["emails"] == [["value": "only@example.com", "type": "home"]])
  }

  @Test func `a filtered path means every element that matches`() async throws {
    let (client, made) = try await Self.made()
    let phones: JSONValue = [
      ["value": "1", "type": "work"], ["value": "2", "type": "work"],
      ["value": "3", "type": "home"],
    ]
    let answer = try await client.patch(
      "/Users/\(try made.id)",
      SCIM.patch(
        SCIM.op("add", "phoneNumbers", phones),
        SCIM.op("replace", "phoneNumbers[type eq \"work\"].display", "desk")))
    let displays = answer["phoneNumbers"]?.array?.map { $0["display"]?.string }
    #expect(displays == ["desk", "desk", nil])
  }

  @Test func `who becomes primary is the only one`() async throws {
    let (client, made) = try await Self.made()
    let id = try made.id
    let added = try await client.patch(
      "/Users/\(id)",
      SCIM.patch(
        SCIM.op("add", "emails", [["value": "new@example.com", "type": "home", "primary": true]])))
    #expect(added["emails"]?.array?.map { $0["primary"]?.bool ?? false } == [false, true])
    let back = try await client.patch(
      "/Users/\(id)", SCIM.patch(SCIM.op("replace", "emails[type eq \"work\"].primary", true)))
    #expect(back["emails"]?.array?.map { $0["primary"]?.bool ?? false } == [true, false])
  }

  @Test func `PATCH answers with what was asked for`() async throws {
    let (client, made) = try await Self.made()
    let body = SCIM.patch(SCIM.op("replace", "title", "Shown"))
    let some = try await client.patch("/Users/\(try made.id)?attributes=title", body)
    #expect(some.status == 200 && some["title"] == "Shown" && some["userName"] == nil)
    #expect(some["id"] == made["id"] && some["schemas"] != nil)
    let rest = try await client.patch(
      "/Users/\(try made.id)?excludedAttributes=emails,meta", body)
    #expect(rest["title"] == "Shown" && rest["emails"] == nil && rest["meta"] == nil)
  }

  static func made() async throws -> (client: TestClient, made: TestAnswer) {
    let client = try await ConformanceServer.connect(.okta)
    return (client, try await client.post("/Users", OktaUser("person@example.com").creation))
  }
}
