import Actors
import Synchronization
import Testing
import Transport

@testable import Pipeline

/// What is asked to be sent again, and what an enabled webhook is told that it missed.
struct APIReplayTests {
  private let harness = APIHarness()

  private var requests: [ReplayRequest] { harness.backend.state.withLock { $0.replays } }

  @Test func `a replay is of a stretch, of lines or times, of types, a person, or failures`()
    async throws
  {
    let tenant = try await Tenant("Acme", in: harness)
    let path = "/api/webhooks/\(tenant.webhook)/replay"
    let stretch = await harness.send("POST", path, ["from": 5, "to": 9], token: tenant.token)
    #expect(stretch.status == 202 && stretch.data["events"] == 7)
    #expect(stretch.data["queued"] == true && stretch.data["lost"] == .null)
    #expect(requests.last == ReplayRequest(from: .line(5), to: .line(9)))
    let all: JSONValue = [
      "from": "2026-01-01T00:00:00Z", "types": ["employee.updated"], "employeeId": "emp_1",
      "onlyFailed": true, "dryRun": true,
    ]
    let dry = await harness.send("POST", path, all, token: tenant.token)
    #expect(dry.data["queued"] == false)
    let time = try #require(Timestamp(parsing: "2026-01-01T00:00:00Z"))
    #expect(
      requests.last
        == ReplayRequest(
          from: .time(time), types: ["employee.updated"], key: "emp_1", onlyFailed: true,
          isDry: true))
    _ = await harness.send(
      "POST", path, ["missed": true, "employeeId": "emp_1"], token: tenant.token)
    #expect(requests.last == ReplayRequest(key: "emp_1", missed: true))
    let lost = await harness.send("POST", path, ["from": 1], token: tenant.token)
    #expect(lost.data["lost"] == ["from": 1, "to": 4])
    #expect(lost.data["hint"]?.string?.contains("snapshot") == true)
    let state = await harness.send("POST", path, ["snapshot": true], token: tenant.token)
    #expect(state.status == 202 && state.data["events"] == 3)
    #expect(harness.backend.calls.last == "snapshot \(tenant.webhook)")
  }

  @Test func `what makes no sense together is refused`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let path = "/api/webhooks/\(tenant.webhook)/replay"
    let wrong: [JSONValue] = [
      [:], ["to": 3], ["from": 9, "to": 8], ["from": 0], ["snapshot": false],
      ["snapshot": true, "from": 1], ["snapshot": true, "to": 1], ["types": ["employee.updated"]],
      ["missed": true, "from": 1], ["missed": true, "onlyFailed": true], ["dryRun": true],
      ["from": "yesterday"], ["from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"],
      ["from": 1, "types": ["employee.gone"]],
    ]
    for body in wrong {
      let answer = await harness.send("POST", path, body, token: tenant.token)
      #expect(answer.status == 400, "\(body)")
    }
    #expect(requests.isEmpty)
    _ = await harness.send(
      "PATCH", "/api/webhooks/\(tenant.webhook)", ["status": "Disabled"], token: tenant.token)
    let refused = await harness.send("POST", path, ["from": 1], token: tenant.token)
    #expect(refused.status == 409)
    let stranger = try await Tenant("Other", in: harness)
    let strange = await harness.send("POST", path, ["from": 1], token: stranger.token)
    #expect(strange.status == 404)
  }

  @Test func `enabling a webhook tells what it missed and how to get it`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    harness.backend.state.withLock {
      $0.missed = MissedEvents(lines: 12...40, events: 9, lost: 12...20)
    }
    let path = "/api/webhooks/\(tenant.webhook)"
    func set(_ status: String) async -> Answer {
      await harness.send("PATCH", path, ["status": JSONValue(status)], token: tenant.token)
    }
    #expect(await set("Paused").data["missed"] == nil)
    #expect(await set("Disabled").data["missed"] == nil)
    let missed = await set("Enabled").data["missed"]
    #expect(missed?["events"] == 9 && missed?["from"] == 12 && missed?["to"] == 40)
    #expect(missed?["lost"] == ["from": 12, "to": 20] && missed?["needsSnapshot"] == true)
    let hint = missed?["hint"]?.string ?? ""
    #expect(hint.contains("\(tenant.webhook)/replay {\"missed\": true}"))
    #expect(hint.contains("{\"snapshot\": true}"))
    #expect(await set("Enabled").data["missed"] == nil, "it was enabled already")
  }

  @Test func `an application sees and touches its own webhooks' dead letters only`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let other = try await Tenant("Other", in: harness)
    let names = [1, 2, 3].map { "\(tenant.webhook)-evt_\($0)" }
    let theirs = "\(other.webhook)-evt_4"
    harness.backend.state.withLock { $0.letters = Set(names + [theirs, "req_1"]) }
    let first = await harness.send("GET", "/api/dead-letters?limit=2", token: tenant.token)
    let second = await harness.send(
      "GET", "/api/dead-letters?cursor=\(first.json["meta"]?["next"]?.string ?? "")",
      token: tenant.token)
    let listed = [first, second].flatMap { $0.data.array ?? [] }.compactMap { $0["name"]?.string }
    #expect(listed == names)
    #expect(second.json["meta"]?["next"] == .null)
    let strange = await harness.send(
      "GET", "/api/dead-letters?webhook=\(other.webhook)", token: tenant.token)
    #expect(strange.status == 404)
    harness.backend.refuse("The disk is short of space.", retryAfter: 300)
    for name in [theirs, "req_1", "wh_x-evt_1"] {
      let path = "/api/dead-letters/\(name)"
      #expect(await harness.send("POST", path + "/retry", token: tenant.token).status == 404)
      #expect(await harness.send("DELETE", path, token: tenant.token).status == 404)
    }
    let path = "/api/dead-letters/\(names[0])"
    #expect(await harness.send("POST", path + "/retry", token: tenant.token).status == 200)
    #expect(await harness.send("DELETE", path, token: tenant.token).status == 204)
    #expect(await harness.own("DELETE", "/api/dead-letters/\(theirs)").status == 204)
  }
}
