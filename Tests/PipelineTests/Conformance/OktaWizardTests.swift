import Testing
import Transport

@testable import Pipeline

/// An app of Okta's App Integration Wizard: whatever it changes, it reads first, lays its own
/// attributes over what it read, and puts everything back.
@Suite(.oneServer, .timeLimit(.minutes(5)))
struct OktaWizardTests {
  @Test func `a user's whole life is GET and PUT`() async throws {
    let okta = try await ConformanceServer.connect(.okta)
    let user = OktaUser("wanda@example.com", givenName: "Wanda", familyName: "Wizard")
    let id = try await okta.post("/Users", user.creation).id

    let changed = try await Self.overlay(okta, id) {
      $0.setting("name", to: ["givenName": "Wanda", "middleName": "Q", "familyName": "Wizard"])
    }
    #expect(changed.status == 200 && changed.at("name.middleName") == "Q")
    let unassigned = try await Self.overlay(okta, id) {
      $0.setting("name", to: ["givenName": "Wanda", "middleName": "", "familyName": "Wizard"])
    }
    #expect(unassigned.status == 200 && unassigned.at("name.middleName") == nil)

    let off = try await Self.overlay(okta, id) { $0.setting("active", to: false) }
    #expect(off.status == 200 && off["active"] == false)
    #expect(try await okta.get("/Users/\(id)")["active"] == false)
    let found = try await okta.get(OktaUser.filter(user.userName))
    #expect(found.isList(of: 1) && found.at("Resources.0.id") == JSONValue(id))
    let on = try await Self.overlay(okta, id) { $0.setting("active", to: true) }
    #expect(on.status == 200 && on["active"] == true && on["id"] == JSONValue(id))
  }

  @Test func `somebody who is there already is matched and put, not posted`() async throws {
    let okta = try await ConformanceServer.connect(.okta)
    let user = OktaUser("matched@example.com", externalId: "earlier")
    let id = try await okta.post("/Users", user.creation).id
    let hit = try await okta.get(OktaUser.filter("Matched@Example.com"))
    #expect(hit.isList(of: 1) && hit.at("Resources.0.id") == JSONValue(id))
    let put = try await Self.overlay(okta, id) {
      $0.setting("externalId", to: "00u-matched").setting("password", to: "some-password")
    }
    #expect(put.status == 200 && put["externalId"] == "00u-matched" && put["password"] == nil)
    #expect(try await okta.get("/Users").isList(of: 1))
  }

  @Test func `what was returned comes back whole and changes nothing, as often as it is sent`()
    async throws
  {
    let (okta, api) = try await ConformanceServer.story(.okta)
    let body = OktaUser("echo@example.com", title: "Engineer").creation
      .setting("schemas", to: [JSONValue(SCIM.user), JSONValue(SCIM.enterprise)])
      .setting(SCIM.enterprise, to: ["department": "Echo", "manager": ["value": "unknown-boss"]])
      .setting("favouriteColour", to: "teal")
      .setting("urn:example:params:scim:desk:1.0:User", to: ["desk": "4-017"])
    let made = try await okta.post("/Users", body)
    #expect(made.status == 201 && made["favouriteColour"] == nil)
    #expect(made.enterprise?.at("manager.value") == "unknown-boss")
    let id = try made.id
    let before = try await api.get("/hris/employees")["data"]?.array?.first
    for round in 1...2 {
      let put = try await Self.overlay(okta, id) { $0 }
      #expect(put.status == 200, "\(put)")
      if round == 2 { #expect(put.json == (try await okta.get("/Users/\(id)").json)) }
    }
    let after = try await api.get("/hris/employees")["data"]?.array?.first
    #expect(after?["departmentName"] == "Echo" && after?["jobTitle"] == "Engineer")
    #expect(before?["id"] == after?["id"])
  }

  @Test func `the same PUT twice in a row is one change`() async throws {
    let (okta, api) = try await ConformanceServer.story(.okta)
    let id = try await okta.post("/Users", OktaUser("twice@example.com").creation).id
    let overlaid = try await okta.get("/Users/\(id)").json.setting("title", to: "Pilot")
    let first = try await okta.put("/Users/\(id)", overlaid)
    let second = try await okta.put("/Users/\(id)", overlaid)
    #expect(first.status == 200 && second.status == 200 && first.json == second.json)
    let employee = try await api.get("/hris/employees")["data"]?.array?.first
    #expect(employee?["revision"] == 2 && employee?["jobTitle"] == "Pilot")
  }

  @Test func `PUT clears what it leaves out, but not whether somebody works here`() async throws {
    let okta = try await ConformanceServer.connect(.okta)
    let user = OktaUser("cleared@example.com", title: "Gone")
    let id = try await okta.post("/Users", user.creation).id
    _ = try await Self.overlay(okta, id) { $0.setting("active", to: false) }
    let put = try await okta.put(
      "/Users/\(id)",
      ["schemas": [JSONValue(SCIM.user)], "id": JSONValue(id), "userName": "cleared@example.com"])
    #expect(put.status == 200 && put["title"] == nil && put["emails"] == nil)
    #expect(put["active"] == false, "without active the stored value stays")
  }

  @Test func `a list that is put back by mistake is refused`() async throws {
    let okta = try await ConformanceServer.connect(.okta)
    let user = OktaUser("envelope@example.com")
    let made = try await okta.post("/Users", user.creation)
    let list = try await okta.get(OktaUser.filter(user.userName)).json
    #expect(try await okta.put("/Users/\(try made.id)", list).isSCIMError(400))
    #expect(try await okta.get("/Users/\(try made.id)").json == made.json)
    #expect(try await okta.put("/Users/nobody", user.creation).isSCIMError(404))
  }

  /// Reads, changes what was read, puts it back.
  static func overlay(
    _ okta: TestClient, _ id: String, in endpoint: String = "/Users",
    _ change: (JSONValue) -> JSONValue
  ) async throws -> TestAnswer {
    let read = try await okta.get("\(endpoint)/\(id)")
    #expect(read.status == 200)
    return try await okta.put("\(endpoint)/\(id)", change(read.json))
  }
}
