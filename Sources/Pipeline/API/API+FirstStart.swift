import Actors
import Transport

extension API {
  /// Sets up an empty server so that something can be pushed and received at once: an application
  /// with a key, a consumer, an Okta connection and a webhook to the built-in inspector.
  func createFirstTenant() async throws(APIError) -> FirstStart {
    let now = options.now()
    let key = IssuedToken(.apiKey, at: now)
    let application = Application(
      id: ULID.make(prefix: "app_"), name: "First application", keys: [key.record], createdAt: now)
    let consumer = Consumer(
      id: ULID.make(prefix: "csm_"), applicationId: application.id, name: "First customer",
      createdAt: now)
    let (connection, token) = newConnection(for: consumer, serviceId: "okta-scim")
    let webhook = Webhook(
      id: ULID.make(prefix: "wh_"), applicationId: application.id, receiver: .inspector,
      events: EventSubscription.standard, createdAt: now)
    let secret = WebhookSignature.makeSecret()
    try await backend.storeSecret(webhookId: webhook.id, secret: secret)
    try await backend.administer(
      [
        .applicationCreated(application), .consumerCreated(consumer),
        .connectionCreated(connection), .webhookCreated(webhook),
      ], requestId: ULID.make(prefix: "req_"))
    return FirstStart(
      baseURL: baseURL(of: connection), apiToken: token.secret,
      apiURL: backend.publicURL + "/api", apiKey: key.secret, applicationId: application.id,
      consumerId: consumer.id, connectionId: connection.id, webhookId: webhook.id,
      webhookSecret: secret)
  }
}
