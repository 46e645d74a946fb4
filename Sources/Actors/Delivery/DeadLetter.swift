package import Transport

/// An event nobody will try to deliver to that webhook again by itself.
package struct DeadLetter: Sendable {
  package var webhookId: String
  package var eventId: String
  /// The line of the log that has the event; 0 when none has.
  package var seq: UInt64
  package var reason: String
  package var attempts: Int
  package var time: Timestamp
  /// The event, verbatim; empty when the log no longer had it.
  package var event: [UInt8]

  package init(
    webhookId: String, eventId: String, seq: UInt64, reason: String, attempts: Int,
    time: Timestamp, event: [UInt8]
  ) {
    self.webhookId = webhookId
    self.eventId = eventId
    self.seq = seq
    self.reason = reason
    self.attempts = attempts
    self.time = time
    self.event = event
  }
}
