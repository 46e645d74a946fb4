import Actors
import Transport

/// The running server as the API sees it.
struct ServerBackend: APIBackend {
  let settings: Settings
  let catalog: SCIMCatalog
  let spool: Spool
  let topology: Topology
  let vault: SecretVault
  let feed: ActivityFeed
  let events: EventFeed
  let deadLetters: DeadLetters
  let own: OwnAddress
  let disk: BlockingThread
  /// For reads of the spool that people wait for.
  let reading: BlockingThread
  let requestLog: RequestLog
  let requestGate: ScanGate
  let startedAt: Timestamp

  var configuration: Configuration { topology.view.current }

  var publicURL: String {
    guard case .ip(let address, let port)? = own.current.first else {
      return settings.baseURL(bound: settings.listen)
    }
    return settings.baseURL(bound: HostPort(host: address.description, port: port))
  }

  var writeRefusal: WriteRefusal? {
    topology.intake.reason.map {
      WriteRefusal(reason: $0, retryAfter: spool.isShortOfDisk ? 300 : 1)
    }
  }

  func administer(_ changes: [AdminChange], requestId: String) async throws(APIError) {
    do throws(AdministrationError) {
      try await topology.store.administer(changes, request: requestId)
    } catch {
      switch error {
      case .notFound(let id): throw .notFound("record", id)
      case .conflict(let id): throw .conflict("There is a record \(id) already.")
      }
    }
  }

  func storeSecret(webhookId: String, secret: Secret) async throws(APIError) {
    let vault = vault
    do {
      try await disk.run { try vault.store(secret, for: webhookId) }
    } catch {
      throw .unavailable("The signing secret cannot be kept: \(error).", retryAfter: 300)
    }
  }

  func rotateSecret(
    webhookId: String, to secret: Secret
  ) async throws(APIError) -> Timestamp {
    let vault = vault
    do {
      let until = try await disk.run { try vault.rotate(webhookId, to: secret) }
      await topology.delivery.renewSignatures()
      return until
    } catch {
      throw .unavailable("The signing secret cannot be kept: \(error).", retryAfter: 300)
    }
  }

  func signingKeys(webhookId: String) -> [Secret] { vault.signingKeys(webhookId) }

  func fields(of connection: Connection) async throws(APIError) -> FieldCensus {
    let count = FieldCount(store: topology.store, reports: topology.search.reports)
    guard let census = await count.census(of: connection) else { throw .tooManySearches }
    return census
  }

  func mappingPending(of connectionId: String) -> Int {
    topology.store.read { $0.remappingLeft(of: connectionId) }
  }

  func previewMapping(
    _ connection: Connection, limit: Int
  ) async throws(APIError) -> MappingPreview {
    let store = topology.store
    let found = await topology.search.reports.run {
      await store.preview(connection, limit: limit)
    }
    guard let preview = found else { throw .tooManySearches }
    return preview
  }

  func activity(recent: Int, follow: Bool) -> AsyncStream<Activity> {
    feed.follow(recent: recent, follow: follow)
  }
}

// MARK: - Looking at it

extension ServerBackend {
  func deliveryStatus() async -> [WebhookDeliveryStatus] { await topology.delivery.status }

  func undoneFrom(of webhookId: String) async -> UInt64 {
    await topology.delivery.undoneFrom(of: webhookId)
  }

  func status() async -> ServerStatus {
    let webhooks = await topology.delivery.status
    let held = await topology.delivery.held
    let deadLetters = deadLetters
    return ServerStatus(
      version: Version.current, spool: spool.directory,
      listen: own.current.map(\.description), tls: settings.tls != nil, startedAt: startedAt,
      employees: topology.store.read { $0.employeeCount },
      eventsWaiting: webhooks.reduce(0) { $0 + $1.waiting + Int($1.unread) },
      deadLetters: await disk.run { deadLetters.count },
      hops: Hop.allCases.map { hop in
        let state = spool.hop(hop)
        return ServerStatus.Hop(
          name: hop.name, lastSeq: state.lastSeq, durableSeq: state.durableSeq)
      },
      webhooks: webhooks.map(ServerStatus.Webhook.init),
      diskFreeBytes: Int(clamping: spool.diskFree),
      diskReserveBytes: Int(clamping: spool.diskReserve),
      keeping: ServerStatus.Keeping(
        spoolKeep: Int(settings.spoolKeep / .milliseconds(1)),
        eventsKeep: Int(settings.eventsKeep / .milliseconds(1)), maxBytes: settings.spoolMaxBytes),
      held: held.map { ServerStatus.Hold(webhook: $0.webhookId, key: $0.key) })
  }
}

extension ServerStatus.Webhook {
  fileprivate init(_ status: WebhookDeliveryStatus) {
    self.init(
      id: status.webhookId, waiting: status.waiting + Int(status.unread),
      oldest: status.failingSince,
      breakerOpen: status.breaker != .closed, lastError: status.lastError,
      nextAttempt: status.nextAttempt, clockSkew: status.clockSkew)
  }
}

extension ServerBackend {
  func snapshot(_ webhookId: String) async -> Int? {
    await topology.delivery.snapshot(webhook: webhookId)
  }

  func testWebhook(
    id: String, with type: EventType, requestId: String
  ) async throws(APIError) -> JSONObject {
    guard let webhook = configuration.webhooks[id] else { throw .notFound("webhook", id) }
    let attempt = await topology.delivery.test(webhook, with: type, requestId: requestId)
    return (try? JSONValue(parsing: attempt.bytes))?.object ?? JSONObject()
  }
}

extension APIError {
  static let tooManySearches = APIError(
    kind: .tooManyRequests,
    detail: "The server has more searches waiting than it can take; try again in a second.",
    retryAfter: 1)
}
