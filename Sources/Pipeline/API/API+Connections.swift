import Actors
import Transport

/// A consumer's connections: what is added and what could be.
extension API {
  func perform(
    _ operation: APIOperation.ForConsumer, for consumer: Consumer, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    switch operation {
    case .listConnections: listConnections(of: consumer)
    case .createConnection: try await createConnection(for: consumer, call)
    case .getConnection: .data(publicJSON(try connection(of: consumer, call)))
    case .updateConnection: try await updateConnection(of: consumer, call)
    case .deleteConnection: try await deleteConnection(of: consumer, call)
    case .getFields: try await fields(of: try connection(of: consumer, call))
    case .listTokens: listTokens(of: try connection(of: consumer, call))
    case .createToken: try await createToken(for: try connection(of: consumer, call), call)
    case .deleteToken:
      try await deleteToken(of: try connection(of: consumer, call), call.path("id"), call)
    case .listSetupLinks: listSetupLinks(of: try connection(of: consumer, call))
    case .createSetupLink: try await createSetupLink(for: try connection(of: consumer, call), call)
    case .deleteSetupLink: try await deleteSetupLink(of: try connection(of: consumer, call), call)
    case .previewMapping: try await previewMapping(of: consumer, call)
    case .listEmployees: try await listEmployees(of: consumer, call)
    case .getEmployee: try await getEmployee(of: consumer, call)
    case .eraseEmployee: try await eraseEmployee(of: consumer, call)
    case .listGroups: try await listGroups(of: consumer, call)
    case .getGroup: try await getGroup(of: consumer, call)
    case .listGroupMembers: try await listGroupMembers(of: consumer, call)
    case .getOrgChart: try await getOrgChart(of: consumer, call)
    }
  }

  private func listConnections(of consumer: Consumer) -> APIAnswer {
    let added = backend.configuration.connections(of: consumer.id)
    let items = Integration.all.map { integration in
      if let connection = added.first(where: { $0.serviceId == integration.serviceId }) {
        return publicJSON(connection).bytes
      }
      return Self.available(integration).bytes
    }
    return .page(items, current: nil, next: nil)
  }

  private func createConnection(
    for consumer: Consumer, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let integration = try integration(of: call)
    let existing = backend.configuration.connections(of: consumer.id)
    if existing.contains(where: { $0.serviceId == integration.serviceId }) {
      throw .conflict(
        "The consumer already has an \(integration.serviceId) connection; see"
          + " GET /api/connections/hris/\(integration.serviceId).")
    }
    let settings = try Self.settings(call.body["settings"]?.object, over: JSONObject())
    var (connection, token) = newConnection(
      for: consumer, serviceId: integration.serviceId, settings: settings)
    connection.metadata = try Self.metadata(call.body["metadata"]?.object, over: JSONObject())
    try await backend.administer([.connectionCreated(connection)], requestId: call.requestId)
    return .data(publicJSON(connection, showing: token.secret))
  }

  /// A connection with its first token, not yet committed.
  func newConnection(
    for consumer: Consumer, serviceId: String, settings: JSONObject = JSONObject()
  ) -> (connection: Connection, token: IssuedToken) {
    let now = options.now()
    let token = IssuedToken(.apiToken, at: now)
    let connection = Connection(
      id: ULID.make(prefix: "cnx_"), consumerId: consumer.id,
      applicationId: consumer.applicationId, serviceId: serviceId, slug: Random.slug(),
      tokens: [token.record], settings: settings, createdAt: now)
    return (connection, token)
  }

  private func updateConnection(
    of consumer: Consumer, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let old = try connection(of: consumer, call)
    var connection = old
    if let enabled = call.bool("enabled") { connection.enabled = enabled }
    if let settings = call.body["settings"]?.object {
      connection.settings = try Self.settings(settings, over: old.settings)
    }
    if let metadata = call.body["metadata"]?.object {
      connection.metadata = try Self.metadata(metadata, over: old.metadata)
    }
    if connection != old {
      try await backend.administer([.connectionUpdated(connection)], requestId: call.requestId)
    }
    return .data(publicJSON(connection))
  }

  private func deleteConnection(
    of consumer: Consumer, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let connection = try connection(of: consumer, call)
    let keeps = call.queryText("employees") == "keep"
    try await backend.administer(
      [.connectionDeleted(id: connection.id, keepsEmployees: keeps)], requestId: call.requestId)
    return .nothing
  }

  func connection(of consumer: Consumer, _ call: APICall) throws(APIError) -> Connection {
    let integration = try integration(of: call)
    let connections = backend.configuration.connections(of: consumer.id)
    guard let connection = connections.first(where: { $0.serviceId == integration.serviceId })
    else { throw .notFound("connection to", integration.serviceId) }
    return connection
  }

  private func integration(of call: APICall) throws(APIError) -> Integration {
    let universalApi = call.path("universalApi")
    guard universalApi == Integration.universalApi else {
      throw APIError(
        kind: .notFound,
        detail: "There is no unified API \(universalApi.prefix(64)); hris is the only one.")
    }
    let serviceId = call.path("serviceId")
    if let known = Integration.all.first(where: { $0.serviceId == serviceId }) { return known }
    throw APIError(
      kind: .notFound,
      detail: "There is no integration \(serviceId.prefix(64)); there are "
        + Integration.serviceIds.joined(separator: ", ") + ".")
  }
}
