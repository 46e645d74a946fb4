import Synchronization
import Testing
import Transport

@testable import Actors

@Suite(.timeLimit(.minutes(5))) struct DeliverySnapshotTests {
  static let ok = WebhookResult(.answered(status: 200))
  static let refused = WebhookResult(.failed("connection refused"))

  private func harness(
    sender: ScriptedSender = ScriptedSender(), employees: Int = 30
  ) -> DeliveryHarness {
    let harness = DeliveryHarness(sender: sender)
    harness.addConsumer("csm_1", employees: 0..<employees)
    harness.addConsumer("csm_2", employees: employees..<employees + 10)
    return harness
  }

  @Test func `a snapshot tells of every employee of the webhook's consumers once`() async throws {
    let harness = harness()
    harness.addWebhook("wh_1", events: [])
    harness.addWebhook("wh_2", consumers: ["csm_2"])
    try await harness.run { delivery in
      try await harness.wait { await delivery.snapshot(webhook: "wh_1") == 40 }
      let fewer = await delivery.snapshot(webhook: "wh_2")
      #expect(fewer == 10)
      try await harness.wait { harness.sender.receipts.count == 50 }
    }
    let bodies = harness.sender.receipts.filter { $0.webhookId == "wh_1" }.map(\.request.body)
    let events = try bodies.map { try JSONValue(parsing: $0) }
    #expect(
      Set(events.map { $0["data"]?["id"]?.string ?? "" }) == Set((0..<40).map { "emp_\($0)" }))
    let event = try #require(events.first)
    #expect(event["type"] == "employee.snapshot" && event["sequence"] == nil)
    #expect(event["cause"]?["reason"] == "requested")
    #expect(event["connection"]?["id"] == "cnx_1")
    #expect(event["id"]?.string?.count == 30 && Set(events.map { $0["id"] }).count == 40)
    let entries = try harness.ledger.entries
    #expect(Set(entries.map { $0["trigger"] }) == ["snapshot"])
    #expect(entries.allSatisfy { $0["place"] != nil && $0["seq"] == nil })
  }

  @Test func `a webhook that gets no employees gets no snapshot of them`() async throws {
    let harness = harness()
    harness.addWebhook(events: ["group.*"])
    try await harness.run { delivery in
      try await harness.wait { await delivery.snapshot(webhook: "wh_1") == 0 }
      let none = await delivery.snapshot(webhook: "wh_9")
      #expect(none == nil)
    }
    #expect(harness.sender.receipts.isEmpty)
  }

  @Test func `an employee is told of as he is when his turn comes, under one id`() async throws {
    let sender = ScriptedSender { request, _, tries in
      let id = (try? JSONValue(parsing: request.body))?["data"]?["id"]
      return id == "emp_3" && tries <= 2 ? WebhookResult(.answered(status: 500)) : Self.ok
    }
    let harness = harness(sender: sender)
    harness.addWebhook()
    try await harness.run { delivery in
      try await harness.wait { await delivery.snapshot(webhook: "wh_1") == 40 }
      try await harness.wait { sender.delivered().count == 39 }
      harness.roster.revise("emp_3")
      try await harness.wait(moving: .seconds(10)) { sender.delivered().count == 40 }
    }
    let last = try #require(sender.bodies(of: .employeeSnapshot).last)
    #expect(last["data"]?["id"] == "emp_3" && last["data"]?["revision"] == 2)
    #expect(sender.receipts.count { $0.eventId == last["id"]?.string } == 3)
  }

  @Test(arguments: 0..<6) func `a snapshot goes on over restarts with the same ids`(seed: Int)
    async throws
  {
    let sender = ScriptedSender { _, event, tries in
      event.utf8.last! % 5 == 0 && tries == 1 ? WebhookResult(.answered(status: 500)) : Self.ok
    }
    let harness = harness(sender: sender, employees: 300)
    harness.addWebhook()
    let isCrash = seed % 2 == 0
    try await harness.run(crashing: isCrash) { delivery in
      try await harness.wait { await delivery.snapshot(webhook: "wh_1") == 310 }
      try await harness.wait { sender.delivered().count > 10 * seed }
    }
    // Who comes meanwhile is told of by events.
    harness.roster.add("emp_new", to: "csm_1")
    for _ in 0..<2 {
      try await harness.run(crashing: isCrash) { _ in
        harness.clock.advance(by: .seconds(3))
        try await Task.sleep(for: .milliseconds(seed))
      }
    }
    try await harness.run { _ in
      try await harness.wait(moving: .seconds(2)) { Set(sender.delivered()).count == 310 }
      try await harness.wait(moving: .seconds(1)) { harness.cursor()?["runs"] == nil }
    }
    let employees = sender.bodies(of: .employeeSnapshot).map { $0["data"]?["id"]?.string }
    #expect(Set(employees).count == 310 && !employees.contains("emp_new"))
    if !isCrash { #expect(employees.count == 310) }
  }

  @Test(arguments: [false, true])
  func `a webhook that is overrun gets the present state, then what comes, in order`(
    restarting: Bool
  ) async throws {
    let downtime = Downtime()
    let sender = ScriptedSender { request, _, _ in
      request.webhookId == "wh_1" && downtime.isDown ? Self.refused : Self.ok
    }
    let harness = harness(sender: sender)
    harness.addWebhook("wh_1")
    harness.addWebhook("wh_2")
    for sequence in 1...200 {
      harness.log.commit(.sample(key: "emp_\(sequence % 40)", sequence: UInt64(sequence)))
    }
    try await harness.run(crashing: restarting) { delivery in
      try await harness.wait { sender.delivered("wh_2").count == 200 }
      try await harness.wait { await delivery.status.first?.breaker != .closed }
      harness.pinning.withLock { $0 = ["wh_1", "wh_1"] }
      try await harness.wait(moving: .milliseconds(250)) {
        harness.overruns.withLock { $0.count == 1 }
      }
      let cursor = try DeliveryCursor(json: try #require(harness.cursor()?.object))
      #expect(cursor.neededFrom == 201)
      if restarting { return }
      try await recover(harness, downtime)
    }
    if restarting { try await harness.run { _ in try await recover(harness, downtime) } }
    let overrun = try #require(harness.overruns.withLock { $0.first })
    #expect(overrun.from == 1 && overrun.through == 200 && overrun.employees == 40)
    let line = try #require(try harness.ledger.entries.first { $0["from"] != nil })
    #expect(line["webhook"] == "wh_1" && line["through"] == 200)
    #expect(line["snapshot"]?.string == overrun.snapshot)
    #expect(sender.delivered("wh_2").count == 220)
  }

  private func recover(_ harness: DeliveryHarness, _ downtime: Downtime) async throws {
    let sender = harness.sender
    downtime.end()
    for sequence in 201...220 {
      harness.log.commit(.sample(key: "emp_\(sequence % 4)", sequence: UInt64(sequence)))
    }
    try await harness.wait(moving: .seconds(1)) { sender.delivered("wh_1").count == 60 }
    let bodies = sender.bodies(of: .employeeSnapshot)
    #expect(Set(bodies.map { $0["data"]?["id"]?.string }).count == 40)
    #expect(bodies.allSatisfy { $0["cause"]?["reason"] == "overrun" })
    let live = sender.delivered("wh_1").compactMap { Int($0.dropFirst(4)) }
    #expect(live.count == 20)
    for key in 0..<4 {
      let ofKey = live.filter { $0 % 4 == key }
      #expect(ofKey == ofKey.sorted())
    }
  }
}
