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
  /// The first line of the log of which something is still to be sent.
  package var undoneFrom: UInt64 = 0
  /// Seconds its receiver's clock is ahead of ours, when that is a minute or more either way.
  package var clockSkew: Int?

  package init(
    webhookId: String, inFlight: Int, waiting: Int, parkedKeys: Int, unread: UInt64,
    breaker: Breaker.State, failingSince: Timestamp?, lastError: String?, nextAttempt: Timestamp?,
    undoneFrom: UInt64, clockSkew: Int? = nil
  ) {
    self.clockSkew = clockSkew
    self.webhookId = webhookId
    self.inFlight = inFlight
    self.waiting = waiting
    self.parkedKeys = parkedKeys
    self.unread = unread
    self.breaker = breaker
    self.failingSince = failingSince
    self.lastError = lastError
    self.nextAttempt = nextAttempt
    self.undoneFrom = undoneFrom
  }
}
