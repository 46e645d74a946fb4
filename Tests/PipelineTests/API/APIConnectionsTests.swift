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
        "available", "pending", "available", "available", "available",
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

  @Test func `a connection tells how it is doing, since when and why`() async throws {
    let token = try await Tenant("Acme", in: harness).consumerTokens[0]
    let path = "/api/connections/hris/okta-scim"
    let id = try #require(
      await harness.send("POST", path, token: token).data["id"]?.string)
    let kept = try #require(harness.backend.configuration.connections[id])
    let tokenId = try #require(kept.tokens.first?.id)
    let activity = harness.backend.activity
    func read() async -> JSONValue { await harness.send("GET", path, token: token).data }
    #expect(await read()["status"] == "pending")
    activity.used(connection: id, token: tokenId, at: harness.clock.now)
    answer(404, at: id)
    #expect(await read()["status"] == "pending")
    #expect(await read()["statusDetail"]?.string?.contains("nothing has succeeded yet") == true)
    answer(200, at: id)
    let heard = await read()
    #expect(heard["lastRequestAt"] == "2026-01-02T03:04:05.678Z")
    #expect(heard["status"] == "live")
    #expect(heard["statusDetail"]?.string?.hasPrefix("GET /Users was answered 200 at") == true)
    #expect(heard["lastRequest"]?["status"] == 200)
    let tokens = await harness.own("GET", "/api/connections/\(id)/tokens")
    #expect(tokens.data.array?.first?["lastUsedAt"] == "2026-01-02T03:04:05.678Z")
    harness.clock.advance(by: ConnectionStatus.patience)
    let quiet = try await Tenant("Later", in: harness)
    _ = quiet
    let silent = await harness.own("GET", "/api/owner/connections").data.array?.first
    #expect(silent?["status"] == "silent" && silent?["consumerName"] == "Acme 1")
    #expect(silent?["statusDetail"]?.string?.contains("only when something changes") == true)
    activity.refused(connection: id, why: .tokenReplaced, at: harness.clock.now)
    let wrong = await harness.own("GET", "/api/owner/connections").data.array?.first
    #expect(wrong?["status"] == "error")
    #expect(wrong?["statusDetail"]?.string?.contains("was replaced") == true)
    #expect(wrong?["lastSuccessAt"] == "2026-01-02T03:04:05.678Z")
    let troubled = await harness.own("GET", "/api/status").data["troubled"]?.array
    #expect(troubled?.first?["id"]?.string == id)
  }

  private func answer(_ status: Int, at connection: String) {
    harness.backend.activity.answered(
      connection: connection,
      .init(
        at: harness.clock.now, method: "GET", shape: CallShape(.list(endpoint: "Users")),
        status: status), isAuthenticated: true)
  }

  @Test func `a call without a token says nothing of a connection that works`() {
    let (activity, now) = (ConnectionActivity(), harness.clock.now)
    let call = ConnectionActivity.Call(
      at: now, method: "GET", shape: CallShape(.bulk), status: 200)
    #expect(activity.refused(connection: "cnx_1", why: .noToken, at: now) == false)
    #expect(activity["cnx_1"].refusal?.why == .noToken)
    activity.used(connection: "cnx_1", token: "tok_1", at: now)
    activity.answered(connection: "cnx_1", call, isAuthenticated: true)
    #expect(activity.refused(connection: "cnx_1", why: .noToken, at: now) == nil)
    #expect(activity["cnx_1"].refusal == nil)
    #expect(activity.refused(connection: "cnx_1", why: .wrongToken, at: now) == true)
    let later = now.advanced(by: ConnectionActivity.patience)
    #expect(activity.refused(connection: "cnx_1", why: .noToken, at: later) == nil)
    #expect(activity["cnx_1"].refusal?.why == .wrongToken)
    activity.used(connection: "cnx_1", token: "tok_1", at: later)
    #expect(activity.refused(connection: "cnx_1", why: .noToken, at: later) == false)
  }

  @Test func `what is kept of activity names no one, and nothing that is gone`() {
    let (activity, now) = (ConnectionActivity(), harness.clock.now)
    activity.used(connection: "cnx_1", token: "tok_1", at: now)
    activity.used(connection: "cnx_1", token: "tok_2", at: now)
    activity.used(connection: "cnx_2", token: "tok_3", at: now)
    let connection = Connection(
      id: "cnx_1", consumerId: "csm_1", applicationId: "app_1", serviceId: "scim", slug: "s",
      tokens: [HashedToken(id: "tok_2", token: "scimtok_TEST", createdAt: now)], createdAt: now)
    activity.prune(keeping: ["cnx_1": connection])
    #expect(activity.all.mapValues { Array($0.tokens.keys) } == ["cnx_1": ["tok_2"]])
    for (path, kept) in [
      ("/Users", "/Users"), ("/Users/{id}", "/Users/{id}"), ("/", "/"), ("/Bulk", "/Bulk"),
      ("/Users/ann@example.com", "other"), ("/scimtok_TEST/Users", "other"),
    ] {
      var json = JSONObject()
      json["last"] = [
        "at": JSONValue(now.description), "method": "GET", "path": JSONValue(path), "status": 200,
      ]
      let entry = ConnectionActivity.Entry(.object(json), endpoints: ["Users", "Groups"])
      #expect(entry.last?.shape.text == kept)
      #expect(ConnectionActivity.Entry(entry.json, endpoints: ["Users"]) == entry)
    }
  }

  @Test func `metadata of one's own is kept beside what is the server's`() async throws {
    let token = try await Tenant("Acme", in: harness).consumerTokens[0]
    let path = "/api/connections/hris/scim"
    let made = await harness.send("POST", path, ["metadata": ["plan": "gold"]], token: token)
    #expect(made.data["metadata"]?["plan"] == "gold")
    let changed = await harness.send(
      "PATCH", path, ["metadata": ["plan": nil, "seats": 40]], token: token)
    #expect(
      changed.data["metadata"]?.object?.members.map(\.name) == ["baseUrl", "apiToken", "seats"])
    for name in ["baseUrl", "apiToken"] {
      let answer = await harness.send(
        "PATCH", path, ["metadata": [name: "mine"]], token: token)
      #expect(answer.status == 400 && answer.detail.hasPrefix("metadata.\(name): is "))
    }
    let long = JSONValue(String(repeating: "x", count: 9000))
    #expect(
      await harness.send("PATCH", path, ["metadata": ["a": long]], token: token).status == 400)
  }

  @Test func `an unknown integration is 404 and says which there are`() async throws {
    let token = try await Tenant("Acme", in: harness).consumerTokens[0]
    let answer = await harness.send("POST", "/api/connections/hris/okta", token: token)
    #expect(answer.status == 404)
    #expect(answer.detail.contains("okta-scim, entra-scim"))
    #expect(await harness.send("GET", "/api/connections/ats/scim", token: token).status == 404)
  }
}
