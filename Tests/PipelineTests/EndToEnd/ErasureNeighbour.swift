import Testing
import Transport

@testable import Pipeline

/// Somebody of another customer who shares an everyday number with the person who is erased, and
/// whose letters and calls are nobody else's business.
struct ErasureNeighbour: Sendable {
  let consumer: String
  let employee: String

  static func settled(
    on server: TestServer, _ application: TestClient, number: String
  ) async throws -> ErasureNeighbour {
    let made = try await application.post("/consumers", ["name": "Neighbour"])
    let consumer = try #require(made["data"]?["id"]?.string, "\(made)")
    let api = try await server.api(consumer: consumer)
    let connection = try await api.post("/connections/hris/okta-scim", [:])
    let metadata = try #require(connection["data"]?["metadata"], "\(connection)")
    let okta = try TestClient(
      try #require(metadata["baseUrl"]?.string),
      as: .okta(token: try #require(metadata["apiToken"]?.string)))
    let user = OktaUser("neighbour@elsewhere.example").creation.setting(
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
      to: ["employeeNumber": JSONValue(number)])
    #expect(try await okta.post("/Users", user).status == 201)
    #expect(try await okta.get(ErasureScene.search(number: number)).resources.count == 1)
    // Calls that only read are written together; whoever lists them has them written.
    #expect(try await application.get("/requests?limit=1").status == 200)
    let list = try await api.get("/hris/employees")
    return ErasureNeighbour(
      consumer: consumer,
      employee: try #require(list["data"]?.array?.first?["id"]?.string, "\(list)"))
  }

  func expectUntouched(_ application: TestClient) async throws {
    let letters = try await application.get("/dead-letters?limit=1000")
    #expect(letters.text.contains(employee))
    let calls = try await application.get("/requests?limit=100&consumerId=\(consumer)")
    #expect(calls.text.contains(ErasureScene.number), "\(calls)")
  }
}
