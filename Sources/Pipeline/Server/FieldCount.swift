import Actors
import Transport

/// Counts the fields of a connection's employees, one count at a time and in stretches.
struct FieldCount: Sendable {
  /// Rows looked at between two turns of others.
  private static let stretch = 64

  let store: Store
  let scans: ScanGate

  /// - Returns: nil when too many searches wait already.
  func census(of connection: Connection) async -> FieldCensus? {
    await scans.run { await count(connection) }
  }

  private func count(_ connection: Connection) async -> FieldCensus {
    var census = FieldCensus()
    let scope = EmployeeScope(consumer: connection.consumerId, connection: connection.id)
    var next: Int? = 0
    while let first = next {
      let (stretch, joins) = store.read { state in
        let stretch = state.listedEmployees(in: scope, from: first, count: Self.stretch)
        return (stretch, state.joins(of: stretch.employees, managers: []))
      }
      for (employee, groups) in zip(stretch.employees, joins.groups) {
        census.add(
          Employee(bytes: await store.bytes(employee.record)), isMember: !groups.isEmpty)
      }
      next = stretch.next
      if next == nil { await store.committed.durable(through: stretch.gate) }
      await Task.yield()
    }
    return census
  }
}
