import Actors
import Testing
import Transport

@testable import Pipeline

struct APIFirstStartTests {
  private let harness = APIHarness()

  @Test func `what a first start prints works at once`() async throws {
    let made = try await harness.api.createFirstTenant()
    #expect(made.apiURL == "https://scim.example.com/api")
    let body: JSONValue = [
      "apiKey": JSONValue(made.apiKey.reveal()), "scope": "consumer",
      "consumerId": JSONValue(made.consumerId),
    ]
    let token = await harness.send("POST", "/api/auth", body).data["accessToken"]?.string
    let connection = await harness.send("GET", "/api/connections/hris/okta-scim", token: token)
    #expect(connection.data["id"]?.string == made.connectionId)
    #expect(connection.data["metadata"]?["baseUrl"]?.string == made.baseURL)
    let stored = try #require(harness.backend.configuration.connections[made.connectionId])
    #expect(stored.tokens.map(\.hash) == [HashedToken.hash(of: made.apiToken.reveal())])
    #expect(harness.backend.signingKeys(webhookId: made.webhookId) == [made.webhookSecret])
  }

  @Test func `the secret is stored first and the rest is one record`() async throws {
    _ = try await harness.api.createFirstTenant()
    #expect(
      harness.backend.calls == [
        "secret", "admin application.created", "admin consumer.created",
        "admin connection.created", "admin webhook.created",
      ])
    #expect(harness.backend.records == 1)
  }
}
