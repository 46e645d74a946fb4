package import Transport

/// Building a state from the lines of a snapshot.
extension StoreState {
  /// What is known only once all lines have been taken in.
  package struct Restoring: Sendable {
    fileprivate var managers: [(employee: Int, id: String)] = []
    fileprivate var webhooks: [Webhook] = []
    fileprivate var erasures: [Erasure] = []
    fileprivate var applications: [Application] = []
    fileprivate var consumers: [Consumer] = []
    fileprivate var connections: [Connection] = []

    package init() {}
  }

  /// Takes one entry in; they must come in the order of the snapshot.
  package mutating func restore(
    _ entry: SnapshotEntry, _ restoring: inout Restoring
  ) throws(SnapshotFault) {
    switch entry {
    case .application(let record): restoring.applications.append(record)
    case .consumer(let record): restoring.consumers.append(record)
    case .connection(let record): restoring.connections.append(record)
    case .webhook(let record): restoring.webhooks.append(record)
    case .erasure(let record): restoring.erasures.append(record)
    case .owner(let connection, let consumer, let sequence):
      consumers[connection] = consumer
      if sequence > 0 { sequences[connection] = sequence }
    case .departure(let departure): departures[departure.connection.id] = departure
    case .chain(let link): administration = link
    case .row(let row): try restore(row, &restoring)
    case .members(let group, let members, let targets):
      guard group < rows.count else { throw SnapshotFault(offset: 0, what: "members") }
      let connection = set(at: group).connection
      for (member, target) in zip(members, targets) {
        membership.set(member, target: target, of: group, in: connection)
      }
    case .remapping(let connection, let remapping): remappings[connection] = remapping
    case .owed(let owed): owe(owed.obligation, because: owed.request)
    }
  }

  private mutating func restore(
    _ row: SnapshotRow, _ restoring: inout Restoring
  ) throws(SnapshotFault) {
    guard row.place == rows.count else { throw SnapshotFault(offset: 0, what: "row number") }
    let place = restore(row.entry)
    switch row.entry.isDeleted ? nil : row.entry.manager {
    case .employee(let id)?: restoring.managers.append((place, id))
    case .waiting(let text)?:
      let reference = Reporting.Reference(
        connection: row.entry.key.connection, folded: SCIMText.fold(text))
      reporting.set(.waiting(reference), of: place)
    case nil: break
    }
  }

  /// - Parameter header: of the snapshot.
  package mutating func finish(_ restoring: Restoring, _ header: SnapshotHeader) {
    configuration = Configuration(
      applications: restoring.applications, consumers: restoring.consumers,
      connections: restoring.connections, webhooks: restoring.webhooks,
      erasures: restoring.erasures)
    for (employee, id) in restoring.managers {
      reporting.set(place(record: id).map { .manager($0) }, of: employee)
    }
    compactSets()
    decided = DecidedWrites(
      through: header.acceptedThrough, named: Set(header.decidedAhead))
    appliedSeq = header.seq
  }
}
