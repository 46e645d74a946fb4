import Actors
import Synchronization
import Testing
import Transport

@testable import Pipeline

/// What the owner does about deliveries: hold, release, replay, dead letters.
struct APIDeliveryTests {
  private let harness = APIHarness()

  @Test func `a webhook or one of its employees is held until it is released`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let webhook = JSONValue(tenant.webhook)
    let held = await harness.own("POST", "/api/owner/hold", ["webhook": webhook])
    #expect(held.status == 200 && held.data["held"] == true && held.data["key"] == .null)
    let key: JSONValue = ["webhook": webhook, "key": "emp_1"]
    #expect(await harness.own("POST", "/api/owner/hold", key).data["key"] == "emp_1")
    #expect(harness.backend.state.withLock { $0.held.count } == 2)
    #expect(await harness.own("POST", "/api/owner/release", key).data["held"] == false)
    let again = await harness.own("POST", "/api/owner/release", key)
    #expect(again.status == 409 && again.detail == "emp_1 is not held.")
    let unknown = await harness.own("POST", "/api/owner/hold", ["webhook": "wh_x"])
    #expect(unknown.status == 404)
    #expect(await harness.own("POST", "/api/owner/hold").status == 400)
  }

  @Test func `a stretch of events is sent again, or only counted`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let webhook = JSONValue(tenant.webhook)
    let dry = await harness.own(
      "POST", "/api/owner/replay", ["webhook": webhook, "from": 5, "dryRun": true])
    #expect(dry.data["events"] == 7 && dry.data["queued"] == false)
    let real = await harness.own(
      "POST", "/api/owner/replay", ["webhook": webhook, "from": 5, "to": 9])
    #expect(real.data["queued"] == true)
    let requests = harness.backend.state.withLock { $0.replays }
    #expect(requests[0] == ReplayRequest(from: .line(5), isDry: true))
    #expect(requests[1] == ReplayRequest(from: .line(5), to: .line(9)))
    let unknown = await harness.own("POST", "/api/owner/replay", ["webhook": "wh_x", "from": 1])
    #expect(unknown.status == 404)
    #expect(await harness.own("POST", "/api/owner/replay", ["webhook": webhook]).status == 400)
  }

  @Test func `dead letters are tried again and dropped by name, even while the disk is short`()
    async throws
  {
    _ = try await Tenant("Acme", in: harness)
    harness.backend.state.withLock { $0.letters = ["wh_1-evt_1"] }
    harness.backend.refuse("The disk is short of space.", retryAfter: 300)
    let path = "/api/owner/dead/wh_1-evt_1"
    #expect(await harness.own("POST", path + "/retry").data["done"] == true)
    #expect(await harness.own("DELETE", path).status == 204)
    #expect(await harness.own("DELETE", path).status == 404)
    #expect(await harness.own("POST", path + "/retry").status == 404)
  }

  @Test func `over a network nobody may`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    for (method, path) in [
      ("POST", "/api/owner/hold"), ("POST", "/api/owner/release"), ("POST", "/api/owner/replay"),
      ("POST", "/api/owner/dead/x/retry"), ("DELETE", "/api/owner/dead/x"),
    ] {
      let body: JSONValue? = method == "POST" ? JSONValue.object(JSONObject()) : nil
      #expect(await harness.send(method, path, body, token: tenant.token).status == 403)
    }
  }
}
