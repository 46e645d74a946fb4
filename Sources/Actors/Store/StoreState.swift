import Transport

/// Everything the store knows: the fold of `3-committed`.
///
/// A pure value; the store applies an outcome to it while it writes the line, and start-up applies
/// the same lines again, through the same function.
package struct StoreState: Sendable {
  package var configuration = Configuration()
  package private(set) var rows: [ResourceRow] = []
  private(set) var indexes: [String: ConnectionIndex] = [:]
  /// The consumer of every connection there ever was: employees may outlive theirs.
  package private(set) var consumers: [String: String] = [:]
  /// Rows of each consumer in the order they were committed, deleted ones included; only appended to.
  package private(set) var employees: [String: [Int]] = [:]
  /// Connections that were removed together with their employees, by id.
  package private(set) var departures: [String: Departure] = [:]
  /// The newest link of the chain over all changes of the configuration; empty before the first.
  package private(set) var administration: [UInt8] = []
  private var byEmployee: [String: Int] = [:]
  /// The newest line this state includes.
  package private(set) var appliedSeq: UInt64 = 0

  package init() {}

  package func row(_ key: ResourceKey) -> ResourceRow? {
    indexes[key.connection]?.row(id: key.id).map { rows[$0] }
  }

  package func row(employee id: String) -> ResourceRow? { byEmployee[id].map { rows[$0] } }

  /// Where an employee's row stands; it keeps that place for ever.
  func place(employee id: String) -> Int? { byEmployee[id] }

  package func sequence(of connection: String) -> Int { indexes[connection]?.sequence ?? 0 }

  /// Enters what an applied outcome made of its resource.
  mutating func put(_ row: ResourceRow, sequence: Int) {
    let connection = row.key.connection
    var index = indexes.removeValue(forKey: connection) ?? ConnectionIndex()
    let live: ResourceKeys? = row.isDeleted ? nil : row.keys
    if let place = index.row(id: row.key.id) {
      let old = rows[place]
      rows[place] = row
      index.put(place, id: row.key.id, old: old.isDeleted ? nil : old.keys, new: live)
    } else {
      rows.append(row)
      enter(employee: row.employeeId, of: connection, at: rows.count - 1)
      index.put(rows.count - 1, id: row.key.id, old: nil, new: live)
    }
    index.sequence = max(index.sequence, sequence)
    if row.isDeleted { index.compact { rows[$0].isDeleted } }
    indexes[connection] = index
    appliedSeq = max(appliedSeq, row.lastSeq)
  }

  /// Row numbers rise, so that each consumer's stay in order.
  private mutating func enter(employee id: String, of connection: String, at row: Int) {
    byEmployee[id] = row
    if let consumer = consumers[connection] { employees[consumer, default: []].append(row) }
  }

  mutating func apply(_ line: AdminLine, seq: UInt64) {
    administration = Self.link(administration, line.data)
    for change in line.changes {
      if case .connectionDeleted(let id, keepsEmployees: false) = change,
        let connection = configuration.connections[id],
        let consumer = configuration.consumers[connection.consumerId]
      {
        departures[id] = Departure(connection: connection, consumer: consumer)
      }
      configuration.apply(change, at: seq)
      if case .connectionCreated(let connection) = change {
        consumers[connection.id] = connection.consumerId
      }
    }
    appliedSeq = max(appliedSeq, seq)
  }

  /// Notes a line that changed nothing here: a refusal, or a write without effect.
  mutating func pass(seq: UInt64) { appliedSeq = max(appliedSeq, seq) }
}
