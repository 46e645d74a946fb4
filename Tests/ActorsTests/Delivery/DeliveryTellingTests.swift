import Synchronization
import Testing
import Transport

@testable import Actors

/// What delivery tells applications of its own work, and how often.
@Suite(.timeLimit(.minutes(5))) struct DeliveryTellingTests {
  static let ok = WebhookResult(.answered(status: 200))
  static let broken = WebhookResult(.answered(status: 500))

  @Test func `the fourth failure of one event is told once, until something is delivered`()
    async throws
  {
    let failing = Mutex(true)
    let sender = ScriptedSender { _, _, _ in failing.withLock { $0 } ? Self.broken : Self.ok }
    let harness = DeliveryHarness(sender: sender)
    harness.addWebhook {
      $0.settings.retries = Array(repeating: .seconds(1), count: 12)
      $0.settings.breakerFailures = 1000
    }
    try await harness.run { _ in
      harness.log.commit(.sample(key: "emp_1", sequence: 1))
      harness.log.commit(.sample(key: "emp_2", sequence: 2))
      try await harness.wait(moving: .milliseconds(100)) { sender.receipts.count >= 12 }
      #expect(harness.told.withLock { $0.map(\.type) } == [.webhookFailing])
      failing.withLock { $0 = false }
      try await harness.wait(moving: .milliseconds(100)) { sender.delivered().count == 2 }
      failing.withLock { $0 = true }
      harness.log.commit(.sample(key: "emp_3", sequence: 3))
      try await harness.wait(moving: .milliseconds(100)) { harness.told.withLock { $0.count } == 2 }
    }
    let told = harness.told.withLock { $0 }
    #expect(told[0].data["id"] == "wh_1" && told[0].data["attempts"] == 4)
    #expect(told[0].data["error"] == "answered 500" && told[0].applicationId == "app_1")
    #expect(told[1].data["event"] == "evt_3")
  }

  @Test func `a restart does not tell it again`() async throws {
    let sender = ScriptedSender { _, _, _ in Self.broken }
    let harness = DeliveryHarness(sender: sender)
    harness.addWebhook {
      $0.settings.retries = Array(repeating: .seconds(1), count: 20)
      $0.settings.breakerFailures = 1000
    }
    harness.log.commit(.sample(key: "emp_1", sequence: 1))
    try await harness.run { _ in
      harness.log.commit(.sample(key: "emp_1", sequence: 2))
      try await harness.wait(moving: .milliseconds(100)) { sender.receipts.count == 5 }
    }
    try await harness.run { _ in
      try await harness.wait(moving: .milliseconds(100)) { sender.receipts.count == 8 }
    }
    #expect(harness.told.withLock { $0.count } == 1)
  }

  @Test func `with fewer attempts than four, giving an event up is told`() async throws {
    let sender = ScriptedSender { _, _, _ in Self.broken }
    let harness = DeliveryHarness(sender: sender)
    harness.addWebhook { $0.settings.retries = [.zero, .seconds(1)] }
    try await harness.run { _ in
      harness.log.commit(.sample(key: "emp_1", sequence: 1))
      try await harness.wait(moving: .milliseconds(100)) { harness.deadLetters.count == 1 }
      try await harness.wait { harness.told.withLock { $0.count } == 1 }
    }
    #expect(harness.told.withLock { $0.first?.data["attempts"] } == 2)
  }

  @Test func `a webhook that was disabled by its receiver is told of after it is`() async throws {
    let sender = ScriptedSender { _, _, _ in WebhookResult(.answered(status: 410)) }
    let harness = DeliveryHarness(sender: sender)
    harness.addWebhook()
    for number in 1...4 {
      harness.log.commit(.sample(key: "emp_\(number)", sequence: UInt64(number)))
    }
    try await harness.run { delivery in
      harness.log.commit(.sample(key: "emp_9", sequence: 5))
      try await harness.wait { await delivery.status.isEmpty }
      try await harness.wait { harness.told.withLock { $0.count } == 1 }
      #expect(harness.disabled.withLock { $0["wh_1"] } == .gone)
    }
    let told = try #require(harness.told.withLock { $0.first })
    #expect(told.type == .webhookDisabled && told.reason == "gone")
    #expect(told.data["why"] == "the receiver answered 410 Gone")
  }

  @Test func `a full disk is told of once, until there is room again`() async throws {
    let harness = DeliveryHarness()
    harness.change(
      .applicationCreated(
        Application(id: "app_2", name: "Two", createdAt: Timestamp(milliseconds: 0))))
    @Sendable func counts(_ free: UInt64, _ count: Int) async throws {
      harness.freeBytes.withLock { $0 = free }
      for _ in 0..<5 {
        harness.clock.advance(by: .seconds(1))
        try await Task.sleep(for: .milliseconds(2))
      }
      try await harness.wait(moving: .seconds(1)) { harness.told.withLock { $0.count } == count }
    }
    try await harness.run { _ in
      try await counts(9_000_000, 0)
      try await counts(7_000_000, 2)
      try await counts(8_100_000, 2)  // hovers around the reserve
      try await counts(7_000_000, 2)
      try await counts(9_000_000, 2)
      try await counts(7_000_000, 4)
      try await counts(9_000_000, 4)
      try await counts(1000, 4)  // nothing more is written then
    }
    let told = harness.told.withLock { $0 }
    #expect(told.map(\.applicationId) == ["app_1", "app_2", "app_1", "app_2"])
    #expect(told.allSatisfy { $0.type == .spoolLowDisk && $0.key == "spool" })
    #expect(told[0].data["reserveBytes"] == 8_000_000)
  }
}
