/// What an event says happened; fixed when it is committed.
package enum EventType: String, CaseIterable, Sendable {
  case employeeCreated = "employee.created"
  case employeeUpdated = "employee.updated"
  case employeeDeleted = "employee.deleted"
  case employeeDeactivated = "employee.deactivated"
  case employeeReactivated = "employee.reactivated"
  /// The person is forgotten: it carries ids and nothing else.
  case employeeErased = "employee.erased"
  case groupCreated = "group.created"
  case groupUpdated = "group.updated"
  case groupDeleted = "group.deleted"
  case groupMemberAdded = "group.member_added"
  case groupMemberRemoved = "group.member_removed"
  /// An event was refused for the fourth time, or given up; once until something is delivered.
  case webhookFailing = "webhook.failing"
  case webhookDisabled = "webhook.disabled"
  /// A wrong token at a known Base URL; at most once an hour per connection.
  case connectionAuthFailed = "connection.auth_failed"
  /// Less than the reserve is free; once until there is room again.
  case spoolLowDisk = "spool.low_disk"
  /// The present state of one employee, for a webhook that lacks events; never committed: it has no
  /// sequence.
  case employeeSnapshot = "employee.snapshot"
  /// Made on demand, never committed: it has no sequence.
  case webhookTest = "webhook.test"

  /// Those that are committed, and so can be subscribed to.
  package static let committed = allCases.filter { $0 != .employeeSnapshot && $0 != .webhookTest }

  /// Those about the server's own work; nobody gets them without asking.
  package static let operational: [EventType] = [
    .webhookFailing, .webhookDisabled, .connectionAuthFailed, .spoolLowDisk,
  ]
}
