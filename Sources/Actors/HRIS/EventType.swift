/// What an event says happened; fixed when it is committed.
package enum EventType: String, CaseIterable, Sendable {
  case employeeCreated = "employee.created"
  case employeeUpdated = "employee.updated"
  case employeeDeleted = "employee.deleted"
  case employeeDeactivated = "employee.deactivated"
  case employeeReactivated = "employee.reactivated"
  case groupCreated = "group.created"
  case groupUpdated = "group.updated"
  case groupDeleted = "group.deleted"
  case groupMemberAdded = "group.member_added"
  case groupMemberRemoved = "group.member_removed"
  /// The present state of one employee, for a webhook that lacks events; never committed: it has no
  /// sequence.
  case employeeSnapshot = "employee.snapshot"
  /// Made on demand, never committed: it has no sequence.
  case webhookTest = "webhook.test"

  /// Those that are committed, and so can be subscribed to.
  package static let committed = allCases.filter { $0 != .employeeSnapshot && $0 != .webhookTest }
}
