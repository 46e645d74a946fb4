import Synchronization
import Testing
import Transport

@testable import Actors

/// What a webhook lacks that was disabled for a while, and replays of chosen events.
@Suite(.timeLimit(.minutes(5))) struct DeliveryMissedTests {
  private func commit(_ range: ClosedRange<Int>, to harness: DeliveryHarness) {
    for sequence in range {
      harness.log.commit(.sample(key: "emp_\(sequence % 5)", sequence: UInt64(sequence)))
    }
  }

  private func ids(_ numbers: some Sequence<Int>) -> Set<String> {
    Set(numbers.map { "evt_\($0)" })
  }

  /// Ten events, of which those of emp_2 are refused; then it is disabled, and five more come.
  private func disabled(
    restarting: Bool, sender: ScriptedSender? = nil
  ) async throws -> DeliveryHarness {
    let usual = ScriptedSender { request, id, _ in
      let isRefused = request.fields["webhook-replay"] == nil && ["evt_2", "evt_7"].contains(id)
      return WebhookResult(.answered(status: isRefused ? 500 : 200))
    }
    let sender = sender ?? usual
    let harness = DeliveryHarness(sender: sender)
    harness.addWebhook()
    try await harness.run { delivery in
      commit(1...10, to: harness)
      try await harness.wait(moving: .milliseconds(1)) {
        sender.delivered().count == 8 && sender.receipts.contains { $0.eventId == "evt_2" }
      }
      harness.setStatus(.disabled)
      try await harness.wait { await delivery.status.isEmpty }
      commit(11...15, to: harness)
      if !restarting {
        harness.setStatus(.enabled)
        try await harness.wait { await delivery.status.count == 1 }
      }
    }
    if restarting { harness.setStatus(.enabled) }
    return harness
  }

  @Test(arguments: [false, true])
  func `what lay undone and what was committed meanwhile is missed, nothing else`(
    restarting: Bool
  ) async throws {
    let harness = try await disabled(restarting: restarting)
    let wanted = ids([2, 7] + Array(11...15))
    // It is known over any number of restarts, while new events come.
    for round in 0..<2 {
      try await harness.run(crashing: round == 1) { delivery in
        try await harness.wait { await delivery.status.count == 1 }
        let spans = try await delivery.missed(by: "wh_1")
        #expect(spans.count == 1 && spans.first?.from == 2 && spans.first?.through == 15)
        let count = try await delivery.replayMissed(
          webhook: "wh_1", DeliverySelection(), isDry: true)
        #expect(count == wanted.count)
        commit((16 + round)...(16 + round), to: harness)
        try await harness.wait { harness.sender.delivered().contains("evt_\(16 + round)") }
      }
    }
    try await harness.run { delivery in
      try await harness.wait { await delivery.status.count == 1 }
      let count = try await delivery.replayMissed(
        webhook: "wh_1", DeliverySelection(), isDry: false)
      #expect(count == wanted.count)
      try await harness.wait { harness.sender.replayed.count == wanted.count }
      #expect(try await delivery.missed(by: "wh_1").isEmpty, "it is sent")
      #expect(
        try await delivery.replayMissed(webhook: "wh_1", DeliverySelection(), isDry: false) == 0)
    }
    #expect(Set(harness.sender.replayed) == wanted)
    #expect(harness.sender.replayed.count == wanted.count)
  }

  @Test func `a replay of what was missed goes on after a restart`() async throws {
    let harness = try await disabled(restarting: true)
    try await harness.run(crashing: true) { delivery in
      try await harness.wait { await delivery.status.count == 1 }
      _ = try await delivery.replayMissed(webhook: "wh_1", DeliverySelection(), isDry: false)
    }
    try await harness.run { _ in
      try await harness.wait(moving: .milliseconds(1)) {
        Set(harness.sender.replayed).count == 7
      }
    }
    #expect(Set(harness.sender.replayed) == ids([2, 7] + Array(11...15)))
  }

  /// Receivers that refuse what is replayed, but for emp_1, until they recover.
  private func refusingReplays(until recovery: Downtime) -> ScriptedSender {
    ScriptedSender { request, id, _ in
      let isReplay = request.fields["webhook-replay"] != nil
      let isRefused = isReplay ? recovery.isDown && id != "evt_11" : id == "evt_2"
      return WebhookResult(.answered(status: isRefused ? 500 : 200))
    }
  }

  @Test(arguments: [false, true])
  func `what a replay did not come to send is still missed, and what it sent is not`(
    restarting: Bool
  ) async throws {
    let recovery = Downtime()
    let sender = refusingReplays(until: recovery)
    let harness = try await disabled(restarting: false, sender: sender)
    try await harness.run { delivery in
      try await harness.wait { await delivery.status.count == 1 }
      _ = try await delivery.replayMissed(webhook: "wh_1", DeliverySelection(), isDry: false)
      try await harness.wait(moving: .milliseconds(1)) { sender.replayed == ["evt_11"] }
      harness.setStatus(.disabled)
      try await harness.wait { await delivery.status.isEmpty }
      commit(16...16, to: harness)
      if !restarting {
        harness.setStatus(.enabled)
        try await harness.wait { await delivery.status.count == 1 }
      }
    }
    if restarting { harness.setStatus(.enabled) }
    recovery.end()
    let left = ids([2, 7] + Array(12...16))
    try await harness.run { delivery in
      try await harness.wait { await delivery.status.count == 1 }
      let count = try await delivery.replayMissed(
        webhook: "wh_1", DeliverySelection(), isDry: false)
      #expect(count == left.count)
      try await harness.wait(moving: .milliseconds(1)) { sender.replayed.count == left.count + 1 }
      #expect(try await delivery.missed(by: "wh_1").isEmpty)
    }
    #expect(Set(sender.replayed) == left.union(["evt_11"]))
  }

  @Test func `a replay of a part of what was missed forgets none of it`() async throws {
    let harness = try await disabled(restarting: true)
    try await harness.run { delivery in
      try await harness.wait { await delivery.status.count == 1 }
      for (key, wanted) in [("emp_3", 1), ("emp_none", 0)] {
        var selection = DeliverySelection()
        selection.key = key
        let count = try await delivery.replayMissed(webhook: "wh_1", selection, isDry: false)
        #expect(count == wanted)
      }
      try await harness.wait { harness.sender.replayed == ["evt_13"] }
      let all = try await delivery.replayMissed(
        webhook: "wh_1", DeliverySelection(), isDry: true)
      #expect(all == 7)
    }
  }

  @Test func `the rest of a replay is what its place leaves of each time it was disabled`() {
    var first = DeliveryMissed(DeliveryCursor(since: 4, ledgerFrom: 1), through: 20)
    first.keys["emp_9"] = .init(seq: 3, index: 0)
    let second = DeliveryMissed(DeliveryCursor(since: 30, ledgerFrom: 1), through: 40)
    var cursor = DeliveryCursor(since: 40, ledgerFrom: 9)
    cursor.holdsFrom = 12
    let plan = DeliveryRun.Plan(id: "rpl_1", kind: .replay, from: 3, through: 40)
    var run = DeliveryCursor.Run(plan: plan, high: 10, ledgerFrom: 9, parked: [])
    run.parked = [
      .init(
        key: "emp_1", position: .init(seq: 6, index: 0), attempts: 1,
        next: Timestamp(milliseconds: 5))
    ]
    let rest = first.rest(of: run, in: cursor)
    #expect(rest?.from == 6 && rest?.high == 10 && rest?.ledger == 9...11 && rest?.run == "rpl_1")
    #expect(rest?.lacks("emp_1", at: .init(seq: 6, index: 0)) == true)
    #expect(rest?.lacks("emp_9", at: .init(seq: 10, index: 0)) == false)
    #expect(rest?.lacks("emp_9", at: .init(seq: 11, index: 0)) == true)
    let later = second.rest(of: run, in: cursor)
    #expect(later?.from == 31 && later?.lacks("emp_1", at: .init(seq: 30, index: 0)) == false)
    (run.high, run.parked) = (40, [])
    #expect(first.rest(of: run, in: cursor) == nil && second.rest(of: run, in: cursor) == nil)
  }

  @Test func `a webhook disabled twice misses both times`() async throws {
    let harness = DeliveryHarness()
    harness.addWebhook()
    try await harness.run { delivery in
      for round in 0..<6 {
        commit((round * 2 + 1)...(round * 2 + 1), to: harness)
        try await harness.wait { harness.sender.delivered().count == round + 1 }
        harness.setStatus(.disabled)
        try await harness.wait { await delivery.status.isEmpty }
        commit((round * 2 + 2)...(round * 2 + 2), to: harness)
        harness.setStatus(.enabled)
        try await harness.wait { await delivery.status.count == 1 }
      }
      let spans = try await delivery.missed(by: "wh_1")
      #expect(spans.count == Delivery.missedSpans)
      let count = try await delivery.replayMissed(
        webhook: "wh_1", DeliverySelection(), isDry: false)
      try await harness.wait { harness.sender.replayed.count == count }
    }
    #expect(Set(harness.sender.replayed).isSuperset(of: ids([2, 4, 6, 8, 10, 12])))
  }

  @Test func `a replay is of some types, of one person, of chosen events`() async throws {
    let harness = DeliveryHarness()
    harness.addWebhook()
    for sequence in 1...20 {
      harness.log.commit(
        .sample(
          key: "emp_\(sequence % 5)", sequence: UInt64(sequence),
          type: sequence % 2 == 0 ? .employeeUpdated : .employeeDeactivated))
    }
    try await harness.run { delivery in
      try await harness.wait { await delivery.status.count == 1 }
      harness.setStatus(.disabled)
      try await harness.wait { await delivery.status.isEmpty }
      harness.setStatus(.enabled)
      try await harness.wait { await delivery.status.count == 1 }
      func replay(_ change: (inout DeliverySelection) -> Void) async -> Int? {
        var selection = DeliverySelection()
        change(&selection)
        return await delivery.replay(webhook: "wh_1", from: 1, through: .max, selection)
      }
      #expect(await replay { $0.types = ["employee.updated"] } == 10)
      #expect(await replay { ($0.types, $0.key) = (["employee.updated"], "emp_0") } == 2)
      #expect(await replay { $0.events = ["evt_3", "evt_99"] } == 1)
      try await harness.wait { harness.sender.replayed.count == 13 }
    }
    #expect(harness.sender.replayed.suffix(3).sorted() == ["evt_10", "evt_20", "evt_3"])
  }

  @Test func `the events are found whose newest attempt was given up`() async throws {
    var options = DeliveryOptions()
    options.schedule = RetrySchedule(delays: [.zero, .seconds(1)])
    let isLost = Mutex(false)
    let sender = ScriptedSender { request, id, _ in
      let isRefused =
        id == "evt_3"
        || id == "evt_4" && (request.fields["webhook-replay"] == nil || isLost.withLock { $0 })
      return WebhookResult(.answered(status: isRefused ? 500 : 200))
    }
    let harness = DeliveryHarness(sender: sender, options: options)
    harness.addWebhook()
    try await harness.run { delivery in
      commit(1...5, to: harness)
      try await harness.wait(moving: .milliseconds(100)) { harness.deadLetters.count == 2 }
      let failed = try await delivery.givenUp(by: "wh_1", ledgerFrom: 1)
      #expect(failed?.keys.sorted() == ["evt_3", "evt_4"] && failed?["evt_4"] == 4)
      #expect(try await delivery.givenUp(by: "wh_2", ledgerFrom: 1) == [:])
      var selection = DeliverySelection()
      selection.events = ["evt_4"]
      _ = await delivery.replay(webhook: "wh_1", from: 1, through: .max, selection)
      try await harness.wait(moving: .milliseconds(100)) { sender.replayed == ["evt_4"] }
      try await harness.wait {
        try await delivery.givenUp(by: "wh_1", ledgerFrom: 1)?.keys.sorted() == ["evt_3"]
      }
      // One sent by hand in vain is not given up by that, and stays so when it was.
      isLost.withLock { $0 = true }
      for sequence in [3, 4] as [UInt64] {
        let event = CommittedEvent.sample(key: "emp_\(sequence)", sequence: sequence)
        let place = DeliveryQueue.Position(seq: sequence, index: 0)
        guard case .attempted(let attempt) = await delivery.redeliver(event, at: place, to: "wh_1")
        else {
          Issue.record("it was not sent")
          return
        }
        #expect(attempt.result == .failed && attempt.lineType == "attempt.failed")
      }
      #expect(try await delivery.givenUp(by: "wh_1", ledgerFrom: 1)?.keys.sorted() == ["evt_3"])
    }
  }

  @Test func `a selection and what was missed outlive their cursor's file`() throws {
    var selection = DeliverySelection()
    (selection.types, selection.key) = (["employee.updated"], "emp_1")
    selection.events = ["evt_1", "evt_2"]
    var cursor = DeliveryCursor(since: 3, ledgerFrom: 8)
    cursor.high = 12
    cursor.holdsFrom = 20
    cursor.parked = [
      .init(
        key: "emp_1", position: .init(seq: 7, index: 1), attempts: 2,
        next: Timestamp(milliseconds: 5)),
      .init(
        key: "emp_2", position: .init(seq: 9, index: 0), attempts: 0,
        next: Timestamp(milliseconds: 5), isDone: true),
    ]
    let missed = DeliveryMissed(cursor, through: 30)
    #expect(missed.from == 7 && missed.ledger == 8...19)
    #expect(missed.lacks("emp_1", at: .init(seq: 7, index: 1)))
    #expect(!missed.lacks("emp_1", at: .init(seq: 7, index: 0)))
    #expect(!missed.lacks("emp_2", at: .init(seq: 9, index: 0)))
    #expect(missed.lacks("emp_2", at: .init(seq: 11, index: 0)))
    #expect(!missed.lacks("emp_3", at: .init(seq: 12, index: 0)))
    #expect(missed.lacks("emp_3", at: .init(seq: 13, index: 0)))
    #expect(!missed.lacks("emp_3", at: .init(seq: 31, index: 0)))
    selection.missed = [missed]
    cursor.missed = [missed]
    var plan = DeliveryRun.Plan(id: "rpl_1", kind: .replay, from: 7, through: 30)
    plan.selection = selection
    cursor.runs = [.init(plan: plan, high: 6, ledgerFrom: 8, parked: [])]
    let read = try DeliveryCursor(
      json: try #require(try JSONValue(parsing: cursor.json.bytes).object))
    #expect(read == cursor)
  }
}
