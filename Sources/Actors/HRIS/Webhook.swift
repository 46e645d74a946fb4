package import Transport

/// A subscription: where an application wants its events, and which.
package struct Webhook: Sendable, Equatable {
  package enum Receiver: Sendable, Equatable {
    case url(String)
    /// The receiver built into this process; dialled at our own loopback address.
    case inspector
  }

  package enum Status: String, Sendable, CaseIterable {
    case enabled = "Enabled"
    /// Its events wait.
    case paused = "Paused"
    /// It stops; enabling it again starts at that moment.
    case disabled = "Disabled"
  }

  package var id: String
  package var applicationId: String
  package var receiver: Receiver
  package var status: Status
  /// Event types and wildcards as given; empty means `EventSubscription.standard`.
  package var events: [String]
  /// Only events of these consumers; nil means all.
  package var consumerIds: [String]?
  /// Only events of these connections; nil means all.
  package var connectionIds: [String]?
  /// Members of an employee or group that it is sent; nil means all. `id` and `revision` always are.
  package var fields: [String]?
  package var settings = WebhookSettings()
  package var createdAt: Timestamp
  /// Whether its URL may lead to a local or private address; only the spool's owner can say so.
  package var localAllowed: Bool
  /// The log position of the change that created or last re-enabled it: it gets what comes after.
  /// Set by `Configuration.apply`.
  package var since: UInt64

  package init(
    id: String, applicationId: String, receiver: Receiver, status: Status = .enabled,
    events: [String] = [], consumerIds: [String]? = nil, createdAt: Timestamp,
    localAllowed: Bool = false, since: UInt64 = 0
  ) {
    self.id = id
    self.applicationId = applicationId
    self.receiver = receiver
    self.status = status
    self.events = events
    self.consumerIds = consumerIds
    self.createdAt = createdAt
    self.localAllowed = localAllowed
    self.since = since
  }
}

extension Webhook {
  package init(json: JSONObject) throws(RecordError) {
    let record = RecordReader(json)
    let receiver: Receiver =
      record.optionalString("receiver") == "inspector"
      ? .inspector : .url(try record.string("deliveryUrl"))
    guard let status = Status(rawValue: try record.string("status")) else {
      throw .missing(member: "status")
    }
    self.init(
      id: try record.string("id"), applicationId: try record.string("applicationId"),
      receiver: receiver, status: status,
      events: try record.array("events").compactMap(\.string),
      consumerIds: json["consumerIds"]?.array?.compactMap(\.string),
      createdAt: try record.time("createdAt"), localAllowed: try record.bool("localAllowed"),
      since: json["since"]?.int.map { UInt64($0) } ?? 0)
    connectionIds = json["connectionIds"]?.array?.compactMap(\.string)
    fields = json["fields"]?.array?.compactMap(\.string)
    settings = WebhookSettings(json: json["settings"]?.object ?? JSONObject())
  }

  package var json: JSONValue {
    var json = JSONObject()
    json["id"] = JSONValue(id)
    json["applicationId"] = JSONValue(applicationId)
    switch receiver {
    case .url(let url): json["deliveryUrl"] = JSONValue(url)
    case .inspector: json["receiver"] = "inspector"
    }
    json["status"] = JSONValue(status.rawValue)
    json["events"] = .array(events.map { JSONValue($0) })
    if let consumerIds { json["consumerIds"] = .array(consumerIds.map { JSONValue($0) }) }
    if let connectionIds { json["connectionIds"] = .array(connectionIds.map { JSONValue($0) }) }
    if let fields { json["fields"] = .array(fields.map { JSONValue($0) }) }
    if !settings.isEmpty { json["settings"] = .object(settings.json) }
    json["createdAt"] = JSONValue(createdAt.description)
    json["localAllowed"] = JSONValue(localAllowed)
    json["since"] = JSONValue(Int(since))
    return .object(json)
  }
}
