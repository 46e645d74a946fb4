import Actors
import Testing
import Transport

@testable import Pipeline

struct APISimulatorTests {
  private let harness = APIHarness()

  @Test func `the simulator gets an application of its own, feeding only its inspector`()
    async throws
  {
    let tenant = try await Tenant("Acme", in: harness)
    let made = await harness.own("POST", "/api/simulator")
    #expect(made.status == 200)
    let application = try #require(made.data["applicationId"]?.string)
    #expect(application != tenant.application)
    let webhooks = harness.backend.configuration.webhooks(of: application)
    #expect(webhooks.map(\.receiver) == [.inspector])
    #expect(webhooks.map(\.events) == [["employee.*", "group.*"]])
    #expect(made.data["baseUrl"]?.string?.contains("/scim/v2/") == true)
    #expect(made.data["apiToken"]?.string?.hasPrefix("scimtok_") == true)
  }

  @Test func `a second run reuses it with a fresh token and few old ones`() async throws {
    var tokens: Set<String> = []
    var connections: Set<String> = []
    for _ in 1...7 {
      let made = await harness.own("POST", "/api/simulator")
      tokens.insert(try #require(made.data["apiToken"]?.string))
      connections.insert(try #require(made.data["connectionId"]?.string))
    }
    #expect(tokens.count == 7)
    #expect(connections.count == 1)
    let connection = try #require(harness.backend.configuration.connections.values.first)
    #expect(connection.tokens.count == 4)
    #expect(harness.backend.configuration.applications.count == 1)
    #expect(harness.backend.configuration.webhooks.count == 1)
  }

  @Test func `it never stands in the way of choosing the only application`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    _ = await harness.own("POST", "/api/simulator")
    #expect(await harness.own("GET", "/api/webhooks").ids == [tenant.webhook])
    let refused = await harness.own("POST", "/api/applications", ["name": "Simulator"])
    #expect(refused.status == 400)
  }
}
