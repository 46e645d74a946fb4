package import Transport

/// One attempt as the ledger keeps it: what was sent where, what came back, what follows.
package struct DeliveryAttempt: Sendable {
  package enum Result: String, Sendable, CaseIterable {
    case delivered, retry
    /// Given up: it became a dead letter.
    case dead
    /// Sent once because somebody asked, in vain.
    case failed
    /// Not sent, or not tried again, because the employee was erased.
    case erased
  }

  package enum Trigger: String, Sendable {
    case schedule
    /// Sent once because somebody asked: a test, or an event again.
    case manual
    /// Of a stretch of the log that is sent again.
    case replay
    /// The present state of an employee.
    case snapshot
  }

  package var id: String
  package var time: Timestamp
  package var eventId: String
  /// What kind of event it is; empty when that was gone.
  package var eventType = ""
  package var webhookId: String
  package var key: String
  package var position: DeliveryQueue.Position
  /// From 1; a probe's number comes again.
  package var attempt: Int
  package var trigger = Trigger.schedule
  /// The replay or snapshot it belongs to; then `position` counts in that one's log.
  package var run: String?
  /// Whether it only looked whether the receiver is back.
  package var isProbe: Bool
  package var outcome: WebhookResult
  package var result: Result
  package var next: Timestamp?
  /// Whether its key waits from now on, as its event was given up.
  package var holds = false
  /// How much of a response's head and body stands in the ledger, in bytes each.
  package var kept = DeliveryOptions.Sizes().kept
  /// How far the committed log was on disk.
  package var durableSeq: UInt64
}

extension DeliveryAttempt {
  /// The `type` of its ledger line: "attempt.delivered".
  package var lineType: String { "attempt." + result.rawValue }

  /// The `data` of its ledger line.
  package var bytes: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(512)
    out.append(contentsOf: #"{"id":"#.utf8)
    JSONValue.writeString(id, to: &out)
    Self.write("event", eventId, to: &out)
    if !eventType.isEmpty { Self.write("type", eventType, to: &out) }
    Self.write("webhook", webhookId, to: &out)
    Self.write("key", key, to: &out)
    let place = trigger == .snapshot ? "place" : "seq"
    out.append(contentsOf: #","\#(place)":\#(position.seq)"#.utf8)
    if position.index > 0 { out.append(contentsOf: #","index":\#(position.index)"#.utf8) }
    out.append(contentsOf: #","attempt":\#(attempt)"#.utf8)
    Self.write("trigger", trigger.rawValue, to: &out)
    if let run { Self.write("run", run, to: &out) }
    if isProbe { out.append(contentsOf: #","probe":true"#.utf8) }
    Self.write("result", result.rawValue, to: &out)
    writeOutcome(to: &out)
    if let next { Self.write("next", next.description, to: &out) }
    if holds { out.append(contentsOf: #","holds":true"#.utf8) }
    out.append(contentsOf: #","durableSeq":\#(durableSeq)}"#.utf8)
    return out
  }

  private func writeOutcome(to out: inout [UInt8]) {
    switch outcome.ending {
    case .answered(let status): out.append(contentsOf: #","status":\#(status)"#.utf8)
    case .failed(let words): Self.write("error", words, to: &out)
    }
    let durations = outcome.durations
    out.append(contentsOf: #","durations":{"dns":\#(Self.ms(durations.dns))"#.utf8)
    out.append(contentsOf: #","connect":\#(Self.ms(durations.connect))"#.utf8)
    out.append(contentsOf: #","tls":\#(Self.ms(durations.tls))"#.utf8)
    out.append(contentsOf: #","firstByte":\#(Self.ms(durations.firstByte))"#.utf8)
    out.append(contentsOf: #","total":\#(Self.ms(durations.total))}"#.utf8)
    if let address = outcome.address { Self.write("address", address, to: &out) }
    guard outcome.status != nil else { return }
    let head = outcome.responseHead.utf8.prefix(kept)
    let body = outcome.responseBody.prefix(kept)
    out.append(contentsOf: #","response":{"head":"#.utf8)
    JSONValue.writeString(String(decoding: head, as: UTF8.self), to: &out)
    Self.write("body", String(decoding: body, as: UTF8.self), to: &out)
    out.append(UInt8(ascii: "}"))
  }

  private static func write(_ name: String, _ value: String, to out: inout [UInt8]) {
    out.append(contentsOf: ",\"\(name)\":".utf8)
    JSONValue.writeString(value, to: &out)
  }

  /// Milliseconds with three decimals.
  private static func ms(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    let rest = String(microseconds % 1000)
    return "\(microseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
  }
}
