/// Which committed events concern a webhook.
struct WebhookFilter: Sendable {
  private let applicationId: String
  private let consumerIds: Set<String>?
  private let subscription: EventSubscription
  private let configuration: @Sendable () -> Configuration

  /// - Parameter configuration: asked for the consumer's application when a line does not name it.
  init(_ webhook: Webhook, configuration: @escaping @Sendable () -> Configuration) {
    applicationId = webhook.applicationId
    consumerIds = webhook.consumerIds.map { Set($0) }
    subscription = EventSubscription(names: webhook.events)
    self.configuration = configuration
  }

  func accepts(_ event: CommittedEvent) -> Bool {
    guard subscription.includes(event.type), consumerIds?.contains(event.consumerId) ?? true
    else { return false }
    if !event.applicationId.isEmpty { return event.applicationId == applicationId }
    return configuration().consumers[event.consumerId]?.applicationId == applicationId
  }
}
