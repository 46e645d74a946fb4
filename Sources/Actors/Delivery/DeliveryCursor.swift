package import Transport

/// What survives a restart of one webhook's delivery, together with the ledger lines after it.
package struct DeliveryCursor: Sendable, Equatable {
  package struct Parked: Sendable, Equatable {
    package var key: String
    /// The first of this key's events that is not done; all its later ones follow.
    package var position: DeliveryQueue.Position
    package var attempts: Int
    package var next: Timestamp
    /// `position` itself is done; what follows it was not known yet.
    package var isDone = false
  }

  /// Everything up to this log line is done, except parked keys from their position on.
  package var high: UInt64
  /// Ledger lines from here on may say more than the cursor does.
  package var ledgerFrom: UInt64
  /// The webhook's own `since`: a cursor of an earlier life is of no use.
  package var since: UInt64
  /// Since when nothing has been delivered although it was tried.
  package var failingSince: Timestamp?
  /// When it was saved; what came of it afterwards the ledger tells.
  package var savedAt: Timestamp?
  /// Whether its application knows.
  package var hasToldFailing = false
  package var parked: [Parked]
  package var holds: [DeliveryHold] = []
  /// Dead letters in the ledger from here on may hold more keys than `holds` says.
  package var holdsFrom: UInt64 = 0
  /// What it was not sent in earlier lives, as long as nobody had it sent.
  package var missed: [DeliveryMissed] = []
  /// What is sent besides the log, in the order in which it was asked for.
  package var runs: [Run] = []

  /// Where a webhook starts that has never been read for.
  package init(since: UInt64, ledgerFrom: UInt64) {
    high = since
    self.ledgerFrom = ledgerFrom
    self.since = since
    parked = []
  }
}

extension DeliveryCursor {
  /// A run and how far it is; its own log is the one its kind reads.
  package struct Run: Sendable, Equatable {
    package var plan: DeliveryRun.Plan
    package var high: UInt64
    package var ledgerFrom: UInt64
    package var parked: [Parked]
  }

  /// The first line of `3-committed` that is still needed: what is above `high` and what parked
  /// keys wait for is read from there again.
  package var neededFrom: UInt64 {
    let runs = runs.filter { $0.plan.kind == .replay }
    return ([Self.neededFrom(high, parked)] + runs.map { Self.neededFrom($0.high, $0.parked) })
      .reduce(.max) { min($0, $1) }
  }

  /// The first line of the ledger that is still needed.
  package var ledgerNeededFrom: UInt64 {
    runs.reduce(ledgerFrom) { min($0, $1.ledgerFrom) }
  }

  /// The first line of which the log's own queue has something left to send.
  package var undoneFrom: UInt64 { Self.neededFrom(high, parked) }

  private static func neededFrom(_ high: UInt64, _ parked: [Parked]) -> UInt64 {
    parked.reduce(high + 1) { min($0, $1.position.seq) }
  }
}

/// Somebody, or a dead letter, said that a webhook or one of its keys gets no attempt for now.
package struct DeliveryHold: Sendable, Equatable {
  package var webhookId: String
  /// Nil: the whole webhook.
  package var key: String?
  package var since: Timestamp
  /// The event given up because of which the key waits; nil when a person held it.
  package var letter: String?

  package init(webhookId: String, key: String?, since: Timestamp, letter: String? = nil) {
    self.webhookId = webhookId
    self.key = key
    self.since = since
    self.letter = letter
  }
}
