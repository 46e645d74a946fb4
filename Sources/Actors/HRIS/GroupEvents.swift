import Transport

/// Decides which events a change of one group commits; who joined and left is told apart from it.
package enum GroupEvents {
  /// - Parameter old: nil for a new group.
  package static func decide(old: Group?, new: Group) -> [EventDecision] {
    guard let old else { return [EventDecision(type: .groupCreated)] }
    let fields = Group.changes(from: old, to: new)
    if fields.isEmpty { return [] }
    let values = old.json
    let previous = JSONObject(
      fields.map { JSONObject.Member(name: $0, value: values[$0] ?? .null) })
    return [EventDecision(type: .groupUpdated, changedFields: fields, previous: previous)]
  }
}
