import Transport

/// Decides which events a change of one employee commits; pure, so that the table can be tested.
package enum EmployeeEvents {
  package enum Kind: Sendable {
    case created, changed, deleted
  }

  /// - Returns: at most three, in the order of their sequence; none when nobody would notice.
  ///
  /// - Parameters:
  ///   - seeingGroups: whether groups count as the employee's own; they do not where joining and
  ///     leaving is told by events of the group alone.
  ///   - reason: why, when no request asked for this very change.
  package static func decide(
    old: Employee?, new: Employee, kind: Kind, seeingGroups: Bool = false, reason: String? = nil
  ) -> [EventDecision] {
    guard let old, kind != .created else {
      return [EventDecision(type: .employeeCreated)]
    }
    let fields = Employee.changes(from: old, to: new, seeingGroups: seeingGroups)
    guard !fields.isEmpty else { return [] }
    return types(old: old, new: new, kind: kind).map { type in
      EventDecision(
        type: type, changedFields: fields.map(\.name), previous: old.values(of: fields),
        reason: reason)
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
