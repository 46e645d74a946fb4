import Transport

/// What webhooks lack that were disabled for a while, and what they did not take.
extension Delivery {
  /// Times a webhook may have been disabled before what it missed first is told roughly.
  static let missedSpans = 4
  /// Events of one replay that are named one by one.
  package static let chosenEvents = 5000

  /// In the order in which it missed them; empty when it missed nothing, or had it sent.
  package func missed(by webhook: String) async throws -> [DeliveryMissed] {
    guard let record = environment.configuration().webhooks[webhook], record.status != .disabled
    else { return [] }
    var spans: [DeliveryMissed] = []
    for span in missed(by: record) { spans.append(try await heard(span, of: webhook)) }
    return spans
  }

  /// Sends it what it missed; unless that is a part of it only, it is then remembered by the replay
  /// alone.
  ///
  /// - Returns: how many events; nil when there is nothing, it is not running yet, or too many
  ///   replays wait for it.
  package func replayMissed(
    webhook: String, _ selection: DeliverySelection, isDry: Bool
  ) async throws -> Int? {
    let spans = try await missed(by: webhook)
    guard let from = spans.map(\.from).min(), let through = spans.map(\.through).max() else {
      return 0
    }
    var selection = selection
    selection.missed = spans
    if isDry {
      return await replayCount(webhook: webhook, from: from, through: through, selection)
    }
    guard workers[webhook]?.peek(\.machine.missed).count == spans.count else { return nil }
    return await replay(webhook: webhook, from: from, through: through, selection)
  }

  /// As its worker has it, or, before that has started anew, as its last life left it.
  private func missed(by webhook: Webhook) -> [DeliveryMissed] {
    if let worker = workers[webhook.id], worker.since == webhook.since {
      return worker.peek(\.machine.missed)
    }
    return missed(before: webhook)
  }

  func missed(before webhook: Webhook) -> [DeliveryMissed] {
    guard let json = environment.loadCursor(webhook.id)?.object,
      let cursor = try? DeliveryCursor(json: json), cursor.since < webhook.since
    else { return [] }
    var spans = cursor.missed + cursor.cutOff
    spans.append(DeliveryMissed(cursor, through: webhook.since))
    while spans.count > Self.missedSpans {
      // The oldest two as one that lacks everything between their ends: some comes twice.
      spans[1].from = spans[0].from
      spans[1].high = spans[0].from - 1
      spans[1].keys = [:]
      (spans[1].ledger, spans[1].run) = (nil, nil)
      spans[1].lacksSnapshot = spans[0].lacksSnapshot || spans[1].lacksSnapshot
      spans.removeFirst()
    }
    return spans
  }

  /// The first line of which a webhook that is not running has something left to be sent.
  package func undoneFrom(of webhook: String) -> UInt64 {
    let json = environment.loadCursor(webhook)?.object
    let cursor = json.flatMap { try? DeliveryCursor(json: $0) }
    return cursor?.undoneFrom ?? (environment.configuration().webhooks[webhook]?.since ?? 0) + 1
  }

  private func heard(_ span: DeliveryMissed, of webhook: String) async throws -> DeliveryMissed {
    guard let range = span.ledger else { return span }
    let source = span.run.map { DeliveryMachine.Source.run($0) } ?? .log
    var span = span
    (span.ledger, span.run) = (nil, nil)
    var next = range.lowerBound
    while next <= range.upperBound {
      let (lines, after) = try await environment.ledger.lines(from: next, limit: 1024)
      for (seq, data) in lines where seq <= range.upperBound {
        guard let line = LedgerLine(seq: seq, data), line.webhookId == webhook,
          line.entry.source == source
        else { continue }
        span.hear(line.entry.entry)
      }
      if after <= next { break }
      next = after
    }
    return span
  }

  /// The events whose newest attempt at a webhook was given up, with the line of each.
  ///
  /// - Parameter ledgerFrom: lines of the ledger before this one are not looked at.
  /// - Returns: nil when there are more than `chosenEvents`.
  package func givenUp(
    by webhook: String, ledgerFrom: UInt64
  ) async throws -> [String: UInt64]? {
    var found: [String: UInt64] = [:]
    var next = max(ledgerFrom, 1)
    while true {
      let (lines, after) = try await environment.ledger.lines(from: next, limit: 1024)
      for (_, data) in lines {
        guard let ending = LedgerEnding(data, of: webhook) else { continue }
        found[ending.event] = ending.isDead ? ending.seq : nil
      }
      if after <= next { break }
      next = after
    }
    return found.count > Self.chosenEvents ? nil : found
  }
}

extension DeliveryCursor {
  /// What replays of what it missed did not come to send. Those of a part leave all of it in `missed`.
  fileprivate var cutOff: [DeliveryMissed] {
    runs.filter { $0.plan.selection.isAllMissed }.flatMap { run in
      (run.plan.selection.missed ?? []).compactMap { $0.rest(of: run, in: self) }
    }
  }
}

/// How an attempt at a committed event ended, read without taking the whole line apart.
private struct LedgerEnding {
  var event = ""
  var seq: UInt64 = 0
  var isDead = false

  /// nil for other webhooks' attempts, for those at events that stand in no line, and for those
  /// that somebody asked for in vain: what was given up stays so, nothing else becomes so.
  init?(_ data: [UInt8], of webhook: String) {
    var isMeant = false
    for member in JSONSlicer.members(of: data) ?? [] {
      let value = data[member.value]
      let text = String(decoding: value.dropFirst().dropLast(), as: UTF8.self)
      switch String(decoding: data[member.name], as: UTF8.self) {
      case "webhook":
        isMeant = text == webhook
        if !isMeant { return nil }
      case "event": event = text
      case "seq": seq = UInt64(String(decoding: value, as: UTF8.self)) ?? 0
      case "result":
        if text == DeliveryAttempt.Result.failed.rawValue { return nil }
        isDead = text == DeliveryAttempt.Result.dead.rawValue
      default: break
      }
    }
    guard isMeant, seq > 0, !event.isEmpty else { return nil }
  }
}
