import Transport

/// Which attempts at a webhook somebody wants to see, the newest first.
struct DeliveryQuery: Sendable, Equatable {
  var webhookId: String
  /// Only `delivered`, `retry`, `dead` or `failed`.
  var result: String?
  var event: String?
  /// Only of this employee or group.
  var key: String?
  var type: String?
  /// Ended at or after.
  var since: Timestamp?
  /// Ended before.
  var until: Timestamp?
  /// Only lines of the ledger before this one.
  var before: UInt64?
  /// 1–1000.
  var limit: Int

  func matches(_ line: SpoolLine) -> Bool {
    guard line.key.hasPrefix(webhookId + "/"), line.type.hasPrefix("attempt."),
      key.map({ line.key == "\(webhookId)/\($0)" }) ?? true,
      event.map({ $0 == line.id }) ?? true,
      result.map({ line.type == "attempt." + $0 }) ?? true
    else { return false }
    guard let type else { return true }
    return JSONSlices(line.data)?.text("type") == type
  }
}

struct DeliveryPage: Sendable {
  var deliveries: [DeliveryRecord] = []
  /// To go on before; nil when there is nothing older.
  var next: UInt64?
}

/// One attempt as the ledger keeps it.
struct DeliveryRecord: Sendable {
  /// When it had ended.
  let time: Timestamp
  let attempt: JSONObject

  /// nil for lines that are no attempts.
  init?(_ line: SpoolLine) {
    guard line.type.hasPrefix("attempt."),
      let attempt = (try? JSONValue(parsing: line.data))?.object
    else { return nil }
    self.init(time: line.timestamp, attempt: attempt)
  }

  init(time: Timestamp, attempt: JSONObject) {
    self.time = time
    self.attempt = attempt
  }

  var id: String { attempt["id"]?.string ?? "" }
  var eventId: String { attempt["event"]?.string ?? "" }
  var webhookId: String { attempt["webhook"]?.string ?? "" }
  /// The line of `3-committed` that has its event; nil when none ever had.
  var seq: UInt64? { attempt["seq"]?.int.flatMap { $0 > 0 ? UInt64($0) : nil } }

  /// Whether its request said that it may have been sent before; a test, sent by hand too, did not.
  var isReplay: Bool {
    let trigger = attempt["trigger"]?.string
    return trigger == "replay" || trigger == "manual" && seq != nil
  }

  /// When its request was sent, to the second.
  var began: Timestamp {
    let total = attempt["durations"]?["total"]?.number?.double ?? 0
    return Timestamp(milliseconds: time.milliseconds - Int64(total))
  }

  /// As lists show it: without what the receiver answered.
  var summary: JSONValue {
    var shown = JSONObject()
    for member in attempt.members where member.name != "response" && member.name != "durableSeq" {
      shown[member.name] = member.value
      if member.name == "id" { shown["time"] = JSONValue(time.description) }
    }
    return .object(shown)
  }

  /// The whole of it, with the request around the event's own bytes.
  /// - Parameter request: nil when the webhook is gone.
  func bytes(_ request: DeliveryRequest?) -> [UInt8] {
    var shown = summary.object ?? JSONObject()
    shown["response"] = attempt["response"] ?? .null
    var out = JSONValue.object(shown).bytes
    out.removeLast()
    out += Array(",\"request\":".utf8) + (request?.bytes ?? Array("null".utf8))
    return out + [0x7D]
  }
}

/// What was sent at an attempt, put together again: the ledger keeps answers, the log the events.
struct DeliveryRequest: Sendable {
  var url: String?
  /// Request line and fields; signatures are left out.
  var head: String
  /// The event's bytes; nil when they are no longer kept, or were made for that attempt alone.
  var body: [UInt8]?

  var bytes: [UInt8] {
    let start: JSONValue = ["url": .text(url), "head": JSONValue(head)]
    var out = start.bytes
    out.removeLast()
    return out + Array(",\"body\":".utf8) + (body ?? Array("null".utf8)) + [0x7D]
  }
}
