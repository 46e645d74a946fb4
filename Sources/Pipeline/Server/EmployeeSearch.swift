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
    guard let row = await store.employee(id, of: consumer) else { return nil }
    await store.committed.durable(through: row.lastSeq)
    return await store.joined(row)
  }

  @concurrent func page(_ query: EmployeeQuery) async -> EmployeePage {
    var page = EmployeePage(employees: [], next: nil)
    var seen = query.after
    var gate: UInt64 = 0
    search: while true {
      let (rows, applied) = await store.employees(
        of: query.consumerId, after: seen, count: Self.stretch)
      gate = applied
      for row in rows {
        if query.matches(Employee(bytes: row.employee)) {
          if page.employees.count == query.limit {
            page.next = seen
            break search
          }
          page.employees.append(await store.joined(row))
        }
        seen = row.employeeId
      }
      if rows.count < Self.stretch { break }
    }
    await store.committed.durable(through: gate)
    return page
  }
}
