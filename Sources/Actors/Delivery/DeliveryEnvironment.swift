package import Transport

/// Everything delivery needs from outside; the topology fills it in, tests script it.
package struct DeliveryEnvironment: Sendable {
  package var committed: any CommittedLog
  package var ledger: any DeliveryLedger
  package var sender: any WebhookSender
  package var configuration: @Sendable () -> Configuration
  /// Rings when the configuration has changed.
  package var configurationChanges: @Sendable () -> AsyncStream<Void>
  /// A webhook's signing secrets: one, or two while one replaces the other.
  package var signingSecrets: @Sendable (_ webhookId: String) -> [Secret]
  /// The cursor saved last for a webhook.
  package var loadCursor: @Sendable (_ webhookId: String) -> JSONValue?
  /// Never blocks; a later cursor replaces an earlier one.
  package var saveCursor: @Sendable (_ webhookId: String, JSONValue) -> Void
  package var removeCursor: @Sendable (_ webhookId: String) -> Void
  /// Commits that a webhook is disabled.
  package var disable: @Sendable (_ webhookId: String, DeliveryMachine.DisableReason) async -> Void
  /// Keeps what could not be delivered; returns once it is durable.
  package var deadLetter: @Sendable (DeadLetter) async throws -> Void
  /// Hears of every attempt, after the ledger.
  package var observe: @Sendable (DeliveryAttempt) -> Void = { _ in }
  package var clock: any DeliveryClock = SystemDeliveryClock()
  package var random: @Sendable () -> Double = { Double.random(in: 0..<1) }
  package var log: Logger

  package init(
    committed: any CommittedLog, ledger: any DeliveryLedger, sender: any WebhookSender,
    configuration: @escaping @Sendable () -> Configuration,
    configurationChanges: @escaping @Sendable () -> AsyncStream<Void>,
    signingSecrets: @escaping @Sendable (String) -> [Secret],
    loadCursor: @escaping @Sendable (String) -> JSONValue?,
    saveCursor: @escaping @Sendable (String, JSONValue) -> Void,
    removeCursor: @escaping @Sendable (String) -> Void,
    disable: @escaping @Sendable (String, DeliveryMachine.DisableReason) async -> Void,
    deadLetter: @escaping @Sendable (DeadLetter) async throws -> Void, log: Logger
  ) {
    self.committed = committed
    self.ledger = ledger
    self.sender = sender
    self.configuration = configuration
    self.configurationChanges = configurationChanges
    self.signingSecrets = signingSecrets
    self.loadCursor = loadCursor
    self.saveCursor = saveCursor
    self.removeCursor = removeCursor
    self.disable = disable
    self.deadLetter = deadLetter
    self.log = log
  }
}

/// The numbers of delivery; each is a flag.
package struct DeliveryOptions: Sendable {
  /// Attempts in flight over all webhooks, beyond one each.
  package var concurrency = 128
  package var limits = DeliveryQueue.Limits()
  package var schedule = RetrySchedule()
  package var connectTimeout = Duration.seconds(5)
  package var totalDeadline = Duration.seconds(20)
  /// How often due keys are looked for and cursors saved.
  package var tick = Duration.milliseconds(250)
  /// Finished attempts after which a cursor is saved without waiting for the tick.
  package var cursorEvery = 1000
  package var userAgent = "scim-hris"

  package init() {}
}

/// An event nobody will try to deliver to that webhook again by itself.
package struct DeadLetter: Sendable {
  package var webhookId: String
  package var eventId: String
  package var seq: UInt64
  package var reason: String
  package var attempts: Int
  package var time: Timestamp
  /// The event, verbatim; empty when the log no longer had it.
  package var event: [UInt8]

  /// One JSON object: the circumstances, then the event as it was.
  package var bytes: [UInt8] {
    var json = JSONObject()
    json["stage"] = "delivery"
    json["webhook"] = JSONValue(webhookId)
    json["eventId"] = JSONValue(eventId)
    json["seq"] = JSONValue(Int(seq))
    json["reason"] = JSONValue(reason)
    json["attempts"] = JSONValue(attempts)
    json["last"] = JSONValue(time.description)
    var out = json.bytes
    out.removeLast()
    out.append(contentsOf: ",\"event\":".utf8)
    out.append(contentsOf: event.isEmpty ? Array("null".utf8) : event)
    out.append(UInt8(ascii: "}"))
    return out
  }
}
