package import Transport

/// One change of the configuration, as it is committed and replayed.
package enum AdminChange: Sendable, Equatable {
  case applicationCreated(Application)
  case keyAdded(applicationId: String, HashedToken)
  case keyRevoked(applicationId: String, keyId: String)
  /// - Parameters:
  ///   - until: when it would have ended by itself.
  ///   - time: when it was revoked.
  case accessRevoked(applicationId: String, tokenId: String, until: Timestamp, at: Timestamp)
  case consumerCreated(Consumer)
  case consumerUpdated(Consumer)
  /// Takes the consumer's connections with it.
  case consumerDeleted(id: String)
  case connectionCreated(Connection)
  /// Everything but its tokens and set-up links, which have changes of their own.
  case connectionUpdated(Connection)
  /// - Parameter keepsEmployees: whether the people it brought stay readable.
  case connectionDeleted(id: String, keepsEmployees: Bool)
  case tokenAdded(connectionId: String, HashedToken)
  case tokenRevoked(connectionId: String, tokenId: String)
  /// Another stands in its place; it is good until that moment.
  case tokenReplaced(connectionId: String, tokenId: String, at: Timestamp)
  case setupLinkAdded(connectionId: String, HashedToken)
  case setupLinkRevoked(connectionId: String, linkId: String, at: Timestamp)
  case webhookCreated(Webhook)
  case webhookUpdated(Webhook)
  case webhookDeleted(id: String)
  case erasureBegun(Erasure)
  case erasureUpdated(Erasure)
  /// Nothing of the employee is left.
  case erasureFinished(employeeId: String)

  /// The type of its line: "admin.consumer.created".
  package var lineType: String { "admin." + name }

  /// "consumer.created"; the member `change` of its JSON.
  package var name: String {
    switch self {
    case .applicationCreated: "application.created"
    case .keyAdded: "key.added"
    case .keyRevoked: "key.revoked"
    case .accessRevoked: "access.revoked"
    case .consumerCreated: "consumer.created"
    case .consumerUpdated: "consumer.updated"
    case .consumerDeleted: "consumer.deleted"
    case .connectionCreated: "connection.created"
    case .connectionUpdated: "connection.updated"
    case .connectionDeleted: "connection.deleted"
    case .tokenAdded: "token.added"
    case .tokenRevoked: "token.revoked"
    case .tokenReplaced: "token.replaced"
    case .setupLinkAdded: "setuplink.added"
    case .setupLinkRevoked: "setuplink.revoked"
    case .webhookCreated: "webhook.created"
    case .webhookUpdated: "webhook.updated"
    case .webhookDeleted: "webhook.deleted"
    case .erasureBegun: "erasure.begun"
    case .erasureUpdated: "erasure.updated"
    case .erasureFinished: "erasure.finished"
    }
  }

  /// The id of the record it is about; with the kind in `name` a key for its line.
  package var subjectId: String {
    switch self {
    case .applicationCreated(let application): application.id
    case .keyAdded(let id, _), .keyRevoked(let id, _), .accessRevoked(let id, _, _, _): id
    case .consumerCreated(let consumer), .consumerUpdated(let consumer): consumer.id
    case .connectionCreated(let connection), .connectionUpdated(let connection): connection.id
    case .tokenAdded(let id, _), .tokenRevoked(let id, _), .tokenReplaced(let id, _, _),
      .setupLinkAdded(let id, _), .setupLinkRevoked(let id, _, _):
      id
    case .webhookCreated(let webhook), .webhookUpdated(let webhook): webhook.id
    case .consumerDeleted(let id), .connectionDeleted(let id, _), .webhookDeleted(let id): id
    case .erasureBegun(let erasure), .erasureUpdated(let erasure): erasure.id
    case .erasureFinished(let id): id
    }
  }
}
