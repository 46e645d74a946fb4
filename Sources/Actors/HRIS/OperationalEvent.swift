package import Transport

/// Something about the server's own work that an application should know.
///
/// It is no employee's and no group's, so it counts in no sequence and changes no state; otherwise
/// it is committed, delivered and replayed as any event.
package struct OperationalEvent: Sendable, Equatable {
  /// The `type` of its line.
  package static let lineType = "operational"
  /// The `id` in `data` of what concerns the whole spool.
  package static let spool = "spool"

  package var type: EventType
  package var applicationId: String
  package var consumerId: String?
  /// The one it is about, as events show it.
  package var connection: JSONObject?
  /// With the `id` of what it is about: a webhook, a connection, or `spool`.
  package var data: JSONObject
  /// One word; what a person should read is in `data`.
  package var reason: String

  /// What it is about; one receiver gets one key's events in order.
  package var key: String { data["id"]?.string ?? "" }

  /// As it is committed.
  package func event(
    _ id: String = ULID.make(prefix: "evt_"), at time: Timestamp, epoch: Int
  ) -> CommittedEvent {
    var body = JSONObject()
    body["id"] = JSONValue(id)
    body["type"] = JSONValue(type.rawValue)
    body["timestamp"] = JSONValue(time.description)
    body["epoch"] = JSONValue(epoch)
    body["applicationId"] = JSONValue(applicationId)
    body["consumerId"] = consumerId.map { JSONValue($0) }
    body["connection"] = connection.map { .object($0) }
    body["data"] = .object(data)
    body["cause"] = ["reason": JSONValue(reason)]
    return CommittedEvent(
      id: id, type: type.rawValue, key: key, applicationId: applicationId,
      consumerId: consumerId ?? "", connectionId: connection?["id"]?.string ?? "", sequence: 0,
      timestamp: time, body: body.bytes)
  }
}

// MARK: - What there is to tell

extension OperationalEvent {
  /// An event was refused several times, or given up.
  package static func failing(
    _ webhook: Webhook, event: String, attempts: Int, error: String
  ) -> OperationalEvent {
    var data = Self.data(of: webhook)
    data["event"] = JSONValue(event)
    data["attempts"] = JSONValue(attempts)
    data["error"] = JSONValue(error)
    return OperationalEvent(
      type: .webhookFailing, applicationId: webhook.applicationId, data: data,
      reason: "attempts_failed")
  }

  /// - Parameter isGone: whether its receiver said so itself.
  package static func disabled(
    _ webhook: Webhook, isGone: Bool, why: String
  ) -> OperationalEvent {
    var data = Self.data(of: webhook)
    data["why"] = JSONValue(why)
    return OperationalEvent(
      type: .webhookDisabled, applicationId: webhook.applicationId, data: data,
      reason: isGone ? "gone" : "failing_too_long")
  }

  /// A call at a connection's Base URL came with a token that is not its own.
  package static func authenticationFailed(
    _ connection: Connection, isReplaced: Bool
  ) -> OperationalEvent {
    let origin = JSONObject([
      .init(name: "unifiedApi", value: "hris"),
      .init(name: "serviceId", value: JSONValue(connection.serviceId)),
      .init(name: "id", value: JSONValue(connection.id)),
    ])
    let data = JSONObject([
      .init(name: "id", value: JSONValue(connection.id)),
      .init(name: "why", value: isReplaced ? "the API token was replaced" : "wrong API token"),
    ])
    return OperationalEvent(
      type: .connectionAuthFailed, applicationId: connection.applicationId,
      consumerId: connection.consumerId, connection: origin, data: data,
      reason: isReplaced ? "token_replaced" : "wrong_token")
  }

  /// Writes are refused, because less than the reserve is free; sizes in bytes.
  package static func lowDisk(
    of application: String, free: UInt64, reserve: UInt64
  ) -> OperationalEvent {
    let data = JSONObject([
      .init(name: "id", value: JSONValue(spool)),
      .init(name: "freeBytes", value: JSONValue(Int(clamping: free))),
      .init(name: "reserveBytes", value: JSONValue(Int(clamping: reserve))),
    ])
    return OperationalEvent(
      type: .spoolLowDisk, applicationId: application, data: data, reason: "below_reserve")
  }

  private static func data(of webhook: Webhook) -> JSONObject {
    var data = JSONObject()
    data["id"] = JSONValue(webhook.id)
    if case .url(let url) = webhook.receiver { data["deliveryUrl"] = JSONValue(url) }
    return data
  }
}
