import Actors
import Transport

/// Answers the API's employee queries from the store, one search at a time and in stretches, so
/// that a search through many employees holds up neither the writer nor other readers for long.
struct EmployeeSearch: Sendable {
  /// Rows looked at between two turns of others.
  private static let stretch = 64
  /// A page ends before its employees exceed this.
  static let pageBytes = 1 << 20

  let store: Store
  let scans: ScanGate

  /// The employee as the API shows it, once it is durable; nil when it is not this consumer's.
  @concurrent func employee(_ id: String, of consumer: String) async -> [UInt8]? {
    guard let row = store.read({ $0.listedEmployee(id, of: consumer) }) else { return nil }
    await store.committed.durable(through: row.lastSeq)
    return await joined(await store.bytes(row.record), row.key, managerId: row.managerId)
  }

  /// - Returns: nil when too many searches wait already.
  func page(_ query: EmployeeQuery) async -> EmployeePage? {
    guard let (page, gate) = await scans.run({ await search(query) }) else { return nil }
    await store.committed.durable(through: gate)
    return page
  }

  private func search(_ query: EmployeeQuery) async -> (EmployeePage, gate: UInt64) {
    var page = EmployeePage(employees: [], next: nil)
    var size = 0
    var seen = query.after
    while true {
      let (rows, gate) = store.read { [seen] in
        $0.listedEmployees(of: query.consumerId, after: seen, count: Self.stretch)
      }
      for row in rows {
        let record = await store.bytes(row.record)
        if query.matches(Employee(bytes: record)) {
          let employee = await joined(record, row.key, managerId: row.managerId)
          size += employee.count
          let isFull = page.employees.count == query.limit || size > Self.pageBytes
          if isFull && !page.employees.isEmpty {
            page.next = seen
            return (page, gate)
          }
          page.employees.append(employee)
        }
        seen = row.id
      }
      if rows.count < Self.stretch { return (page, gate) }
      await Task.yield()
    }
  }

  /// The employee as people see it now: what it says of its manager and its groups is
  /// their present.
  private func joined(
    _ record: [UInt8], _ key: ResourceKey, managerId: String?
  ) async -> [UInt8] {
    let (manager, groups) = store.read { state in
      (managerId.flatMap { state.recordBytes(of: $0) }, state.groups(of: key))
    }
    if manager == nil && groups.isEmpty && !ResourceRow.mentionsGroups(record) { return record }
    var employee = Employee(bytes: record)
    if let manager {
      employee.resolveManager(as: Employee(bytes: await store.bytes(manager)))
    }
    employee.setGroups(groups)
    return employee.bytes
  }
}
