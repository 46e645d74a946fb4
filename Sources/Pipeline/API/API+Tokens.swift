import Actors
import Transport

/// A connection's API tokens: several may be good at once, so that one is replaced without a push
/// being refused.
extension API {
  func listTokens(of connection: Connection) -> APIAnswer {
    let used = options.connectionActivity(connection.id).tokens
    let items = connection.tokens.map { $0.summary(used: used[$0.id]).bytes }
    return .page(items, current: nil, next: nil)
  }

  func createToken(
    for connection: Connection, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let (changes, token) = try newToken(
      for: connection, name: call.text("name"), overlap: call.body["overlap"]?.int)
    try await backend.administer(changes, requestId: call.requestId)
    return .data([
      "id": JSONValue(token.record.id), "name": .text(token.record.name),
      "connectionId": JSONValue(connection.id), "baseUrl": JSONValue(baseURL(of: connection)),
      "apiToken": JSONValue(token.secret.reveal()),
      "createdAt": JSONValue(token.record.createdAt.description),
    ])
  }

  /// One more token, not yet committed.
  ///
  /// - Parameter overlap: seconds after which the earlier ones stop; nil lets them go on.
  func newToken(
    for connection: Connection, name: String?, overlap: Int? = nil
  ) throws(APIError) -> (changes: [AdminChange], token: IssuedToken) {
    let now = options.now()
    var changes: [AdminChange] = []
    if connection.tokens.count >= Self.credentials {
      // One that no longer opens anything makes room.
      guard let spent = connection.tokens.first(where: { !$0.isGood(at: now) }) else {
        throw .conflict("The connection has \(Self.credentials) API tokens; revoke one first.")
      }
      changes.append(.tokenRevoked(connectionId: connection.id, tokenId: spent.id))
    }
    let token = IssuedToken(.apiToken, at: now, name: name)
    changes.append(.tokenAdded(connectionId: connection.id, token.record))
    if let overlap {
      let end = now.advanced(by: .seconds(overlap))
      for old in connection.tokens where old.replacedAt.map({ $0 > end }) ?? true {
        changes.append(.tokenReplaced(connectionId: connection.id, tokenId: old.id, at: end))
      }
    }
    return (changes, token)
  }

  func deleteToken(
    of connection: Connection, _ id: String, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let tokenId = try credential(id, in: connection.tokens, "API token")
    try await backend.administer(
      [.tokenRevoked(connectionId: connection.id, tokenId: tokenId)], requestId: call.requestId)
    return .nothing
  }
}
