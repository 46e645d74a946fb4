import Actors
import Transport

/// How deliveries to a webhook go, beside what was set up of it.
extension API {
  /// By webhook; of a disabled one only where its application can go on fetching.
  func deliveryStates(of webhooks: [Webhook]) async -> [String: JSONValue] {
    var states: [String: JSONValue] = [:]
    for webhook in webhooks where webhook.status == .disabled {
      let cursor = backend.events.place(at: await backend.undoneFrom(of: webhook.id))
      states[webhook.id] = ["inFlight": 0, "cursor": JSONValue(cursor.text)]
    }
    for status in await backend.deliveryStatus() {
      states[status.webhookId] = status.json(cursor: backend.events.place(at: status.undoneFrom))
    }
    return states
  }
}

extension EventFeed {
  func place(at seq: UInt64) -> FeedPlace { FeedPlace(epoch: epoch, seq: max(seq, 1)) }
}

extension WebhookDeliveryStatus {
  /// - Parameter cursor: everything before it is done.
  func json(cursor: FeedPlace) -> JSONValue {
    [
      "waiting": JSONValue(waiting + Int(clamping: unread)), "inFlight": JSONValue(inFlight),
      "failingSince": .time(failingSince), "lastError": .text(lastError),
      "breakerOpen": JSONValue(breaker != .closed), "nextAttempt": .time(nextAttempt),
      "clockSkew": clockSkew.map { JSONValue($0) } ?? .null, "cursor": JSONValue(cursor.text),
    ]
  }
}

extension Webhook {
  func publicJSON(delivery: JSONValue?) -> JSONValue {
    guard case .object(var json) = publicJSON else { return publicJSON }
    json["delivery"] = delivery ?? .null
    return .object(json)
  }
}
