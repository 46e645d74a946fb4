import Testing
import Transport

@testable import Pipeline

/// Entra ID as it comes: capitalised operations, booleans as texts, one attribute per operation.
@Suite(.oneServer, .timeLimit(.minutes(5)))
struct EntraTests {
  @Test(arguments: [
    "userName eq \"7f0d9f2c-aaaa-4bbb-8ccc-1f2e3d4c5b6a\"",
    "externalId eq \"7f0d9f2c-aaaa-4bbb-8ccc-1f2e3d4c5b6a\"",
    "emails[type eq \"work\"].value eq \"7f0d9f2c-aaaa-4bbb-8ccc-1f2e3d4c5b6a\"",
    "userName eq \"7f0d9f2c\" and externalId eq \"7f0d9f2c\"",
  ])
  func `testing the connection asks for somebody who does not exist`(filter: String) async throws {
    let entra = try await ConformanceServer.connect(.entra)
    let answer = try await entra.get(SCIM.filter(filter))
    #expect(answer.isList(of: 0) && answer["Resources"] == [], "\(answer)")
    #expect(answer.fields["Content-Type"]?.hasPrefix("application/scim+json") == true)
  }

  @Test func `a created user is found by each matching attribute, values as they were sent`()
    async throws
  {
    let entra = try await ConformanceServer.connect(.entra)
    let user = EntraUser(
      "Edda.Entra@Example.com", externalId: "Object-1",
      more: [
        ("active", "True"),
        (
          "roles",
          [
            [
              "primary": "True", "display": "Lead", "value": "lead",
              "type": "WindowsAzureActiveDirectoryRole",
            ]
          ]
        ),
        ("addresses", [["type": "work", "country": "Gibraltar", "primary": true]]),
        ("phoneNumbers", [["type": "work", "value": "+1 (555) 0100"]]),
      ])
    let made = try await entra.post("/Users", user.creation)
    #expect(made.status == 201 && made["active"] == true, "\(made)")
    #expect(made.at("roles.0.primary") == true && made.at("addresses.0.country") == "Gibraltar")
    #expect(made.at("phoneNumbers.0.value") == "+1 (555) 0100")
    #expect(made["userName"] == "Edda.Entra@Example.com" && made["externalId"] == "Object-1")
    #expect(made.enterprise == ["employeeNumber": "E-1", "department": "Ledgers"])
    for filter in [
      "userName eq \"edda.entra@example.com\"", "externalId eq \"Object-1\"",
      "emails[type eq \"work\"].value eq \"EDDA.ENTRA@example.com\"",
      "userName eq \"edda.entra@example.com\" and externalId eq \"Object-1\"",
    ] {
      let answer = try await entra.get(SCIM.filter(filter))
      #expect(answer.isList(of: 1) && answer.at("Resources.0.id") == made["id"], "\(filter)")
    }
    #expect(try await entra.get(SCIM.filter("externalId eq \"object-1\"")).isList(of: 0))
  }

  @Test func `a lost answer is followed by the same POST, which is told of the conflict`()
    async throws
  {
    let entra = try await ConformanceServer.connect(.entra)
    let body = EntraUser("lost@example.com").creation
    #expect(try await entra.post("/Users", body).status == 201)
    let again = try await entra.post("/Users", body)
    #expect(again.isSCIMError(409) && again["scimType"] == "uniqueness")
    #expect(try await entra.get(SCIM.filter("userName eq \"lost@example.com\"")).isList(of: 1))
  }

  @Test func `one operation per attribute, and each is applied`() async throws {
    let entra = try await ConformanceServer.connect(.entra)
    let id = try await entra.post("/Users", EntraUser("verbose@example.com").creation).id
    let answer = try await entra.patch(
      "/Users/\(id)",
      SCIM.patch(
        SCIM.op("Replace", "displayName", "Edda Renamed"),
        SCIM.op("Replace", "name.familyName", "Renamed"),
        SCIM.op("Replace", "userName", "Renamed@example.com"),
        SCIM.op("Replace", "emails[type eq \"work\"].value", "renamed@example.com"),
        SCIM.op("Add", "title", "Archivist"),
        SCIM.op("Replace", "\(SCIM.enterprise):department", "Archives"),
        SCIM.op("Remove", "\(SCIM.enterprise):employeeNumber"),
        SCIM.op("Replace", "active", "False")))
    #expect(answer.status == 200 && answer["active"] == false, "\(answer)")
    #expect(answer["displayName"] == "Edda Renamed" && answer.at("name.familyName") == "Renamed")
    #expect(answer["userName"] == "Renamed@example.com" && answer["title"] == "Archivist")
    #expect(
      answer["emails"] == [["value": "renamed@example.com", "type": "work", "primary": true]])
    #expect(answer.enterprise == ["department": "Archives"])
    let on = try await entra.patch("/Users/\(id)", SCIM.patch(SCIM.op("Add", "active", "True")))
    #expect(on.status == 200 && on["active"] == true)
  }

  @Test func `a value of a kind that was never set makes its element, siblings stay`() async throws
  {
    let entra = try await ConformanceServer.connect(.entra)
    let body = EntraUser("kinds@example.com").creation
      .setting("phoneNumbers", to: [["type": "work", "value": "1"]])
    let id = try await entra.post("/Users", body).id
    let answer = try await entra.patch(
      "/Users/\(id)",
      SCIM.patch(
        SCIM.op("Replace", "phoneNumbers[type eq \"mobile\"].value", "2"),
        SCIM.op("Add", "phoneNumbers[type eq \"fax\"].value", "3"),
        SCIM.op("Add", "addresses[type eq \"work\"].locality", "Testville"),
        SCIM.op("Add", "addresses[type eq \"work\"].region", "TS"),
        SCIM.op("Replace", "addresses[type eq \"work\"].country", "Gibraltar"),
        SCIM.op("Replace", "addresses[type eq \"untyped\"].locality", "Nowhere"),
        SCIM.op("Add", "photos[type eq \"photo\"].value", "https://img.example.com/e.png")))
    #expect(answer.status == 200, "\(answer)")
    let phones = answer["phoneNumbers"]?.array?.map { [$0["type"], $0["value"]] }
    #expect(phones == [["work", "1"], ["mobile", "2"], ["fax", "3"]])
    #expect(answer["addresses"]?.array?.count == 2)
    #expect(
      answer.at("addresses.0.locality") == "Testville" && answer.at("addresses.0.region") == "TS")
    #expect(answer.at("addresses.0.country") == "Gibraltar")
    #expect(answer.at("addresses.1.type") == "untyped")
    #expect(answer.at("photos.0.type") == "photo")
  }

  @Test func `a role is found by whether it is primary, said as a text`() async throws {
    let entra = try await ConformanceServer.connect(.entra)
    let body = EntraUser("roles@example.com").creation
      .setting("roles", to: [["primary": "True", "value": "lead", "display": "Lead", "type": "t"]])
    let id = try await entra.post("/Users", body).id
    let answer = try await entra.patch(
      "/Users/\(id)",
      SCIM.patch(
        SCIM.op("Replace", "roles[primary eq \"True\"].value", "chief"),
        SCIM.op("Replace", "roles[primary eq \"True\"].display", "Chief")))
    #expect(answer.status == 200, "\(answer)")
    #expect(answer["roles"]?.array?.count == 1 && answer.at("roles.0.value") == "chief")
    #expect(answer.at("roles.0.display") == "Chief" && answer.at("roles.0.primary") == true)
  }

  @Test func `a manager is set, exchanged, asked for and cleared in every spelling`() async throws {
    let (entra, api) = try await ConformanceServer.story(.entra)
    let first = try await entra.post("/Users", EntraUser("first@example.com").creation).id
    let second = try await entra.post("/Users", EntraUser("second@example.com").creation).id
    let id = try await entra.post("/Users", EntraUser("managed@example.com").creation).id
    let path = "\(SCIM.enterprise):manager"
    func manager(after operation: JSONValue) async throws -> JSONValue? {
      let answer = try await entra.patch("/Users/\(id)", SCIM.patch(operation))
      #expect(answer.status == 200, "\(operation.text): \(answer)")
      return answer.enterprise?.at("manager.value")
    }
    #expect(try await manager(after: SCIM.op("Add", path, JSONValue(first))) == JSONValue(first))
    let reference: JSONValue = [
      ["$ref": JSONValue("../Users/\(second)"), "value": JSONValue(second)]
    ]
    #expect(try await manager(after: SCIM.op("Replace", path, reference)) == JSONValue(second))
    let employee = try await api.get("/hris/employees?email=managed@example.com")
    #expect(employee.at("data.0.manager.email") == "second@example.com")
    #expect(
      try await manager(after: SCIM.op("Replace", "manager", JSONValue(first))) == JSONValue(first))
    let asked = "id eq \"\(id)\" and manager eq \"\(first)\""
    #expect(try await entra.get(SCIM.filter(asked, more: "&attributes=id")).isList(of: 1))
    let other = "id eq \"\(id)\" and manager eq \"\(second)\""
    #expect(try await entra.get(SCIM.filter(other, more: "&attributes=id")).isList(of: 0))
    #expect(try await manager(after: SCIM.op("Replace", path, "")) == nil)
    _ = try await manager(after: SCIM.op("Add", path, JSONValue(second)))
    #expect(try await manager(after: SCIM.op("Remove", path)) == nil)
    let unknown = try await entra.patch(
      "/Users/\(id)", SCIM.patch(SCIM.op("Add", path, "nobody-yet")))
    #expect(unknown.status == 200, "an unknown manager never fails the user")
  }

  @Test func `keys that mean nothing are passed over, wrapped values are unwrapped`() async throws {
    let entra = try await ConformanceServer.connect(.entra)
    let id = try await entra.post("/Users", EntraUser("extra@example.com").creation).id
    let operation = SCIM.op("Replace", "displayName", "Extra").setting("name", to: "renameUser")
    let body = SCIM.patch(operation, SCIM.op("Add", "userType", [["value": "Contractor"]]))
      .setting("id", to: JSONValue(id))
    let answer = try await entra.patch("/Users/\(id)", body)
    #expect(answer.status == 200 && answer["displayName"] == "Extra", "\(answer)")
    #expect(answer["userType"] == "Contractor")
    let removed = try await entra.patch(
      "/Users/\(id)",
      SCIM.patch(SCIM.op("Remove", "emails[type eq \"work\"].value", "extra@example.com")))
    #expect(removed.status == 200 && removed.at("emails.0.value") == nil)
  }

  @Test func `names in Pascal case and a misspelt URN do no harm`() async throws {
    let entra = try await ConformanceServer.connect(.entra)
    let body = SCIM.object([
      ("Schemas", [JSONValue(SCIM.user)]), ("UserName", "pascal@example.com"), ("Active", true),
      ("DisplayName", "Pascal"), ("Name", ["GivenName": "Blaise", "FamilyName": "Pascal"]),
      ("urn:ietf:params:scim:schemas:extension:enterprise:2.0User", ["department": "Lost"]),
    ])
    let made = try await entra.post("/Users", body)
    #expect(made.status == 201 && made["userName"] == "pascal@example.com", "\(made)")
    #expect(made.at("name.familyName") == "Pascal" && made["displayName"] == "Pascal")
    #expect(made["schemas"]?.array?.contains(JSONValue(SCIM.user)) == true)
    #expect(made.enterprise == nil)
  }

  @Test func `soft deletion keeps the user, deletion frees the name, twice is 404`() async throws {
    let entra = try await ConformanceServer.connect(.entra)
    let id = try await entra.post("/Users", EntraUser("leaver@example.com").creation).id
    let off = SCIM.patch(SCIM.op("Replace", "active", "False"))
    #expect(try await entra.patch("/Users/\(id)", off)["active"] == false)
    #expect(try await entra.get("/Users/\(id)").status == 200)
    #expect(try await entra.get(SCIM.filter("externalId eq \"object-leaver\"")).isList(of: 1))
    #expect(try await entra.delete("/Users/\(id)").status == 204)
    #expect(try await entra.get("/Users/\(id)").isSCIMError(404))
    #expect(try await entra.delete("/Users/\(id)").isSCIMError(404))
    #expect(try await entra.get(SCIM.filter("externalId eq \"object-leaver\"")).isList(of: 0))
  }

  @Test func `one operation that cannot be applied keeps the others from being applied`()
    async throws
  {
    let entra = try await ConformanceServer.connect(.entra)
    let made = try await entra.post("/Users", EntraUser("atomic@example.com").creation)
    let answer = try await entra.patch(
      "/Users/\(try made.id)",
      SCIM.patch(
        SCIM.op("Replace", "displayName", "Half"), SCIM.op("Replace", "active", "Perhaps")))
    #expect(answer.isSCIMError(400))
    #expect(try await entra.get("/Users/\(try made.id)").json == made.json)
  }

  @Test func `what is missing or broken is 400`() async throws {
    let entra = try await ConformanceServer.connect(.entra)
    let nameless = EntraUser("x").creation.setting("userName", to: nil)
    #expect(try await entra.post("/Users", nameless).isSCIMError(400))
    let made = try await entra.post("/Users", EntraUser("whole@example.com").creation)
    #expect(try await entra.put("/Users/\(try made.id)", nameless).isSCIMError(400))
    let broken = try await entra.send("POST", "/Users", bytes: Array("{\"userName\":".utf8))
    #expect(broken.isSCIMError(400) && broken["scimType"] == "invalidSyntax")
    let lower = try await entra.get("/users?filter=userName%20eq%20%22whole@example.com%22")
    #expect(lower.isList(of: 1))
  }
}
