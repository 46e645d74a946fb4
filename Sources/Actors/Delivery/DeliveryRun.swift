import Transport

/// Something a webhook is sent besides the log as it grows: a stretch of the log once more, or
/// the present state of every employee.
///
/// It has a queue of its own, with the same rules; for a snapshot the log that queue reads is the
/// row of employees, one line each.
package struct DeliveryRun: Sendable {
  package enum Kind: String, Sendable {
    case replay, snapshot
  }

  /// What the run is to send; does not change while it goes on.
  package struct Plan: Sendable, Equatable {
    /// `rpl_…` or `snp_…`; stands in the ledger's lines.
    package var id: String
    package var kind: Kind
    /// The first and last line of the log it reads.
    package var from: UInt64
    package var through: UInt64
    /// Why there is a snapshot.
    package var reason: String?
    /// Of a replay.
    package var selection = DeliverySelection()
    /// Whose employees, in this order, and how many of each there were when it was asked for:
    /// who comes later comes by events.
    package var consumers: [Share] = []

    package init(
      id: String, kind: Kind, from: UInt64, through: UInt64, reason: String? = nil
    ) {
      self.id = id
      self.kind = kind
      self.from = from
      self.through = through
      self.reason = reason
    }
  }

  package struct Share: Sendable, Equatable {
    package var id: String
    package var count: Int
  }

  package let plan: Plan
  package var queue: DeliveryQueue

  package var id: String { plan.id }

  init(_ plan: Plan, limits: DeliveryQueue.Limits) {
    self.plan = plan
    queue = DeliveryQueue(from: plan.from, limits: limits)
  }

  init(
    _ cursor: DeliveryCursor.Run, ledger: [DeliveryQueue.LedgerEntry],
    limits: DeliveryQueue.Limits
  ) {
    plan = cursor.plan
    var place = DeliveryCursor(since: 0, ledgerFrom: cursor.ledgerFrom)
    place.high = cursor.high
    place.parked = cursor.parked
    queue = DeliveryQueue(cursor: place, ledger: ledger, limits: limits)
  }

  /// Where its log is read on; nil at its end.
  var wantedRead: UInt64? { queue.read <= plan.through ? queue.read : nil }

  var isDone: Bool { wantedRead == nil && queue.backlog == 0 && queue.inFlight == 0 }

  /// One of its lines.
  mutating func feed(_ event: CommittedEvent, at position: DeliveryQueue.Position) {
    guard position.seq >= queue.read, position.seq <= plan.through else { return }
    queue.feed(event, at: position)
  }

  func cursor(ledgerEnd: UInt64) -> DeliveryCursor.Run {
    let place = queue.cursor(since: 0, failingSince: nil, ledgerEnd: ledgerEnd)
    return DeliveryCursor.Run(
      plan: plan, high: place.high, ledgerFrom: place.ledgerFrom, parked: place.parked)
  }
}
