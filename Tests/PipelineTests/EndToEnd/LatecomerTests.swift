import TestSupport
import Testing
import Transport

@testable import Pipeline

/// What is no longer kept, as those see it who come too late: nobody is shown a gap.
@Suite(.timeLimit(.minutes(3)))
struct LatecomerTests {
  private static let small = [
    "--segment-bytes", "64KiB", "--spool-max-bytes", "1MiB", "--snapshot-every", "50",
    "--spool-keep", "1s", "--events-keep", "1s",
  ]

  @Test
  func `a late puller hears 410, a webhook enabled late what is lost and what makes up for it`()
    async throws
  {
    let receiver = try await WebhookReceiver.started()
    let server = try await TestServer.started(Self.small)
    let (id, _) = try await server.addWebhook(receiver.url)
    let (okta, api) = (try server.okta(), try await server.api())
    let made = try await okta.post("/Users", OktaUser("late@example.com").creation)
    let user = try #require(made["id"]?.string)
    #expect(await receiver.accepted(1).count == 1)
    let page = try await api.get("/events?limit=1")
    let cursor = try #require(page["meta"]?["next"]?.string)
    let event = try #require(page["data"]?.array?.first?["id"]?.string)
    _ = try await api.patch("/webhooks/\(id)", ["status": "Disabled"])
    let padding = String(repeating: "x", count: 3000)
    var (round, gone) = (0, page)
    while gone.status == 200, round < 4000 {
      round += 1
      let patch = OktaUser.patch(["title": JSONValue("\(round) \(padding)")])
      #expect(try await okta.patch("/Users/\(user)", patch).status == 200)
      if round % 20 == 0 { gone = try await api.get("/events?limit=1&after=\(cursor)") }
    }
    #expect(gone.status == 410 && gone["type"] == "urn:scim-hris:problem:cursor-expired")
    #expect(try await api.get("/events?after=\(event)").status == 410)
    #expect(try await api.get("/events?limit=1").status == 200, "the oldest kept is always there")

    let resumed = try await runProgram(["webhook", "resume", id, "--spool", server.spool])
    #expect(resumed.ending == .exited(0), "\(resumed.output)")
    #expect(resumed.output.contains(" are no longer kept; the present state makes up for them:\n"))
    #expect(resumed.output.hasSuffix("\n  webhook snapshot \(id)\n"))
    var replay: TestAnswer?
    #expect(
      await eventually {
        replay = try? await api.post("/webhooks/\(id)/replay", ["missed": true])
        return replay?.status == 202
      })
    #expect(replay?["data"]?["needsSnapshot"] == true && replay?["data"]?["lost"]?.isNull == false)
    let left = replay?["data"]?["events"]?.int ?? 0
    #expect(await eventually { receiver.receipts.count { $0.replay == "true" } >= left })
    #expect(
      try await api.post("/webhooks/\(id)/replay", ["snapshot": true])["data"]?["events"] == 1)
    #expect(await eventually { receiver.receipts.contains { $0.type == "employee.snapshot" } })
    await receiver.stop()
  }
}
