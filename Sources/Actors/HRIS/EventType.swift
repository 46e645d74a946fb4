/// What an event says happened; fixed when it is committed.
package enum EventType: String, CaseIterable, Sendable {
  case employeeCreated = "employee.created"
  case employeeUpdated = "employee.updated"
  case employeeDeleted = "employee.deleted"
  case employeeDeactivated = "employee.deactivated"
  case employeeReactivated = "employee.reactivated"
  /// Made on demand, never committed: it has no sequence.
  case webhookTest = "webhook.test"
}
