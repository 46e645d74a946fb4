import Actors
import Synchronization
import Testing
import Transport

@testable import Pipeline

/// Inbound calls as the API lists and traces them: whose they are, and how they are asked for.
struct APIRequestsTests {
  private let harness = APIHarness()

  private func connection(_ tenant: Tenant, _ consumer: Int = 0) async throws -> String {
    let made = await harness.send(
      "POST", "/api/connections/hris/okta-scim", [:], token: tenant.consumerTokens[consumer])
    return try #require(made.data["id"]?.string, "\(made.text)")
  }

  private func add(_ id: String, at connection: String) {
    let summary = RequestSummary(
      id: id, time: Timestamp(milliseconds: 1_767_323_045_678), connection: connection,
      method: "GET", path: "/Users", query: "", client: "198.51.100.9", agent: "", status: 200,
      outcome: .read)
    harness.backend.state.withLock { $0.requests.append(RequestTrace(summary: summary)) }
  }

  @Test func `an application sees the calls at its own connections only`() async throws {
    let (one, other) = (try await Tenant("One", in: harness), try await Tenant("Two", in: harness))
    let (mine, theirs) = (try await connection(one), try await connection(other))
    add("req_1", at: mine)
    add("req_2", at: theirs)
    add("req_3", at: "")
    #expect(await harness.send("GET", "/api/requests", token: one.token).ids == ["req_1"])
    #expect(await harness.send("GET", "/api/requests/req_1", token: one.token).status == 200)
    for id in ["req_2", "req_3", "req_4"] {
      #expect(
        await harness.send("GET", "/api/requests/\(id)", token: one.token).status == 404, "\(id)")
    }
    for query in ["connectionId=\(theirs)", "consumerId=\(other.consumers[0])"] {
      #expect(
        await harness.send("GET", "/api/requests?\(query)", token: one.token).status == 404)
    }
    #expect(
      await harness.send("GET", "/api/requests", token: one.consumerTokens[0]).status == 403)
    let owned = await harness.own("GET", "/api/requests?applicationId=\(one.application)")
    #expect(owned.ids == ["req_1", "req_3"])
  }

  @Test func `every filter reaches the search, and a cursor leads to older ones`() async throws {
    let tenant = try await Tenant("One", in: harness)
    let (first, second) = (try await connection(tenant), try await connection(tenant, 1))
    add("req_1", at: first)
    let page = await harness.send("GET", "/api/requests?limit=1", token: tenant.token)
    let next = try #require(page.json["meta"]?["next"]?.string)
    let filters =
      "method=PATCH&status=409&outcome=refused&employeeId=emp_1&q=ann&limit=7&cursor=\(next)"
      + "&since=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z&connectionId=\(second)"
    let answer = await harness.send("GET", "/api/requests?\(filters)", token: tenant.token)
    #expect(answer.status == 200, "\(answer.text)")
    let query = try #require(harness.backend.state.withLock { $0.requestQueries.last })
    #expect(query.connections == [second] && query.limit == 7)
    #expect(query.method == "PATCH" && query.status == 409 && query.outcome == .refused)
    #expect(query.record == "emp_1" && query.word == "ann")
    #expect(query.since == Timestamp(parsing: "2026-01-01T00:00:00Z"))
    #expect(query.until == Timestamp(parsing: "2026-01-02T00:00:00Z"))
    #expect(query.before == RequestPlace(accepted: 12, logged: 34))
    for query in [
      "outcome=lost", "status=99", "method=HEAD", "cursor=\(APICursor(after: "1").text)",
    ] {
      let refused = await harness.send("GET", "/api/requests?\(query)", token: tenant.token)
      #expect(refused.status == 400, "\(query)")
    }
  }
}
