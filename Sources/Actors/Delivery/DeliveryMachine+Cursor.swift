package import Transport

extension DeliveryMachine {
  /// What the ledger tells of one attempt, and of which queue.
  package struct LedgerEntry: Sendable {
    package var seq: UInt64
    package var source: Source
    package var entry: DeliveryQueue.LedgerEntry
    /// The event because of which its key waits.
    package var letter: String?
  }

  /// - Parameters:
  ///   - ledger: this webhook's entries from `cursor.ledgerNeededFrom` on, in order.
  ///   - now: since when a key is held of which only the ledger tells.
  package init(
    webhookId: String, cursor: DeliveryCursor, ledger: [LedgerEntry], schedule: RetrySchedule,
    limits: DeliveryQueue.Limits, now: Timestamp
  ) {
    func entries(of source: Source, from first: UInt64) -> [DeliveryQueue.LedgerEntry] {
      ledger.filter { $0.source == source && $0.seq >= first }.map(\.entry)
    }
    let queue = DeliveryQueue(
      cursor: cursor, ledger: entries(of: .log, from: cursor.ledgerFrom), limits: limits)
    self.init(queue: queue, schedule: schedule, failingSince: cursor.failingSince)
    runs = cursor.runs.map { run in
      DeliveryRun(
        run, ledger: entries(of: .run(run.plan.id), from: run.ledgerFrom), limits: limits)
    }.filter { !$0.isDone }
    hasToldFailing = cursor.hasToldFailing
    missed = cursor.missed
    if let saved = cursor.savedAt { excuse(from: saved, to: now) }
    for held in cursor.holds { hold(held) }
    for line in ledger where line.seq >= cursor.holdsFrom {
      guard let letter = line.letter, hold(of: line.entry.key) == nil else { continue }
      hold(
        DeliveryHold(webhookId: webhookId, key: line.entry.key, since: now, letter: letter))
    }
  }

  /// - Parameter ledgerEnd: the last ledger line there is; all of this webhook's have been heard.
  package func cursor(since: UInt64, ledgerEnd: UInt64) -> DeliveryCursor {
    var cursor = queue.cursor(since: since, failingSince: failingSince, ledgerEnd: ledgerEnd)
    cursor.hasToldFailing = hasToldFailing
    cursor.holds = holds
    cursor.missed = missed
    cursor.holdsFrom = ledgerEnd + 1
    cursor.runs = runs.map { $0.cursor(ledgerEnd: ledgerEnd) }
    return cursor
  }
}
