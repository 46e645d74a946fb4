import Actors
import Transport

/// One inbound call on its way through the hops: what was asked, what it meant, what came of it and
/// where its events went.
struct RequestTrace: Sendable {
  var summary: RequestSummary
  /// Its line of `1-accepted`; nil for a call that no hop tells of.
  var accepted: SpoolLine?
  var mapped: SpoolLine?
  /// Its outcome, and what followed from it; the outcome first.
  var committed: [SpoolLine] = []
  /// Lines of `4-attempts` about its events.
  var attempts: [SpoolLine] = []
  /// Whether all attempts there are at its events are in `attempts`.
  var hasAllAttempts = true
  /// Whether the person it was about has been erased since; then only ids are told.
  var isErased = false
  /// Whether somebody who has been erased since stands in its body, as a group's member, say.
  var namesErased = false
}

extension RequestTrace {
  /// - Parameters:
  ///   - connection: nil when it is gone.
  ///   - waiting: ids of webhooks that want an event and were not tried yet.
  func json(
    _ connection: Connection?, waiting: (CommittedEvent, _ seq: UInt64) -> [String] = { _, _ in [] }
  ) -> JSONObject {
    var json = summary.json(connection)
    let data = accepted.flatMap { try? JSONValue(parsing: $0.data) }
    json["baseUrl"] = data?["baseURL"] ?? .null
    json["ifMatch"] = data?["ifMatch"] ?? .null
    json["body"] = isErased || namesErased ? .null : data?["body"] ?? .null
    json["erased"] = JSONValue(isErased)
    json["accepted"] = accepted.map(Self.place) ?? .null
    json["mapped"] = mapped.map(Self.meaning) ?? .null
    json["committed"] = outcome.map(Self.change) ?? .null
    json["changedFields"] = changedFields
    json["events"] = .array(events(waiting))
    json["deliveriesComplete"] = JSONValue(hasAllAttempts)
    return json
  }

  /// The line that decides the write.
  private var outcome: SpoolLine? { committed.first { RequestDecision($0) != nil } }

  private static func place(_ line: SpoolLine) -> JSONValue {
    ["seq": JSONValue(Int(clamping: line.seq)), "time": JSONValue(line.timestamp.description)]
  }

  private static func meaning(_ line: SpoolLine) -> JSONValue {
    var json = place(line).object ?? JSONObject()
    json["kind"] = .text(line.type.split(separator: ".").last.map(String.init))
    return .object(json)
  }

  private static func change(_ line: SpoolLine) -> JSONValue {
    var json = place(line).object ?? JSONObject()
    json["version"] =
      JSONSlices(line.data)?.number("version").map { JSONValue(Int(clamping: $0)) } ?? .null
    return .object(json)
  }

  /// Names only, never values.
  private var changedFields: JSONValue {
    let changes = mapped.flatMap { JSONSlices($0.data)?.bytes("changes") }
    return changes.flatMap { try? JSONValue(parsing: $0) } ?? .array([])
  }
}

// MARK: Events and where they went

extension RequestTrace {
  private func events(_ waiting: (CommittedEvent, UInt64) -> [String]) -> [JSONValue] {
    var deliveries: [String: [JSONValue]] = [:]
    for line in attempts {
      guard let record = DeliveryRecord(line) else { continue }
      deliveries[line.id, default: []].append(Self.short(record))
    }
    return committed.flatMap { line -> [JSONValue] in
      let outcome = try? CommittedOutcome(seq: line.seq, data: line.data)
      let isOutcome = RequestDecision(line) != nil
      return (outcome?.events ?? []).map { event in
        var json = Self.summary(event)
        json["follows"] = JSONValue(!isOutcome)
        json["deliveries"] = .array(deliveries[event.id] ?? [])
        json["waiting"] = .array(waiting(event, line.seq).map { JSONValue($0) })
        return .object(json)
      }
    }
  }

  private static func summary(_ event: CommittedEvent) -> JSONObject {
    var json = JSONObject()
    json["id"] = JSONValue(event.id)
    json["type"] = JSONValue(event.type)
    json["time"] = JSONValue(event.timestamp.description)
    json["sequence"] = event.sequence > 0 ? JSONValue(Int(clamping: event.sequence)) : .null
    json["recordId"] = JSONValue(event.key)
    return json
  }

  private static func short(_ record: DeliveryRecord) -> JSONValue {
    let attempt = record.attempt
    return [
      "id": JSONValue(record.id), "time": JSONValue(record.time.description),
      "webhookId": JSONValue(record.webhookId), "attempt": attempt["attempt"] ?? .null,
      "trigger": attempt["trigger"] ?? .null, "result": attempt["result"] ?? .null,
      "status": attempt["status"] ?? .null, "error": attempt["error"] ?? .null,
      "milliseconds": attempt["durations"]?["total"] ?? .null,
    ]
  }
}
