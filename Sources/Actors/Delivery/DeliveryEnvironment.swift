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
  /// Forgets secrets whose time is over; whether there were any.
  package var forgetSecrets: @Sendable () async -> Bool = { false }
  /// The cursor saved last for a webhook.
  package var loadCursor: @Sendable (_ webhookId: String) -> JSONValue?
  /// Never blocks; a later cursor replaces an earlier one.
  package var saveCursor: @Sendable (_ webhookId: String, JSONValue) -> Void
  package var removeCursor: @Sendable (_ webhookId: String) -> Void
  /// Returns once the cursor, taken at that moment, is durable.
  package var persistCursor:
    @Sendable (_ webhookId: String, _ cursor: @escaping @Sendable () -> JSONValue) async -> Void
  /// Commits that a webhook is disabled.
  package var disable: @Sendable (_ webhookId: String, DeliveryMachine.DisableReason) async -> Void
  /// Commits something an application should know.
  package var tell: @Sendable (OperationalEvent) async -> Void = { _ in }
  /// Free bytes on the spool's disk, and how many there should be.
  package var diskSpace: @Sendable () -> (free: UInt64, reserve: UInt64) = { (.max, 0) }
  /// Keeps what could not be delivered; returns once it is durable.
  package var deadLetter: @Sendable (DeadLetter) async throws -> Void
  /// Hears of every attempt, after the ledger.
  package var observe: @Sendable (DeliveryAttempt) -> Void = { _ in }
  package var observeOverrun: @Sendable (DeliveryOverrun) -> Void = { _ in }
  /// The webhook that must give up what it has not sent so that the log finds room, if any.
  package var mostPinning: @Sendable () async -> String? = { nil }
  /// Ids of a consumer's employees in the order they were committed, deleted ones too: at most
  /// `count` after `after`.
  package var employeeIds:
    @Sendable (_ consumerId: String, _ after: String?, _ count: Int) async -> [String] = {
      _, _, _ in
      []
    }
  /// An employee as people see it now, once that is durable; nil when there is none.
  package var employee: @Sendable (_ id: String, _ consumerId: String) async -> [UInt8]? = {
    _, _ in nil
  }
  /// Whether an employee is erased, or is going to be.
  package var isErased: @Sendable (_ employeeId: String) -> Bool = { _ in false }
  /// Whether an event's bytes name an employee who is erased, or is going to be.
  package var namesErased: @Sendable (_ event: [UInt8]) -> Bool = { _ in false }
  /// As in events.
  package var epoch = 1
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
    persistCursor = { id, cursor in saveCursor(id, cursor()) }
    self.disable = disable
    self.deadLetter = deadLetter
    self.log = log
  }
}
