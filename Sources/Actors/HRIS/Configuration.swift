/// Everything administrators set up, as one immutable value that any task may hold and read.
package struct Configuration: Sendable, Equatable {
  package private(set) var applications: [String: Application] = [:]
  package private(set) var consumers: [String: Consumer] = [:]
  package private(set) var connections: [String: Connection] = [:]
  package private(set) var webhooks: [String: Webhook] = [:]
  /// Who is being erased, by employee.
  package private(set) var erasures: [String: Erasure] = [:]

  private var connectionIds: [String: String] = [:]  // by slug
  private var applicationIds: [String: String] = [:]  // by key hash
  private var linkedIds: [String: String] = [:]  // connections by set-up link hash

  package init() {}

  /// What records of an earlier time come to; each kind in any order.
  package init(
    applications: [Application], consumers: [Consumer], connections: [Connection],
    webhooks: [Webhook], erasures: [Erasure] = []
  ) {
    for application in applications { put(application) }
    for consumer in consumers { self.consumers[consumer.id] = consumer }
    for connection in connections { put(connection) }
    for webhook in webhooks { self.webhooks[webhook.id] = webhook }
    for erasure in erasures { self.erasures[erasure.id] = erasure }
  }

  package func connection(slug: String) -> Connection? {
    connectionIds[slug].flatMap { connections[$0] }
  }

  /// - Parameter hash: as `HashedToken.hash(of:)` gives it; the caller compares in constant time.
  package func apiKey(hash: String) -> (application: Application, key: HashedToken)? {
    guard let application = applicationIds[hash].flatMap({ applications[$0] }),
      let key = application.keys.first(where: { $0.hash == hash })
    else { return nil }
    return (application, key)
  }

  /// - Parameter hash: as `HashedToken.hash(of:)` gives it; the caller compares in constant time.
  package func setupLink(hash: String) -> (connection: Connection, link: HashedToken)? {
    guard let connection = linkedIds[hash].flatMap({ connections[$0] }),
      let link = connection.setupLinks.first(where: { $0.hash == hash })
    else { return nil }
    return (connection, link)
  }

  package func consumers(of applicationId: String) -> [Consumer] {
    consumers.values.filter { $0.applicationId == applicationId }.sorted(by: Self.oldestFirst)
  }

  package func connections(of consumerId: String) -> [Connection] {
    connections.values.filter { $0.consumerId == consumerId }.sorted {
      ($0.createdAt, $0.id) < ($1.createdAt, $1.id)
    }
  }

  package func webhooks(of applicationId: String) -> [Webhook] {
    webhooks.values.filter { $0.applicationId == applicationId }.sorted {
      ($0.createdAt, $0.id) < ($1.createdAt, $1.id)
    }
  }

  private static func oldestFirst(_ left: Consumer, _ right: Consumer) -> Bool {
    (left.createdAt, left.id) < (right.createdAt, right.id)
  }
}

extension Configuration {
  /// Takes one committed change in.
  ///
  /// The store has checked it, so a change of something unknown is ignored, at commit and at
  /// replay alike.
  /// - Parameter seq: the log position of the change; a webhook gets what is committed after it.
  package mutating func apply(_ change: AdminChange, at seq: UInt64) {
    switch change {
    case .applicationCreated(let application): put(application)
    case .keyAdded(let id, let key):
      guard var application = applications[id] else { return }
      application.keys.append(key)
      put(application)
    case .keyRevoked(let id, let keyId):
      guard var application = applications[id] else { return }
      application.keys.removeAll { $0.id == keyId }
      put(application)
    case .accessRevoked(let id, let tokenId, let until, let time):
      applications[id]?.revoke(access: tokenId, until: until, at: time)
    case .consumerCreated(let consumer), .consumerUpdated(let consumer):
      consumers[consumer.id] = consumer
    case .consumerDeleted(let id):
      consumers[id] = nil
      for connection in connections(of: id) { remove(connectionId: connection.id) }
    case .connectionCreated(let connection): put(connection)
    case .connectionUpdated(var connection):
      guard let old = connections[connection.id] else { return }
      connection.tokens = old.tokens
      connection.setupLinks = old.setupLinks
      put(connection)
    case .connectionDeleted(let id, _): remove(connectionId: id)
    case .tokenAdded, .tokenRevoked, .tokenReplaced, .setupLinkAdded, .setupLinkRevoked:
      guard var connection = connections[change.subjectId] else { return }
      connection.apply(change)
      put(connection)
    case .webhookCreated(let webhook), .webhookUpdated(let webhook): put(webhook, at: seq)
    case .webhookDeleted(let id): webhooks[id] = nil
    case .erasureBegun(let erasure), .erasureUpdated(let erasure): erasures[erasure.id] = erasure
    case .erasureFinished(let id): erasures[id] = nil
    }
  }

  private mutating func put(_ application: Application) {
    for key in applications[application.id]?.keys ?? [] { applicationIds[key.hash] = nil }
    for key in application.keys { applicationIds[key.hash] = application.id }
    applications[application.id] = application
  }

  private mutating func put(_ connection: Connection) {
    remove(connectionId: connection.id)
    connections[connection.id] = connection
    connectionIds[connection.slug] = connection.id
    for link in connection.setupLinks { linkedIds[link.hash] = connection.id }
  }

  private mutating func put(_ webhook: Webhook, at seq: UInt64) {
    var webhook = webhook
    let old = webhooks[webhook.id]
    let starts = old == nil || (old?.status == .disabled && webhook.status != .disabled)
    // A new one may name an earlier line to begin after: where a puller stopped.
    let isNamed = old == nil && webhook.since > 0
    webhook.since = starts ? (isNamed ? min(webhook.since, seq) : seq) : old?.since ?? seq
    webhooks[webhook.id] = webhook
  }

  private mutating func remove(connectionId: String) {
    guard let old = connections.removeValue(forKey: connectionId) else { return }
    connectionIds[old.slug] = nil
    for link in old.setupLinks { linkedIds[link.hash] = nil }
  }
}

extension Connection {
  /// Takes in a change of its credentials.
  fileprivate mutating func apply(_ change: AdminChange) {
    func place(_ id: String, in records: [HashedToken]) -> Int? {
      records.firstIndex { $0.id == id }
    }
    switch change {
    case .tokenAdded(_, let token): tokens.append(token)
    case .tokenRevoked(_, let id): tokens.removeAll { $0.id == id }
    case .tokenReplaced(_, let id, let time):
      if let place = place(id, in: tokens) { tokens[place].replacedAt = time }
    case .setupLinkAdded(_, let link): add(link: link)
    case .setupLinkRevoked(_, let id, let time):
      if let place = place(id, in: setupLinks) { setupLinks[place].replacedAt = time }
    default: break
    }
  }
}
