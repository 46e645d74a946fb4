extension Configuration {
  /// Whether a change fits: it creates nothing twice and touches nothing that is not there.
  func check(_ change: AdminChange) throws(AdministrationError) {
    switch change {
    case .applicationCreated(let application):
      try absent(application.id, in: applications)
    case .keyAdded(let id, let key):
      try absent(key.id, in: try present(id, in: applications).keys)
    case .keyRevoked(let id, let keyId):
      try present(keyId, in: try present(id, in: applications).keys)
    case .accessRevoked(let id, _, _, _): try present(id, in: applications)
    case .consumerCreated(let consumer):
      try present(consumer.applicationId, in: applications)
      try absent(consumer.id, in: consumers)
    case .consumerUpdated(let consumer): try present(consumer.id, in: consumers)
    case .consumerDeleted(let id): try present(id, in: consumers)
    case .connectionCreated(let connection):
      try present(connection.consumerId, in: consumers)
      try absent(connection.id, in: connections)
      guard self.connection(slug: connection.slug) == nil else {
        throw .conflict(id: connection.id)
      }
    case .connectionUpdated(let connection): try present(connection.id, in: connections)
    case .connectionDeleted(let id, _): try present(id, in: connections)
    case .tokenAdded(let id, let token):
      try absent(token.id, in: try present(id, in: connections).tokens)
    case .tokenRevoked(let id, let tokenId), .tokenReplaced(let id, let tokenId, _):
      try present(tokenId, in: try present(id, in: connections).tokens)
    case .setupLinkAdded(let id, let link):
      try absent(link.id, in: try present(id, in: connections).setupLinks)
    case .setupLinkRevoked(let id, let linkId, _):
      try present(linkId, in: try present(id, in: connections).setupLinks)
    case .webhookCreated(let webhook):
      try present(webhook.applicationId, in: applications)
      try absent(webhook.id, in: webhooks)
    case .webhookUpdated(let webhook): try present(webhook.id, in: webhooks)
    case .webhookDeleted(let id): try present(id, in: webhooks)
    case .erasureBegun(let erasure): try absent(erasure.id, in: erasures)
    case .erasureUpdated(let erasure): try present(erasure.id, in: erasures)
    case .erasureFinished(let id): try present(id, in: erasures)
    }
  }

  @discardableResult
  private func present<Record>(
    _ id: String, in records: [String: Record]
  ) throws(AdministrationError) -> Record {
    guard let record = records[id] else { throw .notFound(id: id) }
    return record
  }

  private func present(_ id: String, in tokens: [HashedToken]) throws(AdministrationError) {
    guard tokens.contains(where: { $0.id == id }) else { throw .notFound(id: id) }
  }

  private func absent<Record>(
    _ id: String, in records: [String: Record]
  ) throws(AdministrationError) {
    guard records[id] == nil else { throw .conflict(id: id) }
  }

  private func absent(_ id: String, in tokens: [HashedToken]) throws(AdministrationError) {
    guard !tokens.contains(where: { $0.id == id }) else { throw .conflict(id: id) }
  }
}
