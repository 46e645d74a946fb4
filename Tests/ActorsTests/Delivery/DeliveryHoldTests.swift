import Testing
import Transport

@testable import Actors

@Suite(.timeLimit(.minutes(5))) struct DeliveryHoldTests {
  static let ok = WebhookResult(.answered(status: 200))
  static let broken = WebhookResult(.answered(status: 500))

  @Test func `a held key's events wait in order over a restart, others go on`() async throws {
    let harness = DeliveryHarness()
    harness.addWebhook()
    try await harness.run { delivery in
      try await harness.wait { await delivery.hold(webhook: "wh_1", key: "emp_1") }
      harness.log.commit(.sample(key: "emp_1", sequence: 1))
      harness.log.commit(.sample(key: "emp_2", sequence: 2))
      harness.log.commit(.sample(key: "emp_1", sequence: 3))
      try await harness.wait { harness.sender.delivered() == ["evt_2"] }
    }
    try await harness.run(crashing: true) { delivery in
      try await harness.wait { await delivery.held.map(\.key) == ["emp_1"] }
      harness.log.commit(.sample(key: "emp_2", sequence: 4))
      harness.log.commit(.sample(key: "emp_1", sequence: 5))
      try await harness.wait { harness.sender.delivered() == ["evt_2", "evt_4"] }
    }
    try await harness.run { delivery in
      try await harness.wait { await delivery.release(webhook: "wh_1", key: "emp_1") }
      try await harness.wait { harness.sender.delivered().count == 5 }
      let again = await delivery.release(webhook: "wh_1", key: "emp_1")
      #expect(!again)
    }
    #expect(harness.sender.delivered().suffix(3) == ["evt_1", "evt_3", "evt_5"])
  }

  @Test func `what is given up ends at a line, and what was not read behind it is sent`()
    async throws
  {
    let harness = DeliveryHarness()
    harness.addWebhook("wh_1")
    try await harness.run { delivery in
      try await harness.wait { await delivery.hold(webhook: "wh_1", key: nil) }
      for number in UInt64(1)...40 {
        harness.log.commit(.sample(key: "emp_\(number)", sequence: number))
      }
      try await harness.wait { await delivery.overrun("wh_1", through: 5) != nil }
      try await harness.wait { await delivery.release(webhook: "wh_1", key: nil) }
      try await harness.wait { harness.sender.delivered("wh_1").count == 35 }
      #expect(Set(harness.sender.delivered("wh_1")) == Set((6...40).map { "evt_\($0)" }))
    }
  }

  @Test func `a held webhook gets nothing until it is released, over a restart`() async throws {
    let harness = DeliveryHarness()
    harness.addWebhook("wh_1")
    harness.addWebhook("wh_2")
    try await harness.run { delivery in
      try await harness.wait { await delivery.hold(webhook: "wh_1", key: nil) }
    }
    try await harness.run { delivery in
      harness.log.commit(.sample(key: "emp_1", sequence: 1))
      try await harness.wait { harness.sender.delivered("wh_2") == ["evt_1"] }
      #expect(harness.sender.delivered("wh_1").isEmpty)
      let held = await delivery.held
      #expect(held.map(\.webhookId) == ["wh_1"] && held[0].key == nil)
      try await harness.wait { await delivery.release(webhook: "wh_1", key: nil) }
      try await harness.wait { harness.sender.delivered("wh_1") == ["evt_1"] }
    }
  }

  @Test func `only a webhook that is served can be held`() async throws {
    let harness = DeliveryHarness()
    try await harness.run { delivery in
      let isHeld = await delivery.hold(webhook: "wh_1", key: nil)
      let isReleased = await delivery.release(webhook: "wh_1", key: nil)
      #expect(!isHeld && !isReleased)
    }
  }

  /// A key whose first event is refused for good, with two more behind it.
  private func dying(
    until isMended: Downtime, holding: Bool = true
  ) -> DeliveryHarness {
    let sender = ScriptedSender { _, event, _ in
      event == "evt_1" && isMended.isDown ? Self.broken : Self.ok
    }
    var options = DeliveryOptions()
    options.schedule = RetrySchedule(delays: [.zero, .seconds(5)])
    options.holdsAfterDead = holding
    let harness = DeliveryHarness(sender: sender, options: options)
    harness.addWebhook()
    for sequence in 1...3 as ClosedRange<UInt64> {
      harness.log.commit(.sample(key: sequence == 3 ? "emp_2" : "emp_1", sequence: sequence))
    }
    return harness
  }

  @Test func `with dead-hold a key waits after a dead letter, over a crash, until it is sent`()
    async throws
  {
    let downtime = Downtime()
    let harness = dying(until: downtime)
    let sender = harness.sender
    try await harness.run(crashing: true) { delivery in
      try await harness.wait(moving: .seconds(2)) { await delivery.held.count == 1 }
    }
    let letter = try #require(harness.deadLetters.first)
    try await harness.run { delivery in
      try await harness.wait { await delivery.held.first?.letter == "evt_1" }
      try await harness.wait(moving: .seconds(2)) { sender.delivered() == ["evt_3"] }
      let isDelivered = await delivery.redeliver(letter)
      #expect(!isDelivered)
      downtime.end()
      let isDeliveredNow = await delivery.redeliver(letter)
      #expect(isDeliveredNow)
      try await harness.wait { sender.delivered() == ["evt_3", "evt_1", "evt_2"] }
      let held = await delivery.held
      #expect(held.isEmpty)
    }
    #expect(sender.replayed == ["evt_1"])
    #expect(harness.deadLetters.count == 1)
    let entries = try harness.ledger.entries.filter { $0["trigger"] == "manual" }
    #expect(entries.map { $0["result"] } == ["failed", "delivered"])
    let dead = try harness.ledger.entries.filter { $0["holds"] == true }
    #expect(dead.map { $0["event"] } == ["evt_1"])
  }

  @Test func `a key held after a dead letter goes on when it is released`() async throws {
    let harness = dying(until: Downtime())
    try await harness.run { delivery in
      try await harness.wait(moving: .seconds(2)) { await delivery.held.count == 1 }
      try await harness.wait { await delivery.release(webhook: "wh_1", key: "emp_1") }
      try await harness.wait { harness.sender.delivered().contains("evt_2") }
    }
    // What the ledger says of the dead letter does not hold the key again.
    try await harness.run { delivery in
      harness.log.commit(.sample(key: "emp_1", sequence: 9))
      try await harness.wait { harness.sender.delivered().contains("evt_9") }
    }
  }

  @Test func `a key held after a dead letter goes on when that is dropped`() async throws {
    let harness = dying(until: Downtime())
    try await harness.run { delivery in
      try await harness.wait(moving: .seconds(2)) { await delivery.held.count == 1 }
      await delivery.dropped("evt_2", of: "wh_1")
      await delivery.dropped("evt_1", of: "wh_9")
      #expect(await delivery.held.count == 1)
      await delivery.dropped("evt_1", of: "wh_1")
      try await harness.wait { harness.sender.delivered().contains("evt_2") }
    }
  }

  @Test func `a dead letter is not sent to what a person holds`() async throws {
    let downtime = Downtime()
    let harness = dying(until: downtime, holding: false)
    try await harness.run { delivery in
      try await harness.wait(moving: .seconds(2)) { harness.deadLetters.count == 1 }
      downtime.end()
      let letter = try #require(harness.deadLetters.first)
      for key in ["emp_1", nil] {
        try await harness.wait { await delivery.hold(webhook: "wh_1", key: key) }
        let isDelivered = await delivery.redeliver(letter)
        #expect(!isDelivered)
        try await harness.wait { await delivery.release(webhook: "wh_1", key: key) }
      }
      let isDelivered = await delivery.redeliver(letter)
      #expect(isDelivered)
      var stray = letter
      stray.webhookId = "wh_9"
      let isStrayDelivered = await delivery.redeliver(stray)
      #expect(!isStrayDelivered)
    }
  }
}
