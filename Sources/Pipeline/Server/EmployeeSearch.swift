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
        if matches(row, query) {
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

  private func matches(_ row: ResourceRow, _ query: EmployeeQuery) -> Bool {
    if row.isDeleted && !query.includeDeleted && query.updatedAfter == nil { return false }
    if let connection = query.connectionId, row.key.connection != connection { return false }
    if let since = query.updatedAfter, row.lastModified <= since { return false }
    guard query.needsFields else { return true }
    let employee = Employee(bytes: row.employee)
    return query.wants(employee)
  }
}

extension EmployeeQuery {
  /// Whether the employee itself has to be read to decide.
  fileprivate var needsFields: Bool {
    status != nil || department != nil || managerId != nil || email != nil
      || employeeNumber != nil
  }

  fileprivate func wants(_ employee: Employee) -> Bool {
    if let status, employee[.employmentStatus].string != status { return false }
    if let employeeNumber, employee[.employeeNumber].string != employeeNumber { return false }
    if let managerId, employee[.manager]["id"]?.string != managerId { return false }
    if let department, !Self.isDepartment(department, of: employee) { return false }
    if let email, !Self.hasAddress(email, employee) { return false }
    return true
  }

  private static func isDepartment(_ wanted: String, of employee: Employee) -> Bool {
    employee[.departmentId].string == wanted
      || employee[.departmentName].string.map(SCIMText.fold) == SCIMText.fold(wanted)
  }

  private static func hasAddress(_ wanted: String, _ employee: Employee) -> Bool {
    let folded = SCIMText.fold(wanted)
    let all =
      [employee[.email], employee[.workEmail], employee[.personalEmail]]
      + (employee[.emails].array ?? []).map { $0["value"] ?? .null }
    return all.contains { $0.string.map(SCIMText.fold) == folded }
  }
}
