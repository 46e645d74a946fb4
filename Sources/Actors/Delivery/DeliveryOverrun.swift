import Transport

/// What a webhook will not be sent any more, because the log had no room left for what waited.
package struct DeliveryOverrun: Sendable, Equatable {
  /// The `type` of its ledger line.
  package static let lineType = "webhook.overrun"

  package var id: String
  package var webhookId: String
  /// The first and last line of `3-committed` of which it may lack events.
  package var from: UInt64
  package var through: UInt64
  /// The run that tells the present state instead; nil when the webhook gets no employees, or
  /// there are none.
  package var snapshot: String?
  /// Employees in it.
  package var employees: Int
  /// How far the committed log was on disk.
  package var durableSeq: UInt64

  /// The `data` of its ledger line.
  package var bytes: [UInt8] {
    var json = JSONObject()
    json["id"] = JSONValue(id)
    json["webhook"] = JSONValue(webhookId)
    json["from"] = JSONValue(Int(from))
    json["through"] = JSONValue(Int(through))
    if let snapshot { json["snapshot"] = JSONValue(snapshot) }
    json["employees"] = JSONValue(employees)
    json["durableSeq"] = JSONValue(Int(durableSeq))
    return json.bytes
  }
}
