import Synchronization
import Testing
import Transport

@testable import Actors

/// A webhook's own numbers, filters and fields, while delivery runs.
@Suite(.timeLimit(.minutes(5))) struct DeliverySettingsTests {
  static let ok = WebhookResult(.answered(status: 200))

  @Test func `only events of the named connections are sent`() async throws {
    let harness = DeliveryHarness()
    harness.addWebhook("wh_1") { $0.connectionIds = ["cnx_1"] }
    harness.addWebhook("wh_2") { $0.connectionIds = ["cnx_2"] }
    harness.addWebhook("wh_3")
    try await harness.run { _ in
      harness.log.commit(.sample(key: "emp_1", sequence: 1))
      try await harness.wait { harness.sender.delivered("wh_3").count == 1 }
      try await harness.wait { harness.sender.delivered("wh_1").count == 1 }
    }
    #expect(harness.sender.delivered("wh_2").isEmpty)
  }

  @Test func `what is sent, signed and of no interest follows the fields`() async throws {
    let harness = DeliveryHarness()
    harness.addWebhook { $0.fields = ["email"] }
    let event = CommittedEvent.changed(["email", "jobTitle"], sequence: 1)
    try await harness.run { _ in
      harness.log.commit(event)
      harness.log.commit(.changed(["jobTitle"], sequence: 2))
      harness.log.commit(.changed(["email"], sequence: 3))
      try await harness.wait { harness.sender.receipts.count == 2 }
      try await harness.wait(moving: .milliseconds(250)) { harness.cursor()?["high"] == 3 }
    }
    #expect(harness.sender.delivered() == ["evt_1", "evt_3"])
    let request = try #require(harness.sender.receipts.first?.request)
    let body = try JSONValue(parsing: request.body)
    #expect(body["data"] == ["id": "emp_1", "email": "e", "revision": 4])
    #expect(body["changedFields"] == ["email"] && body["previous"] == ["email": "old"])
    let signature = WebhookSignature(secrets: [Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")])
    let time = try #require(request.fields["webhook-timestamp"].flatMap { Int64($0) })
    #expect(
      request.fields["webhook-signature"]
        == signature.header(id: "evt_1", timestamp: time, body: request.body))
  }

  @Test func `a sample on request is trimmed as an event is`() async throws {
    let harness = DeliveryHarness()
    harness.addWebhook { $0.fields = ["email"] }
    let webhook = try #require(harness.environment.configuration().webhooks["wh_1"])
    try await harness.run { delivery in
      _ = await delivery.test(webhook, with: .employeeCreated, requestId: "req_1")
      _ = await delivery.test(webhook, with: .webhookFailing, requestId: "req_2")
    }
    let bodies = try harness.sender.receipts.map { try JSONValue(parsing: $0.request.body) }
    #expect(bodies[0]["data"]?.object?.members.map(\.name) == ["id", "email", "revision"])
    #expect(bodies[0]["test"] == true && bodies[1]["test"] == true)
    #expect(bodies[1]["data"]?["attempts"] == 4)
  }

  @Test func `a snapshot is of the allowed connections and trimmed`() async throws {
    let harness = DeliveryHarness()
    harness.addConsumer("csm_1", employees: 0..<3)
    harness.addWebhook("wh_1") { $0.fields = ["connection"] }
    harness.addWebhook("wh_2") { $0.connectionIds = ["cnx_9"] }
    try await harness.run { delivery in
      try await harness.wait { await delivery.snapshot(webhook: "wh_1") == 3 }
      try await harness.wait { harness.sender.receipts.count == 3 }
      _ = await delivery.snapshot(webhook: "wh_2")
      try await harness.wait { await delivery.status.allSatisfy { $0.waiting == 0 } }
    }
    #expect(harness.sender.delivered("wh_2").isEmpty)
    for body in harness.sender.bodies(of: .employeeSnapshot) {
      let names = body["data"]?.object?.members.map(\.name) ?? []
      #expect(Set(names).isSubset(of: ["id", "connection", "revision"]), "\(names)")
    }
  }

  @Test func `a webhook's numbers come before the server's, and change while it runs`()
    async throws
  {
    let hung = Mutex(false)
    let sender = ScriptedSender { _, _, _ in
      while hung.withLock({ $0 }), !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(1))
      }
      return Self.ok
    }
    let harness = DeliveryHarness(sender: sender)
    harness.addWebhook {
      $0.settings.window = 2
      $0.settings.timeout = .seconds(3)
    }
    try await harness.run { _ in
      harness.log.commit(.sample(key: "emp_0", sequence: 0))
      try await harness.wait { sender.delivered().count == 1 }
      hung.withLock { $0 = true }
      for sequence in 1...60 {
        harness.log.commit(.sample(key: "emp_\(sequence)", sequence: UInt64(sequence)))
      }
      try await harness.wait { sender.most("wh_1") == 2 }
      try await Task.sleep(for: .milliseconds(20))
      #expect(sender.most("wh_1") == 2)
      harness.update { $0.settings.window = 9 }
      try await harness.wait { sender.most("wh_1") == 9 }
      hung.withLock { $0 = false }
      try await harness.wait { sender.delivered().count == 61 }
    }
    #expect(sender.most("wh_1") == 9)
    #expect(sender.receipts.first?.request.times.total == .seconds(3))
    #expect(sender.receipts.first?.request.times.connect == .seconds(5))
  }

  @Test func `a webhook's own schedule decides when its event is given up`() async throws {
    let sender = ScriptedSender { request, _, _ in WebhookResult(.answered(status: 500)) }
    let harness = DeliveryHarness(sender: sender)
    harness.addWebhook("wh_1") { $0.settings.retries = [.zero, .seconds(2)] }
    harness.addWebhook("wh_2") {
      $0.settings.retries = [.zero, .seconds(100)]
      $0.settings.jitter = 0
    }
    let start = harness.clock.now
    try await harness.run { _ in
      harness.log.commit(.sample(key: "emp_1", sequence: 1))
      try await harness.wait { sender.receipts.count == 2 }
      try await harness.wait(moving: .milliseconds(250)) { harness.deadLetters.count == 1 }
      #expect(harness.clock.now < start.advanced(by: .seconds(60)))
    }
    #expect(harness.deadLetters.first?.webhookId == "wh_1")
    #expect(harness.deadLetters.first?.attempts == 2)
    let entry = try #require(try harness.ledger.entries.first { $0["webhook"] == "wh_2" })
    let next = entry["next"]?.string.flatMap { Timestamp(parsing: $0) }
    #expect(next.map { $0 >= start.advanced(by: .seconds(100)) } == true)
  }

  @Test func `patience and breaker are a webhook's own`() async throws {
    let sender = ScriptedSender { _, _, _ in WebhookResult(.failed("connection refused")) }
    let harness = DeliveryHarness(sender: sender)
    harness.addWebhook {
      $0.settings.breakerFailures = 2
      $0.settings.probeAfter = .seconds(1)
      $0.settings.probeMax = .seconds(2)
      $0.settings.disableAfter = .seconds(3600)
    }
    try await harness.run { delivery in
      harness.log.commit(.sample(key: "emp_1", sequence: 1))
      harness.log.commit(.sample(key: "emp_2", sequence: 2))
      try await harness.wait { await delivery.status.first.map { $0.breaker != .closed } == true }
      #expect(sender.receipts.count == 2)
      try await harness.wait(moving: .seconds(30)) { !harness.disabled.withLock { $0.isEmpty } }
    }
    #expect(harness.disabled.withLock { $0["wh_1"] } == .failing(.seconds(3600)))
    #expect(DeliveryMachine.DisableReason.failing(.seconds(3600)).words.hasSuffix("for 1 hour"))
  }

  @Test func `an event too large to send is a dead letter that says so`() async throws {
    var options = DeliveryOptions()
    options.sizes.request = 200
    let harness = DeliveryHarness(options: options)
    harness.addWebhook()
    try await harness.run { _ in
      harness.log.commit(.changed(["email"], sequence: 1))
      harness.log.commit(.sample(key: "emp_1", sequence: 2))
      try await harness.wait { harness.sender.delivered() == ["evt_2"] }
    }
    let letter = try #require(harness.deadLetters.first)
    #expect(letter.eventId == "evt_1" && !letter.event.isEmpty)
    #expect(letter.reason.contains("more than the 200 a webhook is sent (--webhook-request-bytes)"))
    let entry = try #require(try harness.ledger.entries.first)
    #expect(entry["result"] == "dead" && entry["error"]?.string == letter.reason)
  }

  @Test func `both secrets sign while one replaces the other, then the new one alone`()
    async throws
  {
    let harness = DeliveryHarness()
    harness.addWebhook()
    let old = harness.secrets.withLock { $0[0] }
    let new = WebhookSignature.makeSecret()
    try await harness.run { delivery in
      harness.log.commit(.sample(key: "emp_1", sequence: 1))
      try await harness.wait { harness.sender.receipts.count == 1 }
      harness.secrets.withLock { $0 = [new, old] }
      await delivery.renewSignatures()
      harness.log.commit(.sample(key: "emp_1", sequence: 2))
      try await harness.wait { harness.sender.receipts.count == 2 }
      harness.forgets.withLock { $0 = [[new]] }
      try await harness.wait(moving: .seconds(1)) {
        harness.log.commit(.sample(key: "emp_1", sequence: harness.log.durableSeq + 1))
        return harness.sender.receipts.last?.signatures == 1 && harness.sender.receipts.count > 2
      }
    }
    let receipts = harness.sender.receipts
    #expect(receipts[0].isSigned(by: [old]) && receipts[1].isSigned(by: [new, old]))
    #expect(receipts.last?.isSigned(by: [new]) == true)
  }

  @Test func `a receiver's clock is told once while it is off`() async throws {
    let ahead = Mutex<Int64>(0)
    let clock = Mutex<(any DeliveryClock)?>(nil)
    let sender = ScriptedSender { _, _, _ in
      var result = Self.ok
      let now = clock.withLock { $0?.now } ?? Timestamp(milliseconds: 0)
      result.date = Timestamp(milliseconds: now.milliseconds + ahead.withLock { $0 } * 1000)
      result.durations.total = .seconds(2)
      return result
    }
    let harness = DeliveryHarness(sender: sender)
    clock.withLock { $0 = harness.clock }
    harness.addWebhook()
    try await harness.run { delivery in
      for (offset, wanted) in [(30, nil), (95, 97), (95, 97), (-200, -199), (2, nil)]
        as [(Int64, Int?)]
      {
        ahead.withLock { $0 = offset }
        let sequence = harness.log.durableSeq + 1
        harness.log.commit(.sample(key: "emp_1", sequence: sequence))
        try await harness.wait { sender.receipts.count == Int(sequence) }
        try await harness.wait { await delivery.status.first?.inFlight == 0 }
        let status = await delivery.status.first
        #expect(status?.clockSkew == wanted, "\(offset)")
      }
    }
  }

  @Test(
    arguments: [
      (0, nil), (59, nil), (-59, nil), (60, 60), (-60, -60), (300, 300), (-86_400, -86_400),
    ] as [(Int64, Int?)])
  func `a skew counts from a minute on, from the middle of the attempt`(
    offset: Int64, wanted: Int?
  ) {
    let end = Timestamp(milliseconds: 1_700_000_000_000)
    let middle = Timestamp(milliseconds: end.milliseconds - 5000)
    let date = Timestamp(milliseconds: middle.milliseconds + offset * 1000 - 500)
    #expect(ClockSkew.seconds(of: date, at: end, took: .seconds(10)) == wanted)
  }

  @Test func `a receiver that does not answer holds one attempt and no shared slot`() async throws {
    let sender = ScriptedSender { request, _, _ in
      let hangs = request.webhookId != "wh_1"
      try? await Task.sleep(for: hangs ? .seconds(600) : .milliseconds(1))
      return Self.ok
    }
    var options = DeliveryOptions()
    options.concurrency = 3
    let harness = DeliveryHarness(sender: sender, options: options)
    for number in 2...41 { harness.addWebhook("wh_\(number)") }
    harness.addWebhook("wh_1")
    try await harness.run(crashing: true) { _ in
      for sequence in 1...200 {
        harness.log.commit(.sample(key: "emp_\(sequence)", sequence: UInt64(sequence)))
      }
      try await harness.wait { sender.delivered().count == 200 }
    }
    #expect((2...41).allSatisfy { sender.most("wh_\($0)") == 1 })
    #expect(sender.most("wh_1") == 4, "all shared slots are its own")
  }

  @Test func `a log that cannot be read ends delivery, whoever finds out`() async throws {
    struct Unreadable: Error {}
    let harness = DeliveryHarness()
    harness.addWebhook()
    harness.log.commit(.sample(key: "emp_1", sequence: 1))
    harness.log.fails.withLock { $0 = Unreadable() }
    let delivery = Delivery(harness.environment)
    await #expect(throws: Unreadable.self) { try await delivery.run() }
  }
}

extension ScriptedSender.Receipt {
  var signatures: Int { request.fields["webhook-signature"]?.split(separator: " ").count ?? 0 }

  func isSigned(by secrets: [Secret]) -> Bool {
    let time = request.fields["webhook-timestamp"].flatMap { Int64($0) } ?? 0
    let header = WebhookSignature(secrets: secrets).header(
      id: eventId, timestamp: time, body: request.body)
    return request.fields["webhook-signature"] == header
  }
}

extension CommittedEvent {
  /// An update of an employee that has an e-mail address and a title.
  static func changed(_ fields: [String], sequence: UInt64) -> CommittedEvent {
    let names = fields.map { "\"\($0)\"" }.joined(separator: ",")
    let previous = fields.map { "\"\($0)\":\"old\"" }.joined(separator: ",")
    let body =
      #"{"id":"evt_\#(sequence)","type":"employee.updated","sequence":\#(sequence),"#
      + #""consumerId":"csm_1","connection":{"id":"cnx_1"},"data":{"id":"emp_1","email":"e","#
      + #""jobTitle":"t","revision":4},"changedFields":[\#(names)],"previous":{\#(previous)}}"#
    return try! CommittedEvent(reading: Array(body.utf8), applicationId: "app_1", seq: sequence)
  }
}
