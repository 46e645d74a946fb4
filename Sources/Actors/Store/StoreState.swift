import Transport

/// Everything the store knows: the fold of `3-committed`.
///
/// A pure value; the store applies an outcome to it while it writes the line, and start-up applies
/// the same lines again, through the same function.
package struct StoreState: Sendable {
  package var configuration = Configuration()
  package private(set) var rows: [ResourceRow] = []
  private(set) var indexes: [ResourceSet: ResourceIndex] = [:]
  /// The types whose keys are known.
  package let catalog: SCIMCatalog
  let people: PeopleIndexes
  /// The sequence of each connection's newest event.
  private var sequences: [String: Int] = [:]
  /// The consumer of every connection there ever was: employees may outlive theirs.
  package private(set) var consumers: [String: String] = [:]
  /// Rows of each consumer in the order they were committed, deleted ones included; only appended to.
  package private(set) var employees: [String: [Int]] = [:]
  /// Connections that were removed together with their employees, by id.
  package private(set) var departures: [String: Departure] = [:]
  /// The newest link of the chain over all changes of the configuration; empty before the first.
  package private(set) var administration: [UInt8] = []
  /// Who belongs to which group.
  package internal(set) var membership = Membership()
  /// Who reports to whom.
  var reporting = Reporting()
  /// What has to be committed yet because of what is.
  /// With the request that caused it.
  private var owed: [Obligation: String] = [:]
  /// The part of it that has to be done before anything else is.
  private var urgent: [Obligation: String] = [:]
  /// The request whose outcome is being entered.
  private var causing = ""
  private var byRecord: [String: Int] = [:]
  /// The newest line this state includes.
  package private(set) var appliedSeq: UInt64 = 0

  package init(catalog: SCIMCatalog = .builtIn) {
    self.catalog = catalog
    people = PeopleIndexes(catalog)
  }

  package func row(_ key: ResourceKey) -> ResourceRow? { place(key).map { rows[$0] } }

  /// Where a resource's row stands; it keeps that place for ever, also when it is deleted.
  func place(_ key: ResourceKey) -> Int? { indexes[key.set]?.row(id: key.id) }

  /// - Parameter id: of an employee or a group.
  package func row(record id: String) -> ResourceRow? { byRecord[id].map { rows[$0] } }

  func place(record id: String) -> Int? { byRecord[id] }

  package func sequence(of connection: String) -> Int { sequences[connection] ?? 0 }

  /// Enters what an applied outcome made of its resource.
  ///
  /// - Parameter request: what caused it.
  /// - Returns: its place.
  @discardableResult
  mutating func put(_ row: ResourceRow, sequence: Int, request: String) -> Int {
    causing = request
    let set = row.key.set
    var index = indexes.removeValue(forKey: set) ?? ResourceIndex()
    let live: ResourceKeys? = row.isDeleted ? nil : row.keys
    let place: Int
    var before: ResourceRow?
    if let known = index.row(id: row.key.id) {
      place = known
      let old = rows[place]
      before = old
      rows[place] = row
      index.put(place, id: row.key.id, old: old.isDeleted ? nil : old.keys, new: live)
    } else {
      place = rows.count
      rows.append(row)
      enter(record: row, at: place)
      index.put(place, id: row.key.id, old: nil, new: live)
    }
    if row.isDeleted { index.compact { rows[$0].isDeleted } }
    indexes[set] = index
    count(sequence, of: set.connection)
    appliedSeq = max(appliedSeq, row.lastSeq)
    link(place, before: before)
    return place
  }

  private mutating func count(_ sequence: Int, of connection: String) {
    if sequence > self.sequence(of: connection) { sequences[connection] = sequence }
  }

  /// Row numbers rise, so that each consumer's stay in order.
  private mutating func enter(record row: ResourceRow, at place: Int) {
    guard !row.recordId.isEmpty else { return }
    byRecord[row.recordId] = place
    guard row.key.type == SCIMResourceType.user.segment,
      let consumer = consumers[row.key.connection]
    else { return }
    employees[consumer, default: []].append(place)
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

  mutating func owe(_ obligation: Obligation) {
    if obligation.isUrgent { urgent[obligation] = causing } else { owed[obligation] = causing }
  }

  mutating func settled(_ obligation: Obligation) {
    if obligation.isUrgent { urgent[obligation] = nil } else { owed[obligation] = nil }
  }

  func owes(_ obligation: Obligation) -> Bool {
    owed[obligation] != nil || urgent[obligation] != nil
  }

  /// A row shows something of a line that is not its own.
  mutating func noteShown(_ place: Int, at seq: UInt64) {
    rows[place].lastSeq = max(rows[place].lastSeq, seq)
  }

  /// Takes up to `count` obligations out, with the requests that caused them; whoever takes them
  /// meets them.
  ///
  /// - Parameter urgent: what has to be done before anything else, or the rest.
  mutating func takeOwed(
    _ count: Int, urgent isUrgent: Bool
  ) -> [(obligation: Obligation, request: String)] {
    let taken = (isUrgent ? urgent : owed).prefix(count).map {
      (obligation: $0.key, request: $0.value)
    }
    for one in taken { settled(one.obligation) }
    return taken
  }

  package var owesAnything: Bool { !owed.isEmpty || !urgent.isEmpty }
}
