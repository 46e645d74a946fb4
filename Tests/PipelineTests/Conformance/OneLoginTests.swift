import Testing
import Transport

@testable import Pipeline

/// OneLogin: bodies from templates that admins write, addresses with a dangling `&` or `?`.
@Suite(.oneServer, .timeLimit(.minutes(5)))
struct OneLoginTests {
  @Test func `saving probes what is offered and who is there`() async throws {
    let oneLogin = try await ConformanceServer.connect(.oneLogin)
    let config = try await oneLogin.get("/ServiceProviderConfig")
    #expect(config.status == 200 && config.at("patch.supported") == true)
    #expect(try await oneLogin.get("/Users?filter=userName+eq+%22nobody%22&").isList(of: 0))
    #expect(try await oneLogin.get("/Users?").isList(of: 0))
  }

  @Test func `an old template makes a user all the same`() async throws {
    let (oneLogin, api) = try await ConformanceServer.story(.oneLogin)
    let body = SCIM.object([
      ("schemas", ["urn:scim:schemas:core:1.0", "urn:scim:schemas:extension:enterprise:1.0"]),
      ("userName", "olive@example.com"), ("active", true),
      ("name", ["givenName": "Olive", "familyName": "Login"]),
      ("emails", ["value": "olive@example.com", "type": "work"]),
      ("urn:scim:schemas:extension:enterprise:1.0", ["department": "Grove"]),
    ])
    let made = try await oneLogin.post("/Users", body)
    #expect(made.status == 201, "\(made)")
    #expect(made["emails"] == [["value": "olive@example.com", "type": "work"]])
    #expect(made["schemas"] == [JSONValue(SCIM.user)], "only what is known is listed")
    let employee = try await api.get("/hris/employees").at("data.0")
    #expect(employee?["firstName"] == "Olive" && employee?["email"] == "olive@example.com")
    #expect(employee?["customFields"]?.text.contains("Grove") == true, "nothing sent is lost")
  }

  @Test func `a user is found, put with a dangling question mark, and switched off`() async throws {
    let oneLogin = try await ConformanceServer.connect(.oneLogin)
    let user = OktaUser("otto@example.com", givenName: "Otto", familyName: "Login")
    let id = try await oneLogin.post("/Users", user.creation).id
    let found = try await oneLogin.get("/Users?filter=userName+eq+%22otto@example.com%22&")
    #expect(found.isList(of: 1) && found.at("Resources.0.id") == JSONValue(id))
    let put = try await oneLogin.put(
      "/Users/\(id)?", user.creation.setting("title", to: "Grower"))
    #expect(put.status == 200 && put["title"] == "Grower")
    let off = try await oneLogin.patch("/Users/\(id)?", OktaUser.deactivation)
    #expect(off.status == 200 && off["active"] == false)
  }

  @Test func `deprovisioning deletes where the admin chose so`() async throws {
    let oneLogin = try await ConformanceServer.connect(.oneLogin)
    let id = try await oneLogin.post("/Users", OktaUser("left@example.com").creation).id
    #expect(try await oneLogin.delete("/Users/\(id)?").status == 204)
    #expect(try await oneLogin.get("/Users/\(id)").isSCIMError(404))
  }
}
