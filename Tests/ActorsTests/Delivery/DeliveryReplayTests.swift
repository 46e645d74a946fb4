import Synchronization
import Testing
import Transport

@testable import Actors

@Suite(.timeLimit(.minutes(5))) struct DeliveryReplayTests {
  static let ok = WebhookResult(.answered(status: 200))

  /// A webhook that got `count` events of five employees, and some it does not want between them.
  private func served(
    _ count: Int, sender: ScriptedSender = ScriptedSender()
  ) async throws -> DeliveryHarness {
    let harness = DeliveryHarness(sender: sender)
    harness.addWebhook(events: ["employee.updated"])
    for sequence in 1...count {
      harness.log.commit(
        .sample(key: "emp_\(sequence % 5)", sequence: UInt64(sequence)),
        .sample(key: "emp_\(sequence % 5)", sequence: 9000, type: .employeeDeactivated))
    }
    try await harness.run { _ in
      try await harness.wait(moving: .seconds(1)) { sender.delivered().count == count }
    }
    return harness
  }

  @Test func `a stretch of the log is sent again as it was, and says so`() async throws {
    let harness = try await served(20)
    let sender = harness.sender
    try await harness.run { delivery in
      try await harness.wait { await delivery.status.count == 1 }
      let count = await delivery.replayCount(webhook: "wh_1", from: 6, through: 15)
      #expect(count == 10)
      let replayed = await delivery.replay(webhook: "wh_1", from: 6, through: 15)
      #expect(replayed == 10)
      try await harness.wait { sender.replayed.count == 10 }
    }
    #expect(Set(sender.replayed) == Set((6...15).map { "evt_\($0)" }))
    #expect(sender.delivered().count == 30)
    for id in sender.replayed {
      let bodies = sender.receipts.filter { $0.eventId == id }.map(\.request.body)
      #expect(bodies.count == 2 && bodies[0] == bodies[1])
    }
    let entries = try harness.ledger.entries.filter { $0["trigger"] == "replay" }
    #expect(entries.count == 10)
    #expect(Set(entries.map { $0["run"]?.string?.prefix(4) }) == ["rpl_"])
  }

  @Test func `live events go on while a replay does, and no key has two attempts at once`()
    async throws
  {
    let flights = KeysInFlight()
    let sender = ScriptedSender { request, _, _ in
      await flights.fly(request.body)
      return Self.ok
    }
    let harness = try await served(60, sender: sender)
    try await harness.run { delivery in
      try await harness.wait { await delivery.status.count == 1 }
      _ = await delivery.replay(webhook: "wh_1", from: 1, through: 60)
      for sequence in 61...90 {
        harness.log.commit(.sample(key: "emp_\(sequence % 5)", sequence: UInt64(sequence)))
      }
      try await harness.wait { sender.delivered().count == 150 }
    }
    #expect(flights.most == 1)
    // The last live event did not wait for the replay's end.
    let order = sender.receipts.map(\.eventId)
    let lastLive = try #require(order.lastIndex(of: "evt_90"))
    let lastReplayed = try #require(order.lastIndex { sender.replayed.contains($0) })
    #expect(lastLive < lastReplayed)
  }

  @Test(arguments: 0..<5) func `a replay goes on over crashes, each employee's events in order`(
    seed: Int
  ) async throws {
    let sender = ScriptedSender { request, event, tries in
      let number = Int(event.dropFirst(4)) ?? 0
      let isReplay = request.fields["webhook-replay"] != nil
      return isReplay && number % 7 == 0 && tries <= 3
        ? WebhookResult(.answered(status: 500)) : Self.ok
    }
    let harness = try await served(50, sender: sender)
    try await harness.run(crashing: true) { delivery in
      try await harness.wait { await delivery.status.count == 1 }
      let count = await delivery.replay(webhook: "wh_1", from: 1, through: 50)
      #expect(count == 50)
      try await Task.sleep(for: .milliseconds(seed))
    }
    for round in 0..<2 {
      try await harness.run(crashing: true) { _ in
        harness.clock.advance(by: .seconds(3))
        try await Task.sleep(for: .milliseconds(seed + round))
      }
    }
    try await harness.run { _ in
      try await harness.wait(moving: .seconds(2)) { Set(sender.replayed).count == 50 }
      try await harness.wait(moving: .seconds(1)) { harness.cursor()?["runs"] == nil }
    }
    var last: [Int: Int] = [:]
    var seen: Set<String> = []
    for id in sender.replayed where seen.insert(id).inserted {
      let number = Int(id.dropFirst(4))!
      #expect(last[number % 5, default: 0] < number)
      last[number % 5] = number
    }
  }

  @Test func `a replay beyond the log's end is cut there, and too many are refused`() async throws {
    let harness = try await served(5)
    try await harness.run { delivery in
      try await harness.wait { await delivery.status.count == 1 }
      let all = await delivery.replay(webhook: "wh_1", from: 0, through: .max)
      let none = await delivery.replay(webhook: "wh_1", from: 6, through: .max)
      let stray = await delivery.replay(webhook: "wh_9", from: 1, through: 2)
      #expect(all == 5 && none == 0 && stray == nil)
      try await harness.wait { harness.sender.replayed.count == 5 }
      harness.setStatus(.paused)
      try await harness.wait {
        await delivery.replay(webhook: "wh_1", from: 1, through: 5) == nil
      }
    }
  }
}

/// How many attempts at one employee were in flight at once.
private final class KeysInFlight: Sendable {
  private let state = Mutex<(now: [String: Int], most: Int)>(([:], 0))

  var most: Int { state.withLock { $0.most } }

  func fly(_ body: [UInt8]) async {
    let key = (try? JSONValue(parsing: body))?["data"]?["id"]?.string ?? ""
    state.withLock { state in
      state.now[key, default: 0] += 1
      state.most = max(state.most, state.now[key]!)
    }
    try? await Task.sleep(for: .microseconds(200))
    state.withLock { $0.now[key]! -= 1 }
  }
}
