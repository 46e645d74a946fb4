import Testing
import Transport

@testable import Pipeline

/// What Entra and JumpCloud send otherwise than Okta, against the real program.
@Suite(.timeLimit(.minutes(2)))
struct OtherProviderTests {
  private static let patchOp: JSONValue = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]
  private static let both: JSONValue = [JSONValue(OktaUser.core), JSONValue(OktaUser.enterprise)]

  @Test func `an Entra user in both of its dialects becomes one employee`() async throws {
    let server = try await TestServer.started()
    let entra = try server.okta()
    var body: JSONValue = [
      "schemas": Self.both, "userName": "Entra.User@example.com", "active": "True",
      "externalId": "entra-1", "displayName": "Entra User", "meta": ["resourceType": "User"],
      "name": ["givenName": "Entra", "familyName": "User"],
      "emails": [["primary": true, "type": "work", "value": "entra.user@example.com"]],
      "addresses": [["type": "work", "country": "Gibraltar", "primary": true]],
      "roles": [["primary": "True", "display": "Lead", "value": "lead", "type": "x"]],
    ]
    body = body.setting(
      OktaUser.enterprise,
      to: ["department": "Ledgers", "manager": ["value": "nobody-yet"]])
    let made = try await entra.post("/Users", body)
    #expect(made.status == 201 && made["active"] == true, "\(made)")
    let id = try #require(made["id"]?.string)
    #expect(made["roles"]?.array?.first?["primary"] == true)

    let verbose: JSONValue = [
      "schemas": Self.patchOp,
      "Operations": [
        ["op": "Replace", "path": "emails[type eq \"work\"].value", "value": "new@example.com"],
        ["op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+1 555 0100"],
        ["op": "Replace", "path": "active", "value": "False"],
        [
          "op": "Replace", "path": JSONValue("\(OktaUser.enterprise):department"),
          "value": "Archives",
        ],
      ],
    ]
    let off = try await entra.patch("/Users/\(id)", verbose)
    #expect(off.status == 200 && off["active"] == false)
    #expect(off["emails"]?.array?.first?["value"] == "new@example.com")
    #expect(off["phoneNumbers"]?.array?.first?["type"] == "mobile")
    let terse: JSONValue = [
      "schemas": Self.patchOp,
      "Operations": [
        [
          "op": "replace",
          "value": .object(
            JSONObject([
              .init(name: "active", value: true), .init(name: "name.familyName", value: "Renamed"),
              .init(name: "\(OktaUser.enterprise):employeeNumber", value: "E-7"),
            ])),
        ]
      ],
    ]
    let on = try await entra.patch("/Users/\(id)", terse)
    #expect(on.status == 200 && on["active"] == true && on["name"]?["familyName"] == "Renamed")
    #expect(on[OktaUser.enterprise]?["employeeNumber"] == "E-7")

    let api = try await server.api(consumer: try server.made.consumerId)
    let employee = try #require(try await api.get("/hris/employees")["data"]?.array?.first)
    #expect(employee["departmentName"] == "Archives" && employee["lastName"] == "Renamed")
    #expect(employee["email"] == "new@example.com" && employee["revision"] == 3)
    #expect(employee["manager"]?["resolved"] == false)
    let work = OktaUser.filter("x").replacing(
      "userName%20eq%20%22x%22",
      with: "emails%5Btype%20eq%20%22work%22%5D.value%20eq%20%22NEW%40example.com%22")
    #expect(try await entra.get(work)["totalResults"] == 1)
    #expect(try await entra.delete("/Users/\(id)").status == 204)
    #expect(try await entra.delete("/Users/\(id)").isSCIMError(404))
    #expect(try await entra.get(work)["totalResults"] == 0)
  }

  @Test func `JumpCloud's full and minimal PUT replace what was there`() async throws {
    let server = try await TestServer.started()
    let jumpCloud = try server.okta()
    let user = OktaUser("jump@example.com", externalId: "jump-1")
    let id = try #require(try await jumpCloud.post("/Users", user.creation)["id"]?.string)
    let full = user.creation.setting("schemas", to: Self.both)
      .setting("id", to: JSONValue(id)).setting("addresses", to: []).setting("phoneNumbers", to: [])
      .setting("photos", to: [["value": "https://img.example.com/1.png"]])
      .setting(OktaUser.enterprise, to: ["department": "Harbour"])
    let put = try await jumpCloud.put("/Users/\(id)", full)
    #expect(put.status == 200 && put[OktaUser.enterprise]?["department"] == "Harbour")
    #expect(put["photos"]?.array?.count == 1 && put["addresses"] == nil)
    let minimal: JSONValue = [
      "schemas": [JSONValue(OktaUser.core)], "id": JSONValue(id), "emails": .null,
      "userName": "jump@example.com", "active": true,
      "name": ["givenName": "J", "familyName": "C"],
    ]
    let cut = try await jumpCloud.put("/Users/\(id)", minimal)
    #expect(cut.status == 200 && cut["emails"] == nil && cut["photos"] == nil)
    #expect(cut[OktaUser.enterprise] == nil && cut["schemas"] == [JSONValue(OktaUser.core)])
  }
}
