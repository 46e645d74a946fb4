import Actors
import Transport

/// Counts the fields of a connection's employees, one count at a time and in stretches.
struct FieldCount: Sendable {
  /// Rows looked at between two turns of others.
  private static let stretch = 64

  let store: Store
  let reports: ScanGate

  /// - Returns: nil when too many reports wait already.
  func census(of connection: Connection) async -> FieldCensus? {
    guard let (census, gate) = await reports.run({ await count(connection) }) else { return nil }
    await store.committed.durable(through: gate)
    return census
  }

  private func count(_ connection: Connection) async -> (FieldCensus, gate: UInt64) {
    var census = FieldCensus()
    let scope = EmployeeScope(consumer: connection.consumerId, connection: connection.id)
    var gate: UInt64 = 0
    var next: Int? = 0
    while let first = next {
      let (stretch, joins) = store.read { state in
        let stretch = state.listedEmployees(in: scope, from: first, count: Self.stretch)
        return (stretch, state.joins(of: stretch.employees, managers: []))
      }
      for (employee, groups) in zip(stretch.employees, joins.groups) {
        census.add(
          RenderedEmployee(await store.bytes(employee.record)), isMember: !groups.isEmpty)
      }
      (next, gate) = (stretch.next, stretch.gate)
      await Task.yield()
    }
    return (census, gate)
  }
}
