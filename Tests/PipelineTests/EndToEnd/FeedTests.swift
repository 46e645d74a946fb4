import Synchronization
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// The pull feed of the real program: switched with a webhook and back, restarted, stopped.
@Suite(.timeLimit(.minutes(5)))
struct FeedTests {
  /// What an application has processed, in order; everything once.
  private struct Processed {
    var ids: [String] = []
    var seen: Set<String> = []
    var last: [String: Int] = [:]
    var inversions = 0

    /// - Returns: false when it is known already.
    mutating func take(_ event: JSONValue) -> Bool {
      let id = event["id"]?.string ?? ""
      guard seen.insert(id).inserted else { return false }
      ids.append(id)
      let key = event["data"]?["id"]?.string ?? ""
      let sequence = event["sequence"]?.int ?? 0
      if last[key, default: 0] >= sequence { inversions += 1 }
      last[key] = sequence
      return true
    }
  }

  private struct Page {
    var events: [JSONValue]
    var next: String
  }

  private func pull(_ api: TestClient, after: String?, wait: Int = 1) async throws -> Page {
    let place = after.map { "&after=\($0)" } ?? ""
    let answer = try await api.get("/events?limit=20&wait=\(wait)\(place)")
    #expect(answer.status == 200, "\(answer)")
    return Page(
      events: answer["data"]?.array ?? [],
      next: try #require(answer["meta"]?["next"]?.string))
  }

  private func everything(_ api: TestClient) async throws -> [String] {
    var (ids, after): ([String], String?) = ([], nil)
    while true {
      let page = try await pull(api, after: after, wait: 0)
      if page.events.isEmpty { return ids }
      ids += page.events.compactMap { $0["id"]?.string }
      after = page.next
    }
  }

  /// Two events a person and round, until it is told to stop.
  private func write(to server: TestServer, until isOver: Shared<Bool>) async throws -> Int {
    let okta = try server.okta()
    return try await withThrowingTaskGroup(of: Int.self) { group in
      for writer in 0..<3 {
        group.addTask {
          var people: [String] = []
          var round = 0
          while !isOver.withLock({ $0 }) || round < 60 {
            if round < 8 {
              let user = OktaUser("w\(writer)-\(round)@example.com")
              people.append(
                try #require(try await okta.post("/Users", user.creation)["id"]?.string))
            }
            let id = people[round % people.count]
            let answer = try await okta.patch(
              "/Users/\(id)", OktaUser.patch(["active": .init(round % 16 > 7)]))
            #expect(answer.status == 200)
            _ = try await okta.patch("/Users/\(id)", OktaUser.patch(["title": .init("T\(round)")]))
            round += 1
          }
          return round
        }
      }
      return try await group.reduce(0, +)
    }
  }

  @Test
  func `a consumer goes from pull to push and back under writes, and nothing is lost or twice`()
    async throws
  {
    let server = try await TestServer.started()
    let api = try await server.api()
    let processed = Shared(Processed())
    let repeated = Shared(0)
    let receiver = try await WebhookReceiver.started { receipt in
      let isNew = processed.withLock { $0.take(receipt.event) }
      if !isNew { repeated.withLock { $0 += 1 } }
      return 200
    }
    let isOver = Shared(false)
    async let written = write(to: server, until: isOver)

    // Pull: where it stopped is all there is to remember.
    var cursor: String?
    while processed.withLock({ $0.ids.count }) < 120 {
      let page = try await pull(api, after: cursor)
      for event in page.events { #expect(processed.withLock { $0.take(event) }) }
      cursor = page.next
    }

    // Push: a webhook that begins there.
    let made = try await api.post(
      "/webhooks",
      [
        "deliveryUrl": JSONValue(receiver.url), "after": JSONValue(try #require(cursor)),
        "events": .array(APIRoutes.subscribable.map { JSONValue($0) }),
      ])
    #expect(made.status == 201, "\(made)")
    let webhook = try #require(made["data"]?["id"]?.string)
    #expect(await eventually { receiver.accepted.count >= 120 })

    // Pull again: it is paused, what is in flight ends, and its cursor says where.
    _ = try await api.patch("/webhooks/\(webhook)", ["status": "Paused"])
    var state: JSONValue?
    #expect(
      await eventually {
        state = (try? await api.get("/webhooks/\(webhook)"))?["data"]?["delivery"]
        return state?["inFlight"] == 0
      })
    let pushed = receiver.receipts.count
    cursor = try #require(state?["cursor"]?.string)
    #expect(try await api.delete("/webhooks/\(webhook)").status == 204)
    isOver.withLock { $0 = true }
    #expect(try await written >= 180)
    while true {
      let page = try await pull(api, after: cursor)
      if page.events.isEmpty { break }
      // What the webhook took ahead of a busier employee's events comes once more: its id is known.
      for event in page.events { _ = processed.withLock { $0.take(event) } }
      cursor = page.next
    }

    let all = try await everything(api)
    #expect(all.count >= 400)
    let result = processed.withLock { $0 }
    #expect(result.ids.count == all.count && result.seen == Set(all), "none lost, none twice")
    #expect(result.inversions == 0, "and each employee's in order")
    #expect(repeated.withLock { $0 } == 0, "the webhook began exactly where the puller stopped")
    #expect(receiver.receipts.count == pushed, "a paused webhook is sent nothing")
    await receiver.stop()
  }

  @Test func `a cursor outlives a crash, and a repair that lost something makes it invalid`()
    async throws
  {
    let server = try await TestServer.started()
    var okta = try server.okta()
    for name in ["a", "b", "c"] {
      _ = try await okta.post("/Users", OktaUser("\(name)@example.com").creation)
    }
    let all = try await everything(try await server.api())
    #expect(all.count == 3)
    let middle = try await pull(try await server.api(), after: all[0])
    #expect(middle.events.compactMap { $0["id"]?.string } == Array(all.dropFirst()))
    await server.kill9()
    try await server.start()
    okta = try server.okta()
    _ = try await okta.post("/Users", OktaUser("d@example.com").creation)
    let after = try await pull(try await server.api(), after: middle.next)
    #expect(after.events.count == 1)
    #expect(await server.stop() == .exited(0))

    let path = server.spool + "/3-committed/00000000000000000001.jsonl"
    let bytes = try FileSystem.contents(of: path)
    let kept = bytes.split(separator: 10).dropLast(2).map { Array($0) + [10] }.joined()
    try FileSystem.replace(path, with: Array(kept))
    let repair = try await runProgram(
      ["spool", "repair", "--accept-loss", "--spool", server.spool])
    #expect(repair.ending == .exited(0), "\(repair.output)")
    try await server.start()
    let gone = try await server.api().get("/events?after=\(after.next)")
    #expect(gone.status == 410 && gone.detail.contains("/hris/employees"))
    #expect(gone["type"] == "urn:scim-hris:problem:cursor-expired")
  }

  @Test func `a stop answers a poll and ends a stream at once`() async throws {
    let server = try await TestServer.started()
    let api = try await server.api()
    let stream = try await EventStreamClient.opened(
      port: server.port, authorization: try #require(api.authorization))
    let okta = try server.okta()
    _ = try await okta.post("/Users", OktaUser("s@example.com").creation)
    #expect(await eventually { stream.text.contains("event: employee.created\n") })
    let page = try await pull(api, after: nil)
    #expect(stream.text.contains("id: \(page.next)\n"))
    #expect(stream.text.contains("data: {\"id\":\"\(page.events[0]["id"]?.string ?? "-")\""))
    async let poll = api.get("/events?wait=60&after=\(page.next)")
    try await Task.sleep(for: .milliseconds(200))
    #expect(await server.stop() == .exited(0))
    #expect(try await poll.status == 200, "it was not cut off")
    #expect(await eventually { stream.isOver })
  }

  @Test func `a stream nobody reads slows only itself`() async throws {
    let server = try await TestServer.started()
    let api = try await server.api()
    let authorization = try #require(api.authorization)
    let okta = try server.okta()
    let title = String(repeating: "x", count: 30_000)
    let stuck = try await EventStreamClient.opened(
      port: server.port, authorization: authorization, reads: false)
    let healthy = try await EventStreamClient.opened(
      port: server.port, authorization: authorization)
    // More than the sockets between the two hold.
    for number in 0..<400 {
      let user = OktaUser("big\(number)@example.com", title: title)
      #expect(try await okta.post("/Users", user.creation).status == 201)
    }
    #expect(await eventually { healthy.text.contains("big399@example.com") })
    #expect(stuck.text.isEmpty)
    #expect(try await everything(api).count == 400)
    stuck.close()
    #expect(await server.stop() == .exited(0))
  }
}
