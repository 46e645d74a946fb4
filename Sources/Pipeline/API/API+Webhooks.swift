import Actors
import Transport

/// An application's subscriptions.
extension API {
  /// Webhooks one application may have; each costs a window, a cursor and a breaker.
  static let webhooksPerApplication = 100

  func listWebhooks(
    of application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let webhooks = backend.configuration.webhooks(of: application.id)
    let states = await deliveryStates(of: webhooks)
    return try .page(webhooks, for: call, id: \.id) { $0.publicJSON(delivery: states[$0.id]) }
  }

  func getWebhook(of application: Application, _ call: APICall) async throws(APIError) -> APIAnswer
  {
    let webhook = try webhook(of: application, call)
    let states = await deliveryStates(of: [webhook])
    return .data(webhook.publicJSON(delivery: states[webhook.id]))
  }

  func createWebhook(
    for application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let existing = backend.configuration.webhooks(of: application.id)
    guard existing.count < Self.webhooksPerApplication else {
      throw .conflict("An application has at most \(Self.webhooksPerApplication) webhooks.")
    }
    var webhook = Webhook(
      id: ULID.make(prefix: "wh_"), applicationId: application.id, receiver: try receiver(call),
      status: status(call) ?? .enabled, events: events(call) ?? EventSubscription.standard,
      consumerIds: try consumerIds(call, of: application) ?? nil, createdAt: options.now(),
      localAllowed: call.bool("allowLocal") ?? false)
    webhook.fields = try narrowing("fields", call) ?? nil
    webhook.connectionIds = try connectionIds(call, of: application) ?? nil
    webhook.settings = try settings(call)
    if let since = try await since(call, for: application) {
      guard webhook.status != .disabled else {
        throw .invalid(
          .body, "after",
          "is lost on a disabled webhook, which begins when it is enabled; make it"
            + " Paused instead")
      }
      webhook.since = since
    }
    let secret = try await commit(webhook, requestId: call.requestId)
    return .data(webhook.publicJSON(showing: secret))
  }

  /// Puts the signing secret on disk, then the record that names it.
  func commit(_ webhook: Webhook, requestId: String) async throws(APIError) -> Secret {
    let secret = WebhookSignature.makeSecret()
    try await backend.storeSecret(webhookId: webhook.id, secret: secret)
    try await backend.administer([.webhookCreated(webhook)], requestId: requestId)
    return secret
  }

  func updateWebhook(
    of application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let old = try webhook(of: application, call)
    var webhook = old
    if call.body["deliveryUrl"] != nil || call.body["allowLocal"] != nil {
      webhook.receiver = try receiver(call, replacing: old)
      webhook.localAllowed = call.bool("allowLocal") ?? false
    }
    if let status = status(call) { webhook.status = status }
    if let events = events(call) { webhook.events = events }
    if let consumerIds = try consumerIds(call, of: application) {
      webhook.consumerIds = consumerIds
    }
    if let connectionIds = try connectionIds(call, of: application) {
      webhook.connectionIds = connectionIds
    }
    if let fields = try narrowing("fields", call) { webhook.fields = fields }
    webhook.settings = try settings(call, changing: old.settings)
    if webhook != old {
      try await backend.administer([.webhookUpdated(webhook)], requestId: call.requestId)
    }
    guard let missed = try await missed(by: webhook, since: old),
      case .object(var json) = webhook.publicJSON
    else { return .data(webhook.publicJSON) }
    json["missed"] = missed
    return .data(.object(json))
  }

  func deleteWebhook(
    of application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let webhook = try webhook(of: application, call)
    try await backend.administer([.webhookDeleted(id: webhook.id)], requestId: call.requestId)
    return .nothing
  }

  func rotateSecret(
    of application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let webhook = try webhook(of: application, call)
    let secret = WebhookSignature.makeSecret()
    let until = try await backend.rotateSecret(webhookId: webhook.id, to: secret)
    var json = webhook.publicJSON(showing: secret).object ?? JSONObject()
    json["previousUntil"] = JSONValue(until.description)
    return .data(.object(json))
  }

  func testWebhook(
    of application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let webhook = try webhook(of: application, call)
    let type = call.text("type").flatMap(EventType.init(rawValue:)) ?? .webhookTest
    let attempt = try await backend.testWebhook(
      id: webhook.id, with: type, requestId: call.requestId)
    return .data(.object(attempt))
  }

  func webhook(of application: Application, _ call: APICall) throws(APIError) -> Webhook {
    let id = call.path("id")
    guard let webhook = backend.configuration.webhooks[id],
      webhook.applicationId == application.id
    else { throw .notFound("webhook", id) }
    return webhook
  }
}

extension Webhook {
  var publicJSON: JSONValue { publicJSON(showing: nil) }

  /// - Parameter secret: the signing secret just made; nobody else sees it again.
  func publicJSON(showing secret: Secret?) -> JSONValue {
    var json = JSONObject()
    json["id"] = JSONValue(id)
    json["applicationId"] = JSONValue(applicationId)
    json["unifiedApi"] = JSONValue(Integration.universalApi)
    switch receiver {
    case .url(let url):
      json["receiver"] = "url"
      json["deliveryUrl"] = JSONValue(url)
    case .inspector:
      json["receiver"] = "inspector"
      json["deliveryUrl"] = .null
    }
    json["status"] = JSONValue(status.rawValue)
    json["events"] = .array(events.map { JSONValue($0) })
    json["consumerIds"] = consumerIds.map { .array($0.map { JSONValue($0) }) } ?? .null
    json["connectionIds"] = connectionIds.map { .array($0.map { JSONValue($0) }) } ?? .null
    json["fields"] = fields.map { .array($0.map { JSONValue($0) }) } ?? .null
    json["settings"] = settings.isEmpty ? .null : .object(settings.publicJSON)
    json["allowLocal"] = JSONValue(localAllowed)
    json["createdAt"] = JSONValue(createdAt.description)
    if let secret { json["signingSecret"] = JSONValue(secret.reveal()) }
    return .object(json)
  }
}
