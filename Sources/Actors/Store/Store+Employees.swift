import Transport

extension Store {
  /// One employee of a consumer, deleted ones included, and the line its answer waits for.
  package func employee(_ id: String, of consumer: String) -> ResourceRow? {
    guard let row = state.row(employee: id), state.consumers[row.key.connection] == consumer
    else { return nil }
    return row
  }

  /// Up to `count` rows of a consumer with employee ids after `id`, in the order of their ids.
  ///
  /// The order never changes, so that a reader who goes on after the last id he saw neither skips
  /// nor repeats anybody.
  package func employees(
    of consumer: String, after id: String?, count: Int
  ) -> (rows: [ResourceRow], gate: UInt64) {
    let order = state.employees[consumer] ?? []
    var low = 0
    var high = id == nil ? 0 : order.count
    while low < high {
      let middle = (low + high) / 2
      if state.rows[order[middle]].employeeId > (id ?? "") {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return (order[low...].prefix(count).map { state.rows[$0] }, state.appliedSeq)
  }

  /// Employees that are not deleted.
  package var employeeCount: Int { state.indexes.values.reduce(0) { $0 + $1.liveCount } }

  /// The employee as people see it now: what it says of its manager is joined from the manager.
  package func joined(_ row: ResourceRow) -> [UInt8] {
    var employee = Employee(bytes: row.employee)
    guard let id = employee[.manager]["id"]?.string, let manager = state.row(employee: id) else {
      return row.employee
    }
    let before = employee[.manager]
    employee.resolveManager(as: Employee(bytes: manager.employee))
    return employee[.manager] == before ? row.employee : employee.bytes
  }

  /// SHA-256 over everything the log can rebuild; equals an independent fold of `3-committed`.
  package var stateHash: String { state.hash }
}
