import Actors
import Testing
import Transport

@testable import Pipeline

struct APIConnectionsTests {
  private let harness = APIHarness()

  @Test func `every integration is listed, added or available`() async throws {
    let token = try await Tenant("Acme", in: harness).consumerTokens[0]
    _ = await harness.send("POST", "/api/connections/hris/entra-scim", token: token)
    let list = await harness.send("GET", "/api/connections", token: token)
    let rows = try #require(list.data.array)
    #expect(
      rows.map { $0["serviceId"]?.string } == [
        "okta-scim", "entra-scim", "onelogin-scim", "jumpcloud-scim", "scim",
      ])
    #expect(
      rows.map { $0["status"]?.string } == [
        "available", "connected", "available", "available", "available",
      ])
    #expect(list.json["meta"] == ["next": nil, "current": nil, "itemsOnPage": 5])
  }

  @Test func `the token is shown once and the Base URL has no underscore`() async throws {
    let token = try await Tenant("Acme", in: harness).consumerTokens[0]
    let path = "/api/connections/hris/okta-scim"
    let made = await harness.send("POST", path, token: token)
    #expect(made.status == 201)
    let clear = try #require(made.data["metadata"]?["apiToken"]?.string)
    #expect(clear.hasPrefix("scimtok_") && clear.count == 51)
    let baseURL = try #require(made.data["metadata"]?["baseUrl"]?.string)
    #expect(baseURL.hasPrefix("https://scim.example.com/scim/v2/"))
    #expect(!baseURL.contains("_"))
    let read = await harness.send("GET", path, token: token)
    #expect(read.data["metadata"]?["apiToken"]?.string == String(clear.prefix(12)) + "…")
    #expect(!read.text.contains(clear))
    let kept = try #require(harness.backend.configuration.connections.values.first)
    #expect(!kept.json.text.contains(clear))
  }

  @Test func `a consumer has one connection of a kind`() async throws {
    let token = try await Tenant("Acme", in: harness).consumerTokens[0]
    let path = "/api/connections/hris/scim"
    #expect(await harness.send("POST", path, token: token).status == 201)
    #expect(await harness.send("POST", path, token: token).status == 409)
  }

  @Test func `only what is supplied changes`() async throws {
    let token = try await Tenant("Acme", in: harness).consumerTokens[0]
    let path = "/api/connections/hris/scim"
    let settings: JSONValue = ["settings": ["deactivatedStatus": "terminated"]]
    _ = await harness.send("POST", path, settings, token: token)
    let told = await harness.send(
      "PATCH", path, ["settings": ["membershipUpdatesEmployees": true]], token: token)
    #expect(
      told.data["settings"] == [
        "deactivatedStatus": "terminated", "membershipUpdatesEmployees": true,
      ])
    _ = await harness.send(
      "PATCH", path, ["settings": ["membershipUpdatesEmployees": nil]], token: token)
    let off = await harness.send("PATCH", path, ["enabled": false], token: token)
    #expect(off.data["status"] == "disabled")
    #expect(off.data["settings"] == ["deactivatedStatus": "terminated"])
    let back = await harness.send(
      "PATCH", path, ["settings": ["deactivatedStatus": nil]], token: token)
    #expect(back.data["settings"] == [:])
    #expect(back.data["enabled"] == false)
  }

  @Test(arguments: [
    ["deactivatedStatus": "gone"] as JSONValue, ["deactivateStatus": "inactive"],
  ])
  func `a setting that is not one is refused`(settings: JSONValue) async throws {
    let token = try await Tenant("Acme", in: harness).consumerTokens[0]
    let answer = await harness.send(
      "POST", "/api/connections/hris/scim", ["settings": settings], token: token)
    #expect(answer.status == 400)
    #expect(answer.json["errors"]?.array?.first?["field"]?.string?.hasPrefix("settings.") == true)
  }

  @Test func `removing asks what becomes of the employees`() async throws {
    let token = try await Tenant("Acme", in: harness).consumerTokens[0]
    let path = "/api/connections/hris/scim"
    _ = await harness.send("POST", path, token: token)
    let asked = await harness.send("DELETE", path, token: token)
    #expect(asked.status == 400)
    #expect(asked.json["errors"]?.array?.first?["field"] == "employees")
    #expect(asked.detail.contains("keep"))
    #expect(await harness.send("DELETE", path + "?employees=keep", token: token).status == 204)
    #expect(harness.backend.configuration.connections.isEmpty)
  }

  @Test func `a connection tells when it was last heard of and that a token was wrong`()
    async throws
  {
    let token = try await Tenant("Acme", in: harness).consumerTokens[0]
    let path = "/api/connections/hris/okta-scim"
    let id = try #require(
      await harness.send("POST", path, token: token).data["id"]?.string)
    let kept = try #require(harness.backend.configuration.connections[id]?.tokens.first)
    harness.backend.activity.used(connection: id, token: kept.id, at: harness.clock.now)
    let heard = await harness.send("GET", path, token: token)
    #expect(heard.data["lastRequestAt"] == "2026-01-02T03:04:05.678Z")
    #expect(heard.data["status"] == "connected")
    let tokens = await harness.own("GET", "/api/connections/\(id)/tokens")
    #expect(tokens.data.array?.first?["lastUsedAt"] == "2026-01-02T03:04:05.678Z")
    harness.backend.activity.refused(connection: id, at: harness.clock.now)
    let wrong = await harness.send("GET", path, token: token)
    #expect(wrong.data["status"] == "error: wrong token")
  }

  @Test func `an unknown integration is 404 and says which there are`() async throws {
    let token = try await Tenant("Acme", in: harness).consumerTokens[0]
    let answer = await harness.send("POST", "/api/connections/hris/okta", token: token)
    #expect(answer.status == 404)
    #expect(answer.detail.contains("okta-scim, entra-scim"))
    #expect(await harness.send("GET", "/api/connections/ats/scim", token: token).status == 404)
  }
}
