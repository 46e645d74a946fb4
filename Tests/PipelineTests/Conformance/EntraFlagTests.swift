import Testing
import Transport

@testable import Pipeline

/// Entra ID whose tenant URL ends in the flag for standard PATCH: lower-case operations, real
/// booleans, several attributes in one object without a path. The flag is part of every address.
@Suite(.oneServer, .timeLimit(.minutes(5)))
struct EntraFlagTests {
  private static let flag = "aadOptscim062020"

  @Test(arguments: ["aadOptscim062020", "aadOptscim062020=", "AzureAdScimPatch2017"])
  func `the flag is a parameter that means nothing here`(flag: String) async throws {
    let entra = try await ConformanceServer.connect(.entra)
    let made = try await entra.post("/Users?\(flag)", EntraUser("flagged@example.com").creation)
    #expect(made.status == 201)
    let hit = SCIM.filter("userName eq \"flagged@example.com\"", more: "&\(flag)")
    #expect(try await entra.get(hit).isList(of: 1))
    #expect(try await entra.get("/Users?\(flag)&" + hit.dropFirst("/Users?".count)).isList(of: 1))
    #expect(try await entra.get("/Users/\(try made.id)?\(flag)").json == made.json)
    #expect(try await entra.delete("/Users/\(try made.id)?\(flag)").status == 204)
  }

  @Test func `one object changes attributes by name, by dotted name and by URN`() async throws {
    let entra = try await ConformanceServer.connect(.entra)
    let id = try await entra.post("/Users", EntraUser("terse@example.com").creation).id
    let answer = try await entra.patch(
      "/Users/\(id)?\(Self.flag)",
      SCIM.patch(
        SCIM.op(
          "replace", nil,
          SCIM.object([
            ("displayName", "Terse"), ("name.givenName", "Tess"), ("name.familyName", "Terse"),
            ("\(SCIM.enterprise):employeeNumber", "E-7"),
            ("\(SCIM.enterprise):department", "Archives"), ("active", false),
          ]))))
    #expect(answer.status == 200 && answer["active"] == false, "\(answer)")
    #expect(answer["displayName"] == "Terse" && answer.at("name.givenName") == "Tess")
    #expect(answer.at("name.familyName") == "Terse" && answer.at("name.formatted") == "Edda Entra")
    #expect(answer.enterprise == ["employeeNumber": "E-7", "department": "Archives"])
    #expect(answer["name.givenName"] == nil && answer["\(SCIM.enterprise):department"] == nil)
  }

  @Test func `disabling and enabling are booleans with a path`() async throws {
    let entra = try await ConformanceServer.connect(.entra)
    let id = try await entra.post("/Users", EntraUser("switch@example.com").creation).id
    for active in [false, true] {
      let body = SCIM.patch(SCIM.op("replace", "active", JSONValue(active)))
      let answer = try await entra.patch("/Users/\(id)?\(Self.flag)", body)
      #expect(answer.status == 200 && answer["active"] == JSONValue(active))
    }
  }

  @Test func `filtered paths change the one value they mean`() async throws {
    let entra = try await ConformanceServer.connect(.entra)
    let body = EntraUser("paths@example.com").creation.setting(
      "emails",
      to: [
        ["type": "work", "value": "paths@example.com", "primary": true],
        ["type": "home", "value": "home@example.com"],
      ])
    let id = try await entra.post("/Users", body).id
    let answer = try await entra.patch(
      "/Users/\(id)?\(Self.flag)",
      SCIM.patch(
        SCIM.op("replace", "emails[type eq \"work\"].value", "new@example.com"),
        SCIM.op("add", "phoneNumbers[type eq \"mobile\"].value", "5"),
        SCIM.op("remove", "emails[type eq \"home\"]")))
    #expect(answer["emails"] == [["value": "new@example.com", "type": "work", "primary": true]])
    #expect(answer["phoneNumbers"] == [["value": "5", "type": "mobile"]])
  }

  @Test func `a value that is in no canonical list is no target for a standard replace`()
    async throws
  {
    let entra = try await ConformanceServer.connect(.entra)
    let id = try await entra.post("/Users", EntraUser("strict@example.com").creation).id
    let path = "emails[type eq \"satellite\"].value"
    let body = SCIM.patch(SCIM.op("replace", path, "s@example.com"))
    let strict = try await entra.patch("/Users/\(id)?\(Self.flag)", body)
    #expect(strict.isSCIMError(400) && strict["scimType"] == "noTarget", "\(strict)")
  }

  @Test func `a manager is set and removed`() async throws {
    let entra = try await ConformanceServer.connect(.entra)
    let boss = try await entra.post("/Users", EntraUser("boss@example.com").creation).id
    let id = try await entra.post("/Users", EntraUser("led@example.com").creation).id
    let path = "\(SCIM.enterprise):manager"
    let led = try await entra.patch(
      "/Users/\(id)?\(Self.flag)", SCIM.patch(SCIM.op("add", path, JSONValue(boss))))
    #expect(led.enterprise?.at("manager.value") == JSONValue(boss))
    let free = try await entra.patch(
      "/Users/\(id)?\(Self.flag)", SCIM.patch(SCIM.op("remove", path)))
    #expect(free.status == 200 && free.enterprise?["manager"] == nil)
  }

  @Test func `both dialects reach one user one after the other`() async throws {
    let (entra, api) = try await ConformanceServer.story(.entra)
    let id = try await entra.post("/Users", EntraUser("both@example.com").creation).id
    let verbose = SCIM.patch(
      SCIM.op("Replace", "active", "False"), SCIM.op("Replace", "name.familyName", "Old"))
    #expect(try await entra.patch("/Users/\(id)", verbose)["active"] == false)
    let terse = SCIM.patch(
      SCIM.op("replace", nil, SCIM.object([("active", true), ("name.familyName", "New")])))
    #expect(try await entra.patch("/Users/\(id)?\(Self.flag)", terse)["active"] == true)
    let employee = try await api.get("/hris/employees").at("data.0")
    #expect(employee?["lastName"] == "New" && employee?["active"] == true)
    #expect(employee?["revision"] == 3)
  }
}
