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
    var seen: String?
    while true {
      let (rows, gate) = store.read { [seen] in
        $0.listedEmployees(of: connection.consumerId, after: seen, count: Self.stretch)
      }
      for row in rows where row.key.connection == connection.id {
        let isMember = store.read { !$0.groups(of: row.key).isEmpty }
        census.add(Employee(bytes: await store.bytes(row.record)), isMember: isMember)
      }
      seen = rows.last?.id ?? seen
      guard rows.count == Self.stretch else {
        await store.committed.durable(through: gate)
        return census
      }
      await Task.yield()
    }
  }
}
