import Actors
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// Keys, access tokens and API tokens: several at once, each with an end of its own.
struct APICredentialsTests {
  private let harness = APIHarness()

  @Test func `a revoked access token opens nothing, others go on`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let other = try await tenant.exchange(["scope": "application"], in: harness)
    #expect(other != tenant.token)
    #expect(await harness.send("DELETE", "/api/auth", token: other).status == 204)
    let refused = await harness.send("GET", "/api/consumers", token: other)
    #expect(refused.status == 401 && refused.detail.contains("has been revoked"))
    #expect(await harness.send("DELETE", "/api/auth", token: other).status == 401)
    #expect(await harness.send("GET", "/api/consumers", token: tenant.token).status == 200)
    let consumer = tenant.consumerTokens[0]
    #expect(await harness.send("DELETE", "/auth", token: consumer).status == 204)
    #expect(await harness.send("GET", "/api/connections", token: consumer).status == 401)
    #expect(await harness.send("DELETE", "/api/auth").status == 401)
  }

  @Test func `of two keys that revoke each other at once one stays`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    _ = await harness.send("POST", "/api/keys", ["name": "Second"], token: tenant.token)
    let keys = (await harness.send("GET", "/api/keys", token: tenant.token).json["data"]?.array)?
      .compactMap { $0["id"]?.string }
    let ids = try #require(keys)
    #expect(ids.count == 2)
    #expect(await harness.api.turns.enter())
    let answers = await withTaskGroup(of: Int.self) { group in
      for id in ids {
        group.addTask {
          await harness.send("DELETE", "/api/keys/\(id)", token: tenant.token).status
        }
      }
      #expect(await eventually { harness.api.turns.queued == 2 })
      harness.api.turns.leave()
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(answers.contains(204) && !answers.allSatisfy { $0 == 204 }, "\(answers)")
    let left = harness.backend.configuration.applications[tenant.application]?.keys.count
    #expect(left == 1)
  }

  @Test func `a call whose token is revoked while it waits for its turn changes nothing`()
    async throws
  {
    let tenant = try await Tenant("Acme", in: harness)
    let other = try await tenant.exchange(["scope": "application"], in: harness)
    #expect(await harness.api.turns.enter())
    async let late = harness.send("POST", "/api/keys", ["name": "Late"], token: other)
    #expect(await eventually { harness.api.turns.queued == 1 })
    let revoked = try #require(harness.api.tokens.verify(other, at: harness.clock.now)).id
    try await harness.backend.administer(
      [
        .accessRevoked(
          applicationId: tenant.application, tokenId: revoked,
          until: harness.clock.now.advanced(by: .seconds(3600)), at: harness.clock.now)
      ], requestId: "req_1")
    harness.api.turns.leave()
    #expect(await late.status == 401)
    let keys = harness.backend.configuration.applications[tenant.application]?.keys
    #expect(keys?.count == 1)
  }

  @Test func `so many tokens may be revoked in an hour, then the key should be`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let (now, end) = (harness.clock.now, harness.clock.now.advanced(by: .seconds(3600)))
    try await harness.backend.administer(
      (0..<API.revocations).map {
        .accessRevoked(
          applicationId: tenant.application, tokenId: "acc_\($0)", until: end, at: now)
      }, requestId: "req_1")
    let answer = await harness.send("DELETE", "/api/auth", token: tenant.token)
    #expect(answer.status == 429 && answer.detail.contains("API key"))
    harness.clock.advance(by: .seconds(3600))
    let later = try await tenant.exchange(["scope": "application"], in: harness)
    #expect(await harness.send("DELETE", "/api/auth", token: later).status == 204)
  }

  @Test func `an application looks after its keys, but keeps one`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let only = await harness.send("GET", "/api/keys", token: tenant.token)
    let first = try #require(only.ids.first)
    #expect(only.data.array?.first?["lastUsedAt"] == "2026-01-02T03:04:05.678Z")
    #expect(!only.text.contains(tenant.apiKey))
    let kept = await harness.send("DELETE", "/api/keys/\(first)", token: tenant.token)
    #expect(kept.status == 409 && kept.detail.contains("only API key"))

    let made = await harness.send("POST", "/api/keys", ["name": "CI"], token: tenant.token)
    #expect(made.status == 201 && made.data["name"] == "CI")
    var second = tenant
    second.apiKey = try #require(made.data["apiKey"]?.string)
    let fresh = await harness.send("GET", "/api/keys", token: tenant.token).data.array?.last
    #expect(fresh?["lastUsedAt"]?.isNull == true && fresh?["name"] == "CI")
    harness.clock.advance(by: .seconds(10))
    let token = try await second.exchange(["scope": "application"], in: harness)
    let used = await harness.send("GET", "/api/keys", token: token).data.array
    #expect(used?.last?["lastUsedAt"] == "2026-01-02T03:04:15.678Z")
    #expect(used?.first?["lastUsedAt"] == "2026-01-02T03:04:05.678Z")
    #expect(await harness.send("DELETE", "/api/keys/\(first)", token: token).status == 204)
    #expect(await harness.send("GET", "/api/keys", token: tenant.token).status == 401)
    #expect(await harness.send("DELETE", "/api/keys/key_x", token: token).status == 404)
  }

  @Test func `a new API token lets the earlier ones run out when told, not otherwise`()
    async throws
  {
    let token = try await Tenant("Acme", in: harness).consumerTokens[0]
    let path = "/api/connections/hris/okta-scim"
    _ = await harness.send("POST", path, token: token)
    _ = await harness.send("POST", path + "/tokens", ["name": "two"], token: token)
    let open = await harness.send("GET", path + "/tokens", token: token)
    #expect(open.data.array?.map { $0["replacedAt"]?.isNull } == [true, true])
    let made = await harness.send("POST", path + "/tokens", ["overlap": 3600], token: token)
    #expect(made.status == 201 && made.data["apiToken"]?.string?.hasPrefix("scimtok_") == true)
    let ends = await harness.send("GET", path + "/tokens", token: token).data.array
    #expect(
      ends?.map { $0["replacedAt"]?.string ?? "-" } == [
        "2026-01-02T04:04:05.678Z", "2026-01-02T04:04:05.678Z", "-",
      ])
    // A longer overlap later does not bring back what ends sooner.
    _ = await harness.send("POST", path + "/tokens", ["overlap": 7200], token: token)
    let later = await harness.send("GET", path + "/tokens", token: token).data.array
    #expect(later?[0]["replacedAt"] == "2026-01-02T04:04:05.678Z")
    #expect(later?[2]["replacedAt"] == "2026-01-02T05:04:05.678Z")
    let id = try #require(later?[1]["id"]?.string)
    #expect(await harness.send("DELETE", path + "/tokens/\(id)", token: token).status == 204)
    #expect(await harness.send("DELETE", path + "/tokens/\(id)", token: token).status == 404)
    let bad = await harness.send("POST", path + "/tokens", ["overlap": -1], token: token)
    #expect(bad.status == 400)
  }

  @Test func `what takes a permission away works while the disk is short, and nothing else`()
    async throws
  {
    let tenant = try await Tenant("Acme", in: harness)
    let (token, path) = (tenant.consumerTokens[0], "/api/connections/hris/okta-scim")
    _ = await harness.send("POST", path, token: token)
    let link = await harness.send("POST", path + "/setup-link", token: token)
    let tokens = await harness.send("GET", path + "/tokens", token: token).ids
    let key = await harness.send("POST", "/api/keys", token: tenant.token)
    let spare = try await tenant.exchange(["scope": "application"], in: harness)
    let ids = try [link, key].map { try #require($0.data["id"]?.string) }
    harness.backend.refuse("The disk is short of space.", retryAfter: 300)
    func status(_ method: String, _ path: String, _ body: JSONValue? = nil) async -> Int {
      let isOwn = path.hasPrefix("/api/keys")
      return await harness.send(method, path, body, token: isOwn ? tenant.token : token).status
    }
    for body: JSONValue in [["enabled": true], ["enabled": false, "metadata": ["a": "b"]], [:]] {
      #expect(await status("PATCH", path, body) == 503)
    }
    #expect(await status("POST", path + "/tokens") == 503)
    #expect(await status("DELETE", path + "?employees=delete") == 503)
    #expect(await status("DELETE", path + "/setup-link/\(ids[0])") == 204)
    #expect(await status("DELETE", path + "/tokens/\(tokens[0])") == 204)
    #expect(await status("DELETE", "/api/keys/\(ids[1])") == 204)
    #expect(await status("PATCH", path, ["enabled": false]) == 200)
    #expect(await harness.send("DELETE", "/api/auth", token: spare).status == 204)
    #expect(await status("DELETE", path + "?employees=keep") == 204)
    #expect(harness.backend.configuration.connections.isEmpty)
  }

  @Test func `tokens that opened nothing any more make room`() async throws {
    let token = try await Tenant("Acme", in: harness).consumerTokens[0]
    let path = "/api/connections/hris/scim"
    _ = await harness.send("POST", path, token: token)
    for _ in 1..<API.credentials {
      #expect(await harness.send("POST", path + "/tokens", token: token).status == 201)
    }
    #expect(await harness.send("POST", path + "/tokens", token: token).status == 409)
    let connection = try #require(harness.backend.configuration.connections.values.first)
    let first = try #require(connection.tokens.first?.id)
    try await harness.backend.administer(
      [
        .tokenReplaced(connectionId: connection.id, tokenId: first, at: harness.clock.now)
      ], requestId: "req_1")
    #expect(await harness.send("POST", path + "/tokens", token: token).status == 201)
    let kept = harness.backend.configuration.connections.values.first?.tokens
    #expect(kept?.count == API.credentials && kept?.contains { $0.id == first } == false)
  }
}
