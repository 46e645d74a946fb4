import Actors
import Transport

/// The inbound calls at an application's connections.
extension API {
  func listRequests(
    of application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    var query = RequestQuery(
      connections: try connections(of: application, call), limit: call.limit)
    query.method = call.queryText("method")
    query.status = call.query["status"]?.int
    query.outcome = call.queryText("outcome").flatMap(RequestOutcome.init(rawValue:))
    query.record = call.queryText("employeeId")
    query.word = call.queryText("q")
    query.since = call.queryText("since").flatMap { Timestamp(parsing: $0) }
    query.until = call.queryText("until").flatMap { Timestamp(parsing: $0) }
    if let cursor = try APICursor(of: call) {
      guard let place = RequestPlace(cursor.after) else {
        throw .invalid(.query, "cursor", "is not one that meta.next gave")
      }
      query.before = place
    }
    let page = try await backend.requests(query)
    let known = backend.configuration.connections
    return .page(
      page.requests.map { $0.json(known[$0.connection]).bytes },
      current: call.queryText("cursor"), next: page.next.map { APICursor(after: $0.text).text })
  }

  func getRequest(
    of application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let id = call.path("id")
    let found = try await backend.request(id) { connection in
      self.isWithinReach(connection, of: application, call)
    }
    guard let trace = found else { throw .notFound("request", id) }
    let connection = backend.configuration.connections[trace.summary.connection]
    let json = trace.json(connection) { event, seq in
      backend.waiting(for: event, at: seq, in: trace)
    }
    return .data(.object(json))
  }

  /// Somebody else's is as unknown as one that never was. What came to no connection is for the
  /// owner alone.
  private func isWithinReach(
    _ connection: String, of application: Application, _ call: APICall
  ) -> Bool {
    if connection.isEmpty { return call.caller == .owner }
    return backend.configuration.connections[connection]?.applicationId == application.id
  }

  /// The connections whose calls are asked for.
  private func connections(
    of application: Application, _ call: APICall
  ) throws(APIError) -> Set<String> {
    let configuration = backend.configuration
    var wanted = configuration.connections.values.filter { $0.applicationId == application.id }
    if let id = call.queryText("consumerId") {
      guard configuration.consumers[id]?.applicationId == application.id
      else { throw .notFound("consumer", id) }
      wanted = wanted.filter { $0.consumerId == id }
    }
    if let id = call.queryText("connectionId") {
      wanted = wanted.filter { $0.id == id }
      if wanted.isEmpty { throw .notFound("connection", id) }
    }
    var ids = Set(wanted.map(\.id))
    let isNarrowed = call.query["consumerId"] != nil || call.query["connectionId"] != nil
    if call.caller == .owner && !isNarrowed { ids.insert("") }
    return ids
  }
}
