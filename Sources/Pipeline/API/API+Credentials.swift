import Actors
import Transport

/// API keys and API tokens: made, told by prefix, revoked.
extension API {
  /// Live credentials one application or connection may have.
  static let credentials = 16

  func createKey(_ call: APICall) async throws(APIError) -> APIAnswer {
    let application = try application(named: call)
    guard application.keys.count < Self.credentials else {
      throw .conflict("The application has \(Self.credentials) API keys; revoke one first.")
    }
    let key = IssuedToken(.apiKey, at: options.now())
    try await backend.administer(
      [.keyAdded(applicationId: application.id, key.record)], requestId: call.requestId)
    return .data([
      "id": JSONValue(key.record.id), "applicationId": JSONValue(application.id),
      "apiKey": JSONValue(key.secret.reveal()),
      "createdAt": JSONValue(key.record.createdAt.description),
    ])
  }

  func deleteKey(_ call: APICall) async throws(APIError) -> APIAnswer {
    let application = try application(named: call)
    let keyId = try credential(call.path("keyId"), in: application.keys, "API key")
    try await backend.administer(
      [.keyRevoked(applicationId: application.id, keyId: keyId)], requestId: call.requestId)
    return .nothing
  }

  func listTokens(_ call: APICall) throws(APIError) -> APIAnswer {
    let connection = try connection(named: call)
    let used = options.connectionActivity(connection.id).tokens
    let items = connection.tokens.map { token in
      guard case .object(var summary) = token.summary else { return token.summary.bytes }
      summary["lastUsedAt"] = .time(used[token.id])
      return summary.bytes
    }
    return .page(items, current: nil, next: nil)
  }

  func createToken(_ call: APICall) async throws(APIError) -> APIAnswer {
    let connection = try connection(named: call)
    guard connection.tokens.count < Self.credentials else {
      throw .conflict("The connection has \(Self.credentials) API tokens; revoke one first.")
    }
    let token = IssuedToken(.apiToken, at: options.now())
    try await backend.administer(
      [.tokenAdded(connectionId: connection.id, token.record)], requestId: call.requestId)
    return .data([
      "id": JSONValue(token.record.id), "connectionId": JSONValue(connection.id),
      "baseUrl": JSONValue(baseURL(of: connection)),
      "apiToken": JSONValue(token.secret.reveal()),
      "createdAt": JSONValue(token.record.createdAt.description),
    ])
  }

  func deleteToken(_ call: APICall) async throws(APIError) -> APIAnswer {
    let connection = try connection(named: call)
    let tokenId = try credential(call.path("tokenId"), in: connection.tokens, "API token")
    try await backend.administer(
      [.tokenRevoked(connectionId: connection.id, tokenId: tokenId)], requestId: call.requestId)
    return .nothing
  }

  func connection(named call: APICall) throws(APIError) -> Connection {
    let id = call.path("id")
    guard let connection = backend.configuration.connections[id] else {
      throw .notFound("connection", id)
    }
    return connection
  }

  private func application(named call: APICall) throws(APIError) -> Application {
    let id = call.path("id")
    guard let application = backend.configuration.applications[id] else {
      throw .notFound("application", id)
    }
    return application
  }

  private func credential(
    _ id: String, in records: [HashedToken], _ what: String
  ) throws(APIError) -> String {
    guard records.contains(where: { $0.id == id }) else { throw .notFound(what, id) }
    return id
  }
}
