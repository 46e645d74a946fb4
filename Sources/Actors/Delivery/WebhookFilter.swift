/// Which committed events concern a webhook, and what of them it is sent.
package struct WebhookFilter: Sendable {
  private let webhookId: String
  private let applicationId: String
  private let consumerIds: Set<String>?
  private let connectionIds: Set<String>?
  private let subscription: EventSubscription
  private let trim: EventTrim?
  private let configuration: @Sendable () -> Configuration

  /// - Parameter configuration: asked for the consumer's application when a line does not name it.
  package init(_ webhook: Webhook, configuration: @escaping @Sendable () -> Configuration) {
    webhookId = webhook.id
    applicationId = webhook.applicationId
    consumerIds = webhook.consumerIds.map { Set($0) }
    connectionIds = webhook.connectionIds.map { Set($0) }
    subscription = EventSubscription(names: webhook.events)
    trim = webhook.fields.map { EventTrim(fields: $0) }
    self.configuration = configuration
  }

  package func accepts(_ event: CommittedEvent) -> Bool {
    subscription.includes(event.type) && !isAboutItself(event) && comesFromAllowed(event)
      && !empties(event) && event.belongs(to: applicationId, in: configuration())
  }

  /// Whether its consumer and connection, if it has any, are among those the webhook names.
  func comesFromAllowed(_ event: CommittedEvent) -> Bool {
    (event.consumerId.isEmpty || consumerIds?.contains(event.consumerId) ?? true)
      && (event.connectionId.isEmpty || connectionIds?.contains(event.connectionId) ?? true)
  }

  /// Who fails would only fail once more, with every telling of it.
  private func isAboutItself(_ event: CommittedEvent) -> Bool {
    event.type.hasPrefix("webhook.") && event.key == webhookId
  }

  /// Whether nothing that the webhook may see is left of what changed.
  func empties(_ event: CommittedEvent) -> Bool { trim?.empties(event) ?? false }

  /// The bytes that are signed and sent.
  package func body(of event: CommittedEvent) -> [UInt8] { trim?.cut(event) ?? event.body }
}
