import Transport

extension Delivery {
  /// Every webhook's queues as the last run left them: the cursor, then what the ledger says after
  /// it.
  func restore() async throws -> [String: DeliveryMachine] {
    let end = environment.ledger.lastSeq + 1
    var cursors: [String: DeliveryCursor] = [:]
    for webhook in environment.configuration().webhooks.values where webhook.status != .disabled {
      guard let json = environment.loadCursor(webhook.id)?.object,
        var cursor = try? DeliveryCursor(json: json), cursor.since == webhook.since
      else { continue }
      cursor.ledgerFrom = min(cursor.ledgerFrom, end)
      for index in cursor.runs.indices {
        cursor.runs[index].ledgerFrom = min(cursor.runs[index].ledgerFrom, end)
      }
      cursors[webhook.id] = cursor
    }
    let entries = try await ledgerEntries(for: cursors)
    return cursors.reduce(into: [:]) { machines, entry in
      machines[entry.key] = DeliveryMachine(
        webhookId: entry.key, cursor: entry.value, ledger: entries[entry.key] ?? [],
        schedule: options.schedule, limits: options.limits, now: environment.clock.now)
    }
  }

  private func ledgerEntries(
    for cursors: [String: DeliveryCursor]
  ) async throws -> [String: [DeliveryMachine.LedgerEntry]] {
    var entries: [String: [DeliveryMachine.LedgerEntry]] = [:]
    guard var from = cursors.values.map(\.ledgerNeededFrom).min() else { return entries }
    while true {
      let (lines, next) = try await environment.ledger.lines(from: from, limit: 1024)
      for (seq, data) in lines {
        guard let line = LedgerLine(seq: seq, data), let cursor = cursors[line.webhookId],
          seq >= cursor.ledgerNeededFrom
        else { continue }
        entries[line.webhookId, default: []].append(line.entry)
      }
      if next <= from { return entries }
      from = next
    }
  }
}
