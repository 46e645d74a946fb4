package import Transport

/// How one webhook is doing, for people and for metrics.
package struct WebhookDeliveryStatus: Sendable, Equatable {
  package var webhookId: String
  package var inFlight: Int
  /// Events read for it that are not done, those in flight included.
  package var waiting: Int
  package var parkedKeys: Int
  /// Log lines not yet looked at for it.
  package var unread: UInt64
  package var breaker: Breaker.State
  package var failingSince: Timestamp?
  /// What the newest attempt failed of, in words; nil after a success.
  package var lastError: String?
  /// When the key that is due first is tried again.
  package var nextAttempt: Timestamp?
}
