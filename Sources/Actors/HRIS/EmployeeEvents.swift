package import Transport

/// Decides which events a change of one employee commits; pure, so that the table can be tested.
package enum EmployeeEvents {
  package enum Kind: Sendable {
    case created, changed, deleted
  }

  package struct Decision: Sendable, Equatable {
    package var type: EventType
    package var changedFields: [EmployeeField]
    /// The old values of `changedFields`; empty for a new employee.
    package var previous: JSONObject

    package init(type: EventType, changedFields: [EmployeeField], previous: JSONObject) {
      self.type = type
      self.changedFields = changedFields
      self.previous = previous
    }
  }

  /// - Returns: at most three, in the order of their sequence; none when nobody would notice.
  package static func decide(old: Employee?, new: Employee, kind: Kind) -> [Decision] {
    guard let old, kind != .created else {
      return [Decision(type: .employeeCreated, changedFields: [], previous: JSONObject())]
    }
    let fields = Employee.changes(from: old, to: new)
    guard !fields.isEmpty else { return [] }
    return types(old: old, new: new, kind: kind).map { type in
      Decision(type: type, changedFields: fields, previous: old.values(of: fields))
    }
  }

  private static func types(old: Employee, new: Employee, kind: Kind) -> [EventType] {
    var types: [EventType] = [.employeeUpdated]
    if kind == .deleted { return types + [.employeeDeleted] }
    let wasHere = old.isActive && !old.isDeleted
    let isHere = new.isActive && !new.isDeleted
    if wasHere && !isHere { types.append(.employeeDeactivated) }
    if !wasHere && isHere { types.append(.employeeReactivated) }
    return types
  }
}
