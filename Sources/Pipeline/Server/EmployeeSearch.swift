import Actors
import Transport

/// Answers the API's employee queries from the store, in stretches, so that a search through many
/// employees holds up neither the writer nor other readers.
struct EmployeeSearch: Sendable {
  /// Rows looked at between two turns of the store.
  private static let stretch = 256

  let store: Store

  /// The employee as the API shows it, once it is durable; nil when it is not this consumer's.
  @concurrent func employee(_ id: String, of consumer: String) async -> [UInt8]? {
    guard let row = store.read({ $0.employee(id, of: consumer) }) else { return nil }
    await store.committed.durable(through: row.lastSeq)
    return joined(row)
  }

  @concurrent func page(_ query: EmployeeQuery) async -> EmployeePage {
    var page = EmployeePage(employees: [], next: nil)
    var seen = query.after
    var gate: UInt64 = 0
    search: while true {
      let (rows, applied) = store.read { [seen] in
        $0.employees(of: query.consumerId, after: seen, count: Self.stretch)
      }
      gate = applied
      for row in rows {
        if query.matches(Employee(bytes: row.employee)) {
          if page.employees.count == query.limit {
            page.next = seen
            break search
          }
          page.employees.append(joined(row))
        }
        seen = row.employeeId
      }
      if rows.count < Self.stretch { break }
    }
    await store.committed.durable(through: gate)
    return page
  }

  /// The employee as people see it now: what it says of its manager is the manager's present.
  private func joined(_ row: ResourceRow) -> [UInt8] {
    var employee = Employee(bytes: row.employee)
    guard let id = employee.managerId, let manager = store.read({ $0.row(employee: id) }) else {
      return row.employee
    }
    let before = employee[.manager]
    employee.resolveManager(as: Employee(bytes: manager.employee))
    return employee[.manager] == before ? row.employee : employee.bytes
  }
}
