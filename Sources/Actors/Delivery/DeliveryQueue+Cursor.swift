package import Transport

extension DeliveryQueue {
  /// What the ledger tells about one attempt.
  package struct LedgerEntry: Sendable, Equatable {
    package var key: String
    package var position: Position
    /// Attempts used up by then.
    package var attempts: Int
    /// Nil when the event is done.
    package var next: Timestamp?

    package init(key: String, position: Position, attempts: Int, next: Timestamp?) {
      self.key = key
      self.position = position
      self.attempts = attempts
      self.next = next
    }
  }

  /// - Parameters:
  ///   - ledger: this webhook's entries from `cursor.ledgerFrom` on, in order.
  package init(cursor: DeliveryCursor, ledger: [LedgerEntry], limits: Limits = Limits()) {
    self.init(from: cursor.high + 1, limits: limits)
    restoredLedgerFrom = cursor.ledgerFrom
    for entry in cursor.parked {
      parked[entry.key] =
        entry.isDone
        ? Parked(doneThrough: entry.position)
        : Parked(entry.position, attempts: entry.attempts, next: entry.next)
    }
    for entry in ledger { replay(entry) }
    // What is done beyond the cursor needs no entry: `doneThrough` knows it.
    parked = parked.filter { key, entry in
      !entry.positions.isEmpty || entry.last.seq <= scanEnd || doneThrough[key] == nil
    }
    for (key, entry) in parked where !entry.positions.isEmpty {
      due.push(key, at: entry.next)
      parkedPositions += 1
    }
    read = parked.values.reduce(read) { min($0, $1.positions.first?.seq ?? $1.last.seq) }
    parkedScanEnd = parked.values.reduce(scanEnd) { max($0, $1.last.seq) }
    doneThroughEnd = doneThrough.values.reduce(0) { max($0, $1.seq) }
  }

  private mutating func replay(_ entry: LedgerEntry) {
    if let done = doneThrough[entry.key], entry.position <= done { return }
    let known = parked[entry.key]
    // Below the cursor only what it calls parked is open; the rest of the ledger is older than it.
    if known == nil && entry.position.seq <= scanEnd { return }
    if let known, entry.position < known.positions.first ?? known.last { return }
    if let known, known.positions.isEmpty, entry.position == known.last { return }
    if let next = entry.next {
      parked[entry.key] = Parked(entry.position, attempts: entry.attempts, next: next)
    } else {
      doneThrough[entry.key] = entry.position
      if known != nil {
        parked[entry.key] = Parked(doneThrough: entry.position)
      }
    }
  }

  /// - Parameter ledgerEnd: the last ledger line there is; all of this webhook's have been heard.
  package func cursor(since: UInt64, failingSince: Timestamp?, ledgerEnd: UInt64) -> DeliveryCursor
  {
    var cursor = DeliveryCursor(since: since, ledgerFrom: ledgerFrom(ledgerEnd))
    cursor.high = window.firstOpen.map { $0 - 1 } ?? max(read - 1, scanEnd)
    cursor.failingSince = failingSince
    cursor.parked = parked.map { key, entry in
      DeliveryCursor.Parked(
        key: key, position: entry.positions.first ?? entry.last, attempts: entry.attempts,
        next: entry.next, isDone: entry.positions.isEmpty)
    }
    return cursor
  }

  /// The first line of which something is still to be sent; what is in flight counts.
  package var undoneFrom: UInt64 {
    let open = window.firstOpen ?? max(read, scanEnd + 1)
    return parked.values.reduce(open) { min($0, $1.positions.first?.seq ?? $1.last.seq) }
  }

  private func ledgerFrom(_ ledgerEnd: UInt64) -> UInt64 {
    let isCaughtUp = read > max(doneThroughEnd, parkedScanEnd)
    let end = isCaughtUp ? ledgerEnd + 1 : restoredLedgerFrom
    return min(end, window.firstLedgerSeq ?? end)
  }
}

extension DeliveryQueue.Parked {
  init(_ position: DeliveryQueue.Position, attempts: Int, next: Timestamp) {
    self.init(last: position, attempts: attempts, next: next)
    positions.append(position)
  }

  /// A key whose known events are done, while later ones may still be found in the log.
  init(doneThrough position: DeliveryQueue.Position) {
    self.init(last: position, attempts: 0, next: Timestamp(milliseconds: 0))
  }
}
