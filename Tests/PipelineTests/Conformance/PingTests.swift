import Testing
import Transport

@testable import Pipeline

/// Ping: the look-up is whatever an admin typed, and so is the address.
@Suite(.oneServer, .timeLimit(.minutes(5)))
struct PingTests {
  @Test(arguments: [
    ("userName eq \"ping@example.com\"", 1), ("username Eq \"PING@example.com\"", 1),
    ("emails eq \"ping@example.com\"", 1), ("emails Co \"PING@\"", 1), ("email Co \"ping\"", 0),
    ("userName eq \"pong@example.com\"", 0), ("externalId eq \"00u-ping\"", 1),
  ])
  func `a filter of the admin's own is understood`(filter: String, hits: Int) async throws {
    let ping = try await ConformanceServer.connect(.ping)
    _ = try await ping.post("/Users", OktaUser("ping@example.com").creation)
    for endpoint in ["/Users", "/Users/"] {
      let answer = try await ping.get(SCIM.filter(filter, in: endpoint))
      #expect(answer.isList(of: hits), "\(filter): \(answer)")
    }
  }

  @Test func `removing a user disables or deletes, as the admin chose`() async throws {
    let ping = try await ConformanceServer.connect(.ping)
    let made = try await ping.post("/Users/", OktaUser("leaver@example.com").creation)
    #expect(made.status == 201)
    let put = try await ping.put("/Users/\(try made.id)/", made.json.setting("active", to: false))
    #expect(put.status == 200 && put["active"] == false)
    #expect(try await ping.delete("/Users/\(try made.id)/").status == 204)
    #expect(try await ping.get("/Users/\(try made.id)").isSCIMError(404))
  }
}
