import Transport

/// Why an administrative change was not made.
package enum AdministrationError: Error, Sendable, Equatable {
  /// It names something that does not exist, or no longer.
  case notFound(id: String)
  /// It would make a second one of something that must be unique.
  case conflict(id: String)
}

extension Store {
  /// Makes the changes in order, one line each, and returns once they are durable.
  ///
  /// - Throws: before anything is written, when one of them does not fit the configuration.
  package func administer(
    _ changes: [AdminChange], request: String
  ) async throws(AdministrationError) {
    var configuration = state.configuration
    for change in changes {
      try configuration.check(change)
      configuration.apply(change, at: state.appliedSeq)
    }
    let before = state.configuration
    var last: UInt64 = 0
    for change in changes { last = write(change, request: request) }
    view.set(state.configuration)
    for case .connectionDeleted(let id, keepsEmployees: false) in changes {
      guard let connection = before.connections[id] else { continue }
      last = max(last, deleteEmployees(of: connection, in: before, request: request))
    }
    await committed.durable(through: last)
  }

  private func write(_ change: AdminChange, request: String) -> UInt64 {
    let log = log
    let record = SpoolRecord(
      id: request, key: change.subjectId, type: change.lineType, data: change.json.bytes)
    let seq = committed.append(record) { seq in
      log.push(CommittedOutcome(seq: seq, requestId: request, events: []))
    }
    state.apply(change, seq: seq)
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
          request: request, accepted: nil, method: "DELETE", resourceType: "User", status: 204),
        consumer, connection, then: nil)
    }
    return last
  }
}
