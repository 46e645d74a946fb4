import Actors
import Testing
import Transport

@testable import Pipeline

struct APIAuthTests {
  private let harness = APIHarness()

  private func exchange(_ key: String, from peer: HTTPRequest.Peer = .stranger) async -> Answer {
    await harness.send(
      "POST", "/api/auth", ["apiKey": JSONValue(key), "scope": "application"], from: peer)
  }

  @Test func `a key becomes a token that says for how long and for what`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let answer = await exchange(tenant.apiKey)
    #expect(answer.status == 200)
    #expect(answer.data["expiresIn"] == 3600)
    #expect(answer.data["scope"] == "application")
    #expect(answer.fields["cache-control"] == "no-store")
  }

  @Test func `a token ends after its hour`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    #expect(await harness.send("GET", "/api/consumers", token: tenant.token).status == 200)
    harness.clock.advance(by: .seconds(3600))
    let answer = await harness.send("GET", "/api/consumers", token: tenant.token)
    #expect(answer.status == 401)
    #expect(answer.fields["www-authenticate"] == "Bearer realm=\"scim-hris\"")
  }

  @Test func `a token dies with its key`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let keys = await harness.own("GET", "/api/applications").data.array?.first?["keys"]
    let key = try #require(keys?.array?.first?["id"]?.string)
    let path = "/api/applications/\(tenant.application)/keys/\(key)"
    #expect(await harness.own("DELETE", path).status == 204)
    let answer = await harness.send("GET", "/api/consumers", token: tenant.token)
    #expect(answer.status == 401)
    #expect(answer.detail.contains("revoked"))
    #expect(await exchange(tenant.apiKey).status == 401)
  }

  @Test func `a token of a removed consumer opens nothing`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let path = "/api/consumers/\(tenant.consumers[0])"
    #expect(await harness.send("DELETE", path, token: tenant.token).status == 204)
    let answer = await harness.send(
      "GET", "/api/hris/employees", token: tenant.consumerTokens[0])
    #expect(answer.status == 401)
  }

  @Test func `scope consumer needs to say which`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let answer = await harness.send(
      "POST", "/api/auth", ["apiKey": JSONValue(tenant.apiKey), "scope": "consumer"])
    #expect(answer.status == 400)
    #expect(answer.json["errors"]?.array?.first?["field"] == "consumerId")
  }

  @Test func `an address that guesses is slowed and a right key from it is not`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    for _ in 1...AttemptLimiter.allowed { #expect(await exchange("apikey_wrong").status == 401) }
    let slowed = await exchange("apikey_wrong")
    #expect(slowed.status == 429)
    #expect(slowed.fields["retry-after"] == "60")
    #expect(await exchange(tenant.apiKey).status == 200)
    #expect(await exchange("apikey_wrong", from: .ip("198.51.100.10")).status == 401)
    harness.clock.advance(by: .seconds(60))
    #expect(await exchange("apikey_wrong").status == 401)
  }

  @Test(arguments: [
    ("apikey_abc", "This is an API key; exchange it at POST /api/auth"),
    ("scimtok_abc", "belongs in the identity provider"),
    ("whsec_abc", "signing secret"),
    ("access_abc", "not valid or has expired"),
  ])
  func `a wrong credential is told what it is`(text: String, sentence: String) async {
    for field in ["Bearer \(text)", "bearer  \(text) "] {
      let answer = await harness.send(
        "GET", "/api/consumers", fields: ["authorization": field])
      #expect(answer.status == 401)
      #expect(answer.detail.contains(sentence), "\(answer.detail)")
    }
  }

  @Test func `a credential without its scheme is told the form`() async {
    let answer = await harness.send("GET", "/consumers", fields: ["authorization": "access_abc"])
    #expect(answer.detail == "The Authorization field must read: Bearer, a space, an access token.")
  }

  @Test func `an API token in the place of an API key is told`() async {
    let answer = await exchange("scimtok_abc")
    #expect(answer.status == 401)
    #expect(answer.detail.contains("an API key starts with apikey_"))
  }

  @Test func `the addresses of one IPv6 network count as one`() async {
    var last = 0
    for number in 0...AttemptLimiter.allowed {
      last = await exchange("apikey_wrong", from: .ip("2001:db8::\(number)")).status
    }
    #expect(last == 429)
    #expect(await exchange("apikey_wrong", from: .ip("2001:db8:0:1::1")).status == 401)
  }
}
