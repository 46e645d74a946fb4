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
    var configuration = state.configuration
    for change in changes {
      try configuration.check(change)
      configuration.apply(change, at: state.appliedSeq)
    }
    let before = state.configuration
    var last = write(AdminLine(changes), request: request)
    view.set(state.configuration)
    for case .connectionDeleted(let id, keepsEmployees: false) in changes {
      guard let connection = before.connections[id] else { continue }
      last = max(last, deleteEmployees(of: connection, in: before, request: request))
    }
    await committed.durable(through: last)
  }

  private func write(_ line: AdminLine, request: String) -> UInt64 {
    let log = log
    let seq = committed.append(line.record(request: request)) { seq in
      log.push(CommittedOutcome(seq: seq, requestId: request, events: []))
    }
    state.apply(line, seq: seq)
    return seq
  }

  /// Deletes what a disconnected provider brought, one outcome per resource.
  private func deleteEmployees(
    of connection: Connection, in configuration: Configuration, request: String
  ) -> UInt64 {
    guard let consumer = configuration.consumers[connection.consumerId] else { return 0 }
    let places = state.indexes[connection.id]?.order ?? []
    var last: UInt64 = 0
    for row in places.map({ state.rows[$0] }) where !row.isDeleted {
      last = commit(
        ResourceState(deleting: row, at: .now), at: row.key,
        as: Origin(
          request: request, application: connection.applicationId, accepted: nil, method: "DELETE",
          resourceType: "User", status: 204),
        consumer, connection, then: nil)
    }
    return last
  }
}
