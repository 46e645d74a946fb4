import Transport

/// Why an administrative change was not made.
package enum AdministrationError: Error, Sendable, Equatable {
  /// It names something that does not exist, or no longer.
  case notFound(id: String)
  /// It would make a second one of something that must be unique.
  case conflict(id: String)
}

extension Store {
  /// Makes the changes in order, all of them in one line, and returns once it is durable.
  ///
  /// - Throws: before anything is written, when one of them does not fit the configuration.
  package func administer(
    _ changes: [AdminChange], request: String
  ) async throws(AdministrationError) {
    if changes.isEmpty { return }
    var configuration = read { $0.configuration }
    for change in changes {
      try configuration.check(change)
      configuration.apply(change, at: 0)
    }
    let last = write(AdminLine(changes), request: request)
    view.set(read { $0.configuration })
    await committed.durable(through: last)
    if changes.contains(where: \.deletesEmployees) { await finishDepartures(request: request) }
  }

  private func write(_ line: AdminLine, request: String) -> UInt64 {
    let log = log
    return append(line.record(request: request)) { state, seq in
      state.apply(line, seq: seq, request: request)
    } whenDurable: { position in
      log.push(CommittedOutcome(seq: position.seq, requestId: request, events: []))
    }
  }

  /// Deletes the employees of connections that were removed with them, one outcome each.
  ///
  /// What is still owed follows from the state, so a start calls this too: a crash may have come
  /// in between. Others write between two stretches.
  package func finishDepartures(request: String) async {
    for departure in read({ Array($0.departures.values) }) {
      for type in read({ $0.catalog.types.reversed() }) {
        await finish(departure, of: type, request: request)
      }
    }
  }

  private func finish(
    _ departure: Departure, of type: SCIMResourceType, request: String
  ) async {
    let origin = Origin(
      request: request, application: departure.connection.applicationId, accepted: nil,
      method: "DELETE", resourceType: type.name, status: 204)
    let set = ResourceSet(connection: departure.connection.id, type: type.segment)
    var next: Int? = 0
    while let from = next {
      let stretch = read { $0.stretch(of: set, from: from, count: Self.stretch) }
      for row in stretch.rows { delete(row, of: departure, as: origin) }
      next = stretch.next
      await committed.durable(through: committed.lastSeq)
    }
  }

  private func delete(_ row: ResourceRow, of departure: Departure, as origin: Origin) {
    let sequence = read { $0.sequence(of: departure.connection.id) }
    _ = commit(
      ResourceState(deleting: row, at: .now), at: row.key, as: origin, departure.consumer,
      departure.connection, after: sequence, then: nil)
  }

  /// Rows deleted before the disk is waited for.
  private static let stretch = 256
}

/// A connection that was removed together with its employees.
package struct Departure: Sendable {
  package let connection: Connection
  package let consumer: Consumer
}

extension AdminChange {
  fileprivate var deletesEmployees: Bool {
    if case .connectionDeleted(_, keepsEmployees: false) = self { true } else { false }
  }
}
