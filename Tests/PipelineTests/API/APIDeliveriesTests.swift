import Actors
import Synchronization
import Testing
import Transport

@testable import Pipeline

/// Attempts as the API lists, shows and repeats them.
struct APIDeliveriesTests {
  private let harness = APIHarness()

  private func add(_ id: String, to webhook: String) {
    let attempt: JSONValue = [
      "id": JSONValue(id), "event": "evt_1", "type": "employee.created",
      "webhook": JSONValue(webhook), "key": "emp_1", "seq": 12, "attempt": 2,
      "trigger": "schedule", "result": "retry", "status": 500,
      "durations": (try? JSONValue(parsing: #"{"total":1500.25}"#)) ?? .null,
      "response": ["head": "HTTP/1.1 500", "body": "no"],
      "durableSeq": 12,
    ]
    harness.backend.state.withLock { state in
      state.deliveries.append(
        DeliveryRecord(
          time: Timestamp(milliseconds: 1_767_323_045_678), attempt: attempt.object ?? JSONObject())
      )
    }
  }

  @Test func `attempts are listed with every filter, and a cursor leads to older ones`()
    async throws
  {
    let tenant = try await Tenant("Acme", in: harness)
    add("dlv_1", to: tenant.webhook)
    let path = "/api/webhooks/\(tenant.webhook)/deliveries"
    let first = await harness.send("GET", path, token: tenant.token)
    #expect(first.ids == ["dlv_1"])
    let shown = try #require(first.data.array?.first)
    #expect(shown["time"] == "2026-01-02T03:04:05.678Z" && shown["result"] == "retry")
    #expect(shown["response"] == nil && shown["durableSeq"] == nil)
    let next = try #require(first.json["meta"]?["next"]?.string)
    let filters =
      "result=dead&event=evt_2&employeeId=emp_2&type=webhook.test&since=2026-01-01T00:00:00Z"
      + "&until=2026-01-02T00:00:00Z&limit=7&cursor=\(next)"
    #expect(await harness.send("GET", "\(path)?\(filters)", token: tenant.token).status == 200)
    var wanted = DeliveryQuery(webhookId: tenant.webhook, limit: 7)
    (wanted.result, wanted.event, wanted.key) = ("dead", "evt_2", "emp_2")
    (wanted.type, wanted.before) = ("webhook.test", 41)
    wanted.since = Timestamp(parsing: "2026-01-01T00:00:00Z")
    wanted.until = Timestamp(parsing: "2026-01-02T00:00:00Z")
    #expect(harness.backend.state.withLock { $0.queries.last } == wanted)
    let strange = APICursor(after: "emp_1").text
    for query in ["result=lost", "type=employee.lost", "since=yesterday", "cursor=\(strange)"] {
      #expect(
        await harness.send("GET", "\(path)?\(query)", token: tenant.token).status == 400,
        "\(query)")
    }
  }

  @Test func `one is shown in full with the event's own bytes`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    add("dlv_1", to: tenant.webhook)
    let answer = await harness.send("GET", "/api/deliveries/dlv_1", token: tenant.token)
    #expect(answer.data["response"]?["body"] == "no")
    #expect(answer.data["request"]?["url"] == "http://hooks.example.com/")
    #expect(answer.text.contains(#""body":{"id":"evt_1","n":1.50}}"#))
    let record = try #require(harness.backend.state.withLock { $0.deliveries.first })
    #expect(record.began == Timestamp(milliseconds: 1_767_323_044_178))
  }

  @Test func `sending it again answers with the new attempt, while the disk is short too`()
    async throws
  {
    let tenant = try await Tenant("Acme", in: harness)
    add("dlv_1", to: tenant.webhook)
    harness.backend.refuse("The disk is short of space.", retryAfter: 300)
    let path = "/api/deliveries/dlv_1/redeliver"
    let answer = await harness.send("POST", path, token: tenant.token)
    #expect(answer.data["id"] == "dlv_new")
    #expect(harness.backend.calls.last == "redeliver dlv_1")
  }

  @Test func `another application's attempts are unknown`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let other = try await Tenant("Other", in: harness)
    add("dlv_1", to: tenant.webhook)
    for (method, path) in [
      ("GET", "/api/webhooks/\(tenant.webhook)/deliveries"), ("GET", "/api/deliveries/dlv_1"),
      ("POST", "/api/deliveries/dlv_1/redeliver"), ("GET", "/api/deliveries/dlv_2"),
    ] {
      #expect(await harness.send(method, path, token: other.token).status == 404, "\(path)")
    }
  }
}
