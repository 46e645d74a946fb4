import Actors
import Transport

/// Links to the page on which the customer's IT administrator sets a connection up.
///
/// Who has one may read its Base URL and make API tokens for it, and nothing else.
enum SetupLinks {
  /// Seconds; what is meant for a week should not lie in a mailbox for a year.
  static let longest = 7 * 86_400
  /// Open at once for a connection.
  static let bound = 16
  /// The first segment of the page's address.
  static let path = "setup"
}

extension API {
  func listSetupLinks(of connection: Connection) -> APIAnswer {
    let now = options.now()
    let items = connection.setupLinks.reversed().map { $0.link(at: now).bytes }
    return .page(Array(items), current: nil, next: nil)
  }

  func createSetupLink(
    for connection: Connection, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let now = options.now()
    guard connection.setupLinks.count(where: { $0.isGood(at: now) }) < SetupLinks.bound else {
      throw .conflict(
        "The connection has \(SetupLinks.bound) open set-up links; revoke one first.")
    }
    let end = now.advanced(by: .seconds(call.body["expiresIn"]?.int ?? SetupLinks.longest))
    let link = IssuedToken(.setupLink, at: now, expiresAt: end)
    try await backend.administer(
      [.setupLinkAdded(connectionId: connection.id, link.record)], requestId: call.requestId)
    return .data([
      "id": JSONValue(link.record.id), "connectionId": JSONValue(connection.id),
      "url": JSONValue("\(backend.publicURL)/\(SetupLinks.path)/\(link.secret.reveal())"),
      "createdAt": JSONValue(now.description), "expiresAt": JSONValue(end.description),
    ])
  }

  func deleteSetupLink(
    of connection: Connection, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let id = try credential(call.path("id"), in: connection.setupLinks, "set-up link")
    guard connection.setupLinks.contains(where: { $0.id == id && $0.replacedAt == nil }) else {
      return .nothing
    }
    try await backend.administer(
      [.setupLinkRevoked(connectionId: connection.id, linkId: id, at: options.now())],
      requestId: call.requestId)
    return .nothing
  }
}

extension HashedToken {
  fileprivate func link(at now: Timestamp) -> JSONValue {
    let state = replacedAt != nil ? "revoked" : isGood(at: now) ? "open" : "expired"
    return [
      "id": JSONValue(id), "state": JSONValue(state),
      "createdAt": JSONValue(createdAt.description), "expiresAt": .time(expiresAt),
      "revokedAt": .time(replacedAt),
    ]
  }
}
