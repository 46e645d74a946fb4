import Synchronization
import Testing
import Transport

@testable import Pipeline

/// What people do about single attempts, against the real program, by API and command line.
@Suite(.timeLimit(.minutes(3)))
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
    #expect(paged == ids)

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
}
