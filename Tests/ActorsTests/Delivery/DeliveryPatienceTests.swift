import Synchronization
import TestSupport
import Testing
import Transport

@testable import Actors

/// Only time in which something was tried counts towards giving a receiver up, and a stop has its
/// own patience.
@Suite(.timeLimit(.minutes(5)))
struct DeliveryPatienceTests {
  private let start = Timestamp(milliseconds: 1_000_000)

  private func machine(failingAt now: Timestamp) throws -> DeliveryMachine {
    var machine = DeliveryMachine(queue: DeliveryQueue(from: 1))
    machine.queue.feed(.sample(key: "a", sequence: 1), at: .init(seq: 1, index: 0))
    machine.queue.advance(to: 2)
    try fail(&machine, at: now)
    return machine
  }

  private func fail(_ machine: inout DeliveryMachine, at now: Timestamp) throws {
    let next = machine.next(at: now)
    let job = try #require(next)
    let verdict = machine.judge(
      job, WebhookResult(.answered(status: 500)), at: now, random: 0.5)
    machine.conclude(job, verdict, ledgerSeq: 1, at: now)
  }

  @Test func `time in which nothing was tried is taken off`() throws {
    var machine = try machine(failingAt: start)
    #expect(machine.failingSince == start)
    machine.excuse(from: start.advanced(by: .hours(1)), to: start.advanced(by: .hours(100)))
    #expect(machine.failingSince == start.advanced(by: .hours(99)))
    // What lies before the failure was excused before.
    machine.excuse(from: start, to: start.advanced(by: .hours(90)))
    #expect(machine.failingSince == start.advanced(by: .hours(99)))
  }

  @Test func `a server that was down for a week gives nobody up for it`() throws {
    let before = try machine(failingAt: start)
    var cursor = before.cursor(since: 0, ledgerEnd: 1)
    cursor.savedAt = start.advanced(by: .hours(2))
    let read = try DeliveryCursor(
      json: try #require(try JSONValue(parsing: cursor.json.bytes).object))
    let now = start.advanced(by: .hours(170))
    var after = DeliveryMachine(
      webhookId: "wh_1", cursor: read, ledger: [], schedule: RetrySchedule(),
      limits: DeliveryQueue.Limits(), now: now)
    #expect(after.failingSince == now.advanced(by: .hours(-2)))
    after.queue.feed(.sample(key: "a", sequence: 1), at: .init(seq: 1, index: 0))
    after.queue.advance(to: 2)
    try fail(&after, at: now)
    #expect(!after.isHalted)
  }

  @Test func `once everything is given up nothing fails any more`() throws {
    var machine = try machine(failingAt: start)
    machine.schedule.delays = [.zero, .seconds(5)]
    try fail(&machine, at: start.advanced(by: .hours(1)))
    #expect(machine.backlog == 0)
    #expect(machine.failingSince == nil)
  }

  @Test func `a week's pause gives nobody up`() async throws {
    let sender = ScriptedSender { _, _, _ in WebhookResult(.answered(status: 500)) }
    let harness = DeliveryHarness(sender: sender)
    harness.addWebhook()
    try await harness.run { delivery in
      harness.log.commit(.sample(key: "emp_1", sequence: 1))
      try await harness.wait { sender.receipts.count == 1 }
      harness.setStatus(.paused)
      try await harness.wait { await delivery.pausedSince("wh_1") != nil }
      harness.clock.advance(by: .hours(170))
      harness.setStatus(.enabled)
      try await harness.wait { sender.receipts.count == 2 }
      #expect(harness.disabled.withLock { $0["wh_1"] } == nil)
    }
  }

  @Test func `a stop does not wait for ever for a receiver that takes its time`() async throws {
    let sender = ScriptedSender { _, _, _ in
      try? await Task.sleep(for: .seconds(600))
      return WebhookResult(.failed("cancelled"))
    }
    var options = DeliveryOptions()
    options.stopWithin = .milliseconds(50)
    let harness = DeliveryHarness(sender: sender, options: options)
    harness.addWebhook()
    try await harness.run { delivery in
      harness.log.commit(.sample(key: "emp_1", sequence: 1))
      try await harness.wait { await delivery.status.first?.inFlight == 1 }
    }
    // As if it had not been tried.
    #expect(harness.ledger.lastSeq == 0)
  }
}

extension Delivery {
  fileprivate func pausedSince(_ webhook: String) -> Timestamp? {
    workers[webhook]?.peek(\.pausedAt)
  }
}
