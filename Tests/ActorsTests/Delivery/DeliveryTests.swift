import Synchronization
import Testing
import Transport

@testable import Actors

@Suite(.timeLimit(.minutes(5))) struct DeliveryTests {
  static let ok = WebhookResult(.answered(status: 200))
  static let broken = WebhookResult(.answered(status: 500))
  static let refused = WebhookResult(.failed("connection refused"))

  @Test func `an event goes to the webhooks that name it, signed over its own bytes`() async throws
  {
    let harness = DeliveryHarness()
    harness.addWebhook("wh_1")
    harness.addWebhook("wh_2", events: ["employee.deleted"])
    harness.addWebhook("wh_3", consumers: ["csm_2"])
    let event = CommittedEvent.sample(key: "emp_1", sequence: 7)
    try await harness.run { _ in
      harness.log.commit(event)
      try await harness.wait { harness.sender.receipts.count == 1 }
    }
    let receipt = try #require(harness.sender.receipts.first)
    #expect(receipt.webhookId == "wh_1" && receipt.eventId == "evt_7")
    #expect(receipt.request.body == event.body)
    let time = try #require(receipt.request.fields["webhook-timestamp"])
    let signature = WebhookSignature(secrets: [Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")])
    #expect(
      receipt.request.fields["webhook-signature"]
        == signature.header(id: "evt_7", timestamp: Int64(time)!, body: event.body))
    #expect(harness.sender.receipts.count == 1)
  }

  @Test func `a receiver that fails three times gets every event in order`() async throws {
    let sender = ScriptedSender { _, event, tries in
      event == "evt_1" && tries <= 3 ? Self.broken : Self.ok
    }
    let harness = DeliveryHarness(sender: sender)
    harness.addWebhook()
    try await harness.run { _ in
      harness.log.commit(.sample(key: "emp_1", sequence: 1))
      harness.log.commit(.sample(key: "emp_1", sequence: 2))
      harness.log.commit(.sample(key: "emp_2", sequence: 3))
      try await harness.wait { sender.delivered() == ["evt_3"] }
      try await harness.wait(moving: .seconds(10)) { sender.delivered().count == 3 }
    }
    #expect(sender.delivered() == ["evt_3", "evt_1", "evt_2"])
    let entries = try harness.ledger.entries.filter { $0["event"] == "evt_1" }
    #expect(entries.map { $0["attempt"]?.int } == [1, 2, 3, 4])
    #expect(entries.map { $0["result"]?.string } == ["retry", "retry", "retry", "delivered"])
    #expect(Set(entries.map { $0["event"] }).count == 1)
    #expect(entries[0]["status"] == 500 && entries[0]["next"] != nil)
  }

  @Test func `webhooks that hang delay nobody`() async throws {
    let sender = ScriptedSender { request, _, _ in
      if request.webhookId.hasPrefix("wh_hung") {
        try? await Task.sleep(for: .seconds(600))
        return WebhookResult(.failed("cut off"))
      }
      return Self.ok
    }
    var options = DeliveryOptions()
    options.concurrency = 2
    let harness = DeliveryHarness(sender: sender, options: options)
    for number in 1...8 { harness.addWebhook("wh_hung\(number)") }
    harness.addWebhook("wh_1")
    try await harness.run(crashing: true) { _ in
      for sequence in 1...200 {
        harness.log.commit(.sample(key: "emp_\(sequence)", sequence: UInt64(sequence)))
      }
      try await harness.wait { sender.delivered().count == 200 }
    }
    #expect(sender.most("wh_hung1") <= 3)
  }

  @Test func `no webhook has more in flight than its window`() async throws {
    let sender = ScriptedSender { _, _, _ in
      try? await Task.sleep(for: .milliseconds(1))
      return Self.ok
    }
    let harness = DeliveryHarness(sender: sender)
    harness.addWebhook()
    try await harness.run { _ in
      for sequence in 1...100 {
        harness.log.commit(.sample(key: "emp_\(sequence)", sequence: UInt64(sequence)))
      }
      try await harness.wait { sender.delivered().count == 100 }
    }
    #expect(sender.most("wh_1") == 4)
  }

  @Test func `a receiver that is down for a minute loses nothing, and others do not notice`()
    async throws
  {
    let clock = ManualDeliveryClock()
    let back = clock.now.advanced(by: .seconds(60))
    let downtime = Downtime()
    let sender = ScriptedSender { request, _, _ in
      request.webhookId == "wh_1" && downtime.isDown ? Self.refused : Self.ok
    }
    let harness = DeliveryHarness(sender: sender)
    harness.addWebhook("wh_1")
    harness.addWebhook("wh_2")
    try await harness.run { _ in
      for sequence in 1...300 {
        harness.log.commit(.sample(key: "emp_\(sequence % 20)", sequence: UInt64(sequence)))
      }
      try await harness.wait { sender.delivered("wh_2").count == 300 }
      #expect(sender.delivered("wh_1").isEmpty)
      while harness.clock.now < back {
        harness.clock.advance(by: .milliseconds(500))
        try await Task.sleep(for: .milliseconds(1))
      }
      downtime.end()
      try await harness.wait(moving: .seconds(1)) { sender.delivered("wh_1").count == 300 }
    }
    expectOrder(sender.delivered("wh_1")) { "emp_\(Int($0.dropFirst(4))! % 20)" }
    // The breaker kept it to a handful of attempts and a probe or two.
    let attempts = sender.receipts.count { $0.webhookId == "wh_1" && !$0.isSuccess }
    #expect((5...12).contains(attempts))
    #expect(harness.deadLetters.isEmpty)
  }

  @Test func `an answer of 410 disables the webhook`() async throws {
    let sender = ScriptedSender { _, _, _ in WebhookResult(.answered(status: 410)) }
    let harness = DeliveryHarness(sender: sender)
    harness.addWebhook()
    try await harness.run { delivery in
      harness.log.commit(.sample(key: "emp_1", sequence: 1))
      try await harness.wait { harness.disabled.withLock { $0["wh_1"] } == .gone }
      try await harness.wait { await delivery.status.isEmpty }
      harness.log.commit(.sample(key: "emp_1", sequence: 2))
    }
    #expect(sender.receipts.count == 1)
  }

  @Test func `five days of failure disable the webhook`() async throws {
    let sender = ScriptedSender { _, _, _ in Self.refused }
    let harness = DeliveryHarness(sender: sender)
    harness.addWebhook()
    try await harness.run { _ in
      harness.log.commit(.sample(key: "emp_1", sequence: 1))
      try await harness.wait(moving: .hours(1)) {
        harness.disabled.withLock { $0["wh_1"] } == .failing(.hours(120))
      }
    }
  }

  @Test func `an event refused ten times becomes a dead letter and its key goes on`() async throws {
    let sender = ScriptedSender { _, event, _ in event == "evt_1" ? Self.broken : Self.ok }
    let harness = DeliveryHarness(sender: sender)
    harness.addWebhook()
    try await harness.run { _ in
      harness.log.commit(.sample(key: "emp_1", sequence: 1))
      harness.log.commit(.sample(key: "emp_1", sequence: 2))
      for sequence in 3...30 {  // others do well, so that the breaker stays closed
        harness.log.commit(.sample(key: "emp_\(sequence)", sequence: UInt64(sequence)))
      }
      try await harness.wait(moving: .hours(1)) { sender.delivered().contains("evt_2") }
    }
    let letter = try #require(harness.deadLetters.first)
    #expect(harness.deadLetters.count == 1)
    #expect(letter.eventId == "evt_1" && letter.attempts == 10 && letter.reason == "answered 500")
    let json = try JSONValue(parsing: letter.event)
    #expect(json["id"] == "evt_1")
  }

  @Test func `a key does not go on before its dead letter is kept`() async throws {
    let sender = ScriptedSender { _, event, _ in event == "evt_1" ? Self.broken : Self.ok }
    var options = DeliveryOptions()
    options.schedule = RetrySchedule(delays: [.zero, .seconds(5)])
    let harness = DeliveryHarness(sender: sender, options: options)
    harness.refusesLetters.store(true, ordering: .relaxed)
    harness.addWebhook()
    try await harness.run { _ in
      harness.log.commit(.sample(key: "emp_1", sequence: 1))
      harness.log.commit(.sample(key: "emp_1", sequence: 2))
      try await harness.wait(moving: .seconds(5)) {
        harness.refusedLetters.load(ordering: .relaxed) >= 2
      }
      #expect(sender.delivered().isEmpty && harness.deadLetters.isEmpty)
      harness.refusesLetters.store(false, ordering: .relaxed)
      try await harness.wait(moving: .seconds(20)) { sender.delivered() == ["evt_2"] }
    }
    #expect(harness.deadLetters.map(\.eventId) == ["evt_1"])
    let results = try harness.ledger.entries.map { $0["result"]?.string }
    #expect(results.dropLast(2).allSatisfy { $0 == "retry" })
    #expect(results.suffix(2) == ["dead", "delivered"])
  }

  @Test func `a paused webhook's events wait, a disabled one's pass`() async throws {
    let harness = DeliveryHarness()
    harness.addWebhook("wh_1")
    harness.addWebhook("wh_2")
    let sender = harness.sender
    try await harness.run { delivery in
      harness.setStatus(.paused, of: "wh_1")
      harness.setStatus(.disabled, of: "wh_2")
      try await harness.wait { await delivery.status.count == 1 }
      try await Task.sleep(for: .milliseconds(20))
      harness.log.commit(.sample(key: "emp_1", sequence: 1))
      try await Task.sleep(for: .milliseconds(20))
      #expect(sender.receipts.isEmpty)
      harness.setStatus(.enabled, of: "wh_1")
      harness.setStatus(.enabled, of: "wh_2")
      try await harness.wait { sender.delivered("wh_1") == ["evt_1"] }
      harness.log.commit(.sample(key: "emp_1", sequence: 2))
      try await harness.wait { sender.delivered("wh_2") == ["evt_2"] }
      try await harness.wait { sender.delivered("wh_1") == ["evt_1", "evt_2"] }
    }
  }

  @Test func `a new webhook gets what is committed after it, a deleted one leaves nothing`()
    async throws
  {
    let harness = DeliveryHarness()
    harness.log.commit(.sample(key: "emp_1", sequence: 1))
    try await harness.run { _ in
      harness.addWebhook()
      harness.log.commit(.sample(key: "emp_1", sequence: 2))
      try await harness.wait { harness.sender.delivered() == ["evt_2"] }
      harness.change(.webhookDeleted(id: "wh_1"))
      try await harness.wait { harness.cursor() == nil }
    }
  }

  @Test(arguments: 0..<6) func `a crash at any moment loses and inverts nothing`(seed: Int)
    async throws
  {
    let sender = ScriptedSender { _, event, tries in
      // Every seventh event fails twice.
      let number = Int(event.dropFirst(4))!
      return number % 7 == 0 && tries <= 2 ? Self.broken : Self.ok
    }
    let harness = DeliveryHarness(sender: sender)
    harness.addWebhook()
    for round in 0..<6 {
      try await harness.run(crashing: true) { _ in
        for number in 1...50 {
          let sequence = round * 50 + number
          harness.log.commit(
            .sample(key: "emp_\(sequence % 11)", sequence: UInt64(sequence)))
        }
        for _ in 0..<(seed + round) % 7 {
          harness.clock.advance(by: .milliseconds(250 + 40 * seed))
          try await Task.sleep(for: .microseconds(300))
        }
      }
    }
    try await harness.run { _ in
      try await harness.wait(moving: .seconds(5)) { Set(sender.delivered()).count == 300 }
    }
    expectOrder(sender.delivered()) { "emp_\(Int($0.dropFirst(4))! % 11)" }
  }

  @Test func `a restart goes on where the last run stopped`() async throws {
    let harness = DeliveryHarness()
    harness.addWebhook()
    for round in 0..<3 {
      try await harness.run { _ in
        harness.log.commit(.sample(key: "emp_1", sequence: UInt64(round + 1)))
        try await harness.wait { harness.sender.delivered().count == round + 1 }
      }
    }
    #expect(harness.sender.delivered() == ["evt_1", "evt_2", "evt_3"])
  }

  /// First receipts of each key follow the sequence.
  private func expectOrder(_ eventIds: [String], key: (String) -> String) {
    var last: [String: Int] = [:]
    var seen: Set<String> = []
    for id in eventIds where seen.insert(id).inserted {
      let number = Int(id.dropFirst(4))!
      #expect(last[key(id), default: 0] < number, "\(id)")
      last[key(id)] = number
    }
  }
}
