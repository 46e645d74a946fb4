import Synchronization
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// What people do about single attempts, against the real program, by API and command line.
@Suite(.timeLimit(.minutes(5)))
struct DeliveriesTests {
  private func run(_ server: TestServer, _ words: String...) async throws -> (
    ending: ChildProcess.Ending?, output: String
  ) {
    try await runProgram(words + ["--spool", server.spool])
  }

  @Test func `attempts are listed newest first, page by page, and one is shown in full`()
    async throws
  {
    let receiver = try await WebhookReceiver.started { $0.type == "employee.deleted" ? 500 : 200 }
    let server = try await TestServer.started()
    let (id, _) = try await server.addWebhook(receiver.url)
    let okta = try server.okta()
    var users: [String] = []
    for number in 0..<5 {
      let made = try await okta.post("/Users", OktaUser("u\(number)@example.com").creation)
      users.append(try #require(made["id"]?.string))
    }
    #expect(await receiver.accepted(5).count == 5)
    _ = try await okta.delete("/Users/\(users[0])")
    #expect(await eventually { receiver.receipts.contains { $0.status == 500 } })
    let api = try await server.api()
    let path = "/webhooks/\(id)/deliveries"
    var listed: [JSONValue] = []
    #expect(
      await eventually {
        listed = (try? await api.get(path))?["data"]?.array ?? []
        return listed.contains { $0["result"] == "retry" }
      })
    let ids = listed.compactMap { $0["id"]?.string }
    #expect(ids == ids.sorted(by: >), "the newest first")
    var (paged, cursor): ([String], String?) = ([], nil)
    repeat {
      let page = try await api.get("\(path)?limit=2" + (cursor.map { "&cursor=\($0)" } ?? ""))
      let found = (page["data"]?.array ?? []).compactMap { $0["id"]?.string }
      #expect(found.count <= 2)
      paged += found
      cursor = page["meta"]?["next"]?.string
    } while cursor != nil
    // What was tried meanwhile comes before.
    #expect(paged.suffix(ids.count) == ids[...])

    let failed = try #require(listed.first { $0["result"] == "retry" })
    #expect(failed["type"] == "employee.deleted" || failed["type"] == "employee.updated")
    #expect(failed["attempt"] == 1 && failed["status"] == 500 && failed["next"] != nil)
    let event = try #require(failed["event"]?.string)
    for query in [
      "result=retry", "event=\(event)", "type=\(failed["type"]?.string ?? "")",
      "employeeId=\(failed["key"]?.string ?? "")&result=retry",
      "since=2026-01-01T00:00:00Z&result=retry",
    ] {
      // It may have been tried again meanwhile: then that attempt comes first.
      let found = try await api.get("\(path)?\(query)")["data"]?.array ?? []
      #expect(found.contains { $0["id"] == failed["id"] }, "\(query)")
    }
    for query in ["until=2026-01-01T00:00:00Z", "since=2100-01-01T00:00:00Z", "result=dead"] {
      #expect(try await api.get("\(path)?\(query)")["data"]?.array == [], "\(query)")
    }

    let full = try await api.get("/deliveries/\(failed["id"]?.string ?? "")")
    let receipt = try #require(receiver.receipts.first { $0.id == event })
    #expect(full.text.contains(#""body":"# + String(decoding: receipt.body, as: UTF8.self)))
    let head = full["data"]?["request"]?["head"]?.string ?? ""
    #expect(head.hasPrefix("POST /hooks HTTP/1.1\nHost: 127.0.0.1:\(receiver.port)\n"))
    #expect(head.contains("\nwebhook-id: \(event)\n"))
    #expect(head.contains("\nwebhook-signature: v1,…\n") && !full.text.contains(receipt.signature))
    #expect(full["data"]?["response"]?["head"]?.string?.hasPrefix("HTTP/1.1 500") == true)
    await receiver.stop()
  }

  @Test func `an event sent again keeps to its employee's order, and frees who waited for it`()
    async throws
  {
    let isBack = Shared(false)
    let receiver = try await WebhookReceiver.started { _ in isBack.withLock { $0 } ? 200 : 500 }
    let server = try await TestServer.started()
    let (id, secret) = try await server.addWebhook(receiver.url)
    let okta = try server.okta()
    let made = try await okta.post("/Users", OktaUser("again@example.com").creation)
    let user = try #require(made["id"]?.string)
    for title in ["Second", "Third"] {
      _ = try await okta.patch("/Users/\(user)", OktaUser.patch(["title": JSONValue(title)]))
    }
    #expect(await eventually { receiver.receipts.first?.status == 500 })
    let listing = try await run(server, "webhook", "deliveries", id, "--json")
    let attempt = try #require(try JSONValue(parsing: listing.output).array?.last)
    let delivery = try #require(attempt["id"]?.string)
    let refused = try await run(server, "delivery", "redeliver", delivery)
    #expect(refused.ending == .exited(1), "\(refused.output)")
    #expect(refused.output.contains("The receiver did not take it."))
    isBack.withLock { $0 = true }
    let api = try await server.api()
    let again = try await api.post("/deliveries/\(delivery)/redeliver", [:])
    #expect(again["data"]?["status"] == 200 && again["data"]?["event"] == attempt["event"])
    #expect(again["data"]?["result"] == "delivered")
    // Its next attempt by schedule would be minutes away; the two that waited behind it go on now.
    #expect(await receiver.accepted(3, within: .seconds(10)).map(\.sequence) == [1, 2, 3])
    let taken = receiver.receipts.filter { $0.status == 200 }
    #expect(taken.map(\.sequence) == [1, 2, 3], "and the first is not sent once more")
    #expect(taken[0].replay == "true" && taken[1].replay == nil)
    try receiver.expectSound(secret: secret)

    let newest = try await run(
      server, "delivery", "ls", "--webhook", id, "--limit", "1", "--json")
    let newer = try #require(try JSONValue(parsing: newest.output).array?.first?["id"]?.string)
    #expect(try await api.post("/deliveries/\(newer)/redeliver", [:]).status == 200)
    _ = try await api.patch("/webhooks/\(id)", ["status": "Paused"])
    let paused = try await api.post("/deliveries/\(newer)/redeliver", [:])
    #expect(paused.status == 409 && paused.detail.contains("is paused"), "\(paused)")
    let unknown = try await run(server, "delivery", "show", "dlv_01KGTDHQ3S8ZC4M6N2R5V7X9E1")
    #expect(unknown.ending == .exited(1))
    let shown = try await run(server, "delivery", "show", newer, "--bodies")
    #expect(shown.output.hasPrefix("\(newer)   attempt "), "\(shown.output)")
    #expect(shown.output.contains("again@example.com"))
    await receiver.stop()
  }

  @Test func `what a disabled webhook missed is told when it is enabled, and sent on request`()
    async throws
  {
    let receiver = try await WebhookReceiver.started()
    let server = try await TestServer.started()
    let (id, secret) = try await server.addWebhook(receiver.url)
    func hire(_ names: [String]) async throws {
      let okta = try server.okta()
      for name in names {
        let made = try await okta.post("/Users", OktaUser("\(name)@example.com").creation)
        #expect(made.status == 201)
      }
    }
    try await hire(["a", "b"])
    #expect(await receiver.accepted(2).count == 2)
    let api = try await server.api()
    _ = try await api.patch("/webhooks/\(id)", ["status": "Disabled"])
    try await hire(["c", "d", "e"])
    let resumed = try await run(server, "webhook", "resume", id)
    #expect(resumed.output.contains("it missed 3 events (lines "), "\(resumed.output)")
    #expect(resumed.output.hasSuffix("\n  webhook replay \(id) --missed\n"))
    await server.kill9()
    try await server.start()
    try await hire(["f"])
    #expect(await receiver.accepted(3).count == 3, "only what came after it was enabled")
    let dry = try await run(server, "webhook", "replay", id, "--missed", "--dry-run")
    #expect(dry.output == "3 events would go to \(id)\n")
    let sent = try await run(server, "webhook", "replay", id, "--missed")
    #expect(sent.output == "3 events go to \(id)\n")
    #expect(await receiver.accepted(6).count == 6)
    #expect(receiver.receipts.suffix(3).allSatisfy { $0.replay == "true" })
    let again = try await run(server, "webhook", "replay", id, "--missed")
    #expect(again.output == "0 events go to \(id)\n")
    try receiver.expectSound(secret: secret)

    let time = try await run(
      server, "webhook", "replay", id, "--from", "2026-01-01T00:00:00Z", "--type",
      "employee.created", "--employee", receiver.receipts[0].employee, "--dry-run", "--json")
    #expect(try JSONValue(parsing: time.output)["events"] == 1)
    let state = try await run(server, "webhook", "snapshot", id)
    #expect(state.output == "6 events go to \(id)\n")
    #expect(await eventually { receiver.receipts.count { $0.type == "employee.snapshot" } == 6 })
    let sample = try await run(server, "webhook", "trigger", id, "group.member_added")
    #expect(sample.ending == .exited(0) && sample.output.contains("  200"), "\(sample.output)")
    #expect(receiver.receipts.last?.event["test"] == true)
    let listed = try await run(server, "webhook", "ls")
    #expect(listed.output.contains("\n\(id)  Enabled"), "\(listed.output)")
    await receiver.stop()
  }

  @Test func `a receiver that said 410 is told, once enabled, what it did not take`() async throws {
    let isGone = Shared(true)
    let receiver = try await WebhookReceiver.started { _ in isGone.withLock { $0 } ? 410 : 200 }
    let server = try await TestServer.started()
    let (id, secret) = try await server.addWebhook(receiver.url)
    let (okta, api) = (try server.okta(), try await server.api())
    for name in ["a", "b", "c"] {
      _ = try await okta.post("/Users", OktaUser("\(name)@example.com").creation)
    }
    #expect(
      await eventually {
        (try? await api.get("/webhooks/\(id)"))?["data"]?["status"] == "Disabled"
      })
    isGone.withLock { $0 = false }
    let enabled = try await api.patch("/webhooks/\(id)", ["status": "Enabled"])
    #expect(enabled["data"]?["missed"]?["events"] == 3, "\(enabled)")
    #expect(enabled["data"]?["missed"]?["lost"] == .null)
    #expect(
      await eventually {
        (try? await api.post("/webhooks/\(id)/replay", ["missed": true]))?.status == 202
      })
    #expect(await receiver.accepted(3).count == 3)
    try receiver.expectSound(secret: secret)
    #expect(try await api.patch("/webhooks/\(id)", ["status": "Paused"])["data"]?["missed"] == nil)
    await receiver.stop()
  }

  @Test func `what a webhook may not see is not in its samples, nor shown as sent`() async throws {
    let receiver = try await WebhookReceiver.started()
    let server = try await TestServer.started()
    let (id, _) = try await server.addWebhook(receiver.url)
    let api = try await server.api()
    _ = try await api.patch("/webhooks/\(id)", ["fields": ["email"]])
    let sample = try await api.post("/webhooks/\(id)/trigger", ["type": "employee.created"])
    #expect(sample["data"]?["status"] == 200, "\(sample)")
    let data = receiver.receipts.last?.event["data"]
    #expect(data?.object?.members.map(\.name).sorted() == ["email", "id", "revision"])
    _ = try await server.okta().post("/Users", OktaUser("trim@example.com").creation)
    #expect(await eventually { receiver.receipts.count == 2 })
    let receipt = try #require(receiver.receipts.last)
    let listed = try await api.get("/webhooks/\(id)/deliveries?event=\(receipt.id)")
    let delivery = try #require(listed["data"]?.array?.first?["id"]?.string, "\(listed)")
    let shown = try await api.get("/deliveries/\(delivery)")
    #expect(shown.text.contains(#""body":"# + String(decoding: receipt.body, as: UTF8.self)))
    await receiver.stop()
  }
}
