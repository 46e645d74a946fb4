package import Transport

/// One event a change commits, before it has an id and a sequence.
package struct EventDecision: Sendable, Equatable {
  package var type: EventType
  /// Names of members of `data` that differ, in the order they stand there.
  package var changedFields: [String]
  /// The old values of `changedFields`; empty for what is new.
  package var previous: JSONObject
  /// What the event is about, when it is more than the record; the record's bytes otherwise.
  package var data: [UInt8]?
  /// Why it happened when nobody asked for this very change, such as `manager_resolved`.
  package var reason: String?

  package init(
    type: EventType, changedFields: [String] = [], previous: JSONObject = JSONObject(),
    data: [UInt8]? = nil, reason: String? = nil
  ) {
    self.type = type
    self.changedFields = changedFields
    self.previous = previous
    self.data = data
    self.reason = reason
  }
}
