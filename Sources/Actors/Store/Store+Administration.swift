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
    let before = read { $0.configuration }
    var configuration = before
    for change in changes {
      try configuration.check(change)
      configuration.apply(change, at: 0)
    }
    var last = write(AdminLine(changes), request: request)
    view.set(read { $0.configuration })
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
    enter { $0.apply(line, seq: seq) }
    return seq
  }

  /// Deletes what a disconnected provider brought, one outcome per resource.
  private func deleteEmployees(
    of connection: Connection, in configuration: Configuration, request: String
  ) -> UInt64 {
    guard let consumer = configuration.consumers[connection.consumerId] else { return 0 }
    let origin = Origin(
      request: request, application: connection.applicationId, accepted: nil, method: "DELETE",
      resourceType: "User", status: 204)
    var last: UInt64 = 0
    for place in read({ $0.indexes[connection.id]?.order ?? [] }) {
      let (row, sequence) = read { ($0.rows[place], $0.sequence(of: connection.id)) }
      if row.isDeleted { continue }
      last = commit(
        ResourceState(deleting: row, at: .now), at: row.key, as: origin, consumer, connection,
        after: sequence, then: nil)
    }
    return last
  }
}
