import Actors
import Transport

extension DeliveryEnvironment {
  init(
    _ parts: Topology.Parts, committed: any CommittedLog, view: ConfigurationView, store: Store,
    search: EmployeeSearch, pins: RetentionPins
  ) {
    let (spool, vault, feed) = (parts.spool, parts.vault, parts.feed)
    let disabled = parts.metrics.counter(
      "scim_hris_webhooks_disabled_total",
      help: "Webhooks switched off, as their receivers said 410 or failed for too long.")
    self.init(
      committed: committed,
      ledger: LedgerHop(hop: spool.hop(.attempts), disk: parts.disk),
      sender: parts.sender,
      configuration: { view.current },
      configurationChanges: { view.changes() },
      signingSecrets: { vault.signingKeys($0) },
      loadCursor: { webhook in (try? spool.cursor(Self.cursor(webhook))) ?? nil },
      saveCursor: { webhook, cursor in
        spool.saveCursor(Self.cursor(webhook), cursor, synchronously: false)
      },
      removeCursor: { webhook in
        parts.disk.submit { spool.removeCursor(Self.cursor(webhook)) }
      },
      disable: { webhook, _ in
        disabled.add()
        await store.disable(webhook: webhook, in: parts.turns)
      },
      deadLetter: { letter in
        try await parts.deadLetters.keep(letter) { store.namesErased($0) }
      },
      log: parts.log)
    persistCursor = { webhook, cursor in
      await parts.disk.run {
        spool.saveCursor(Self.cursor(webhook), cursor(), synchronously: true)
      }
    }
    forgetSecrets = {
      await parts.disk.run {
        do { return try vault.forgetExpired() } catch {
          parts.log.warning("a replaced signing secret is still on disk", ["why": "\(error)"])
          return false
        }
      }
    }
    tell = { await store.tell($0) }
    diskSpace = { (spool.diskFree, spool.diskReserve) }
    employeeIds = { consumer, last, count in
      store.read { $0.employeeIds(of: consumer, after: last, count: count) }
    }
    employee = { id, consumer in
      if let found = await search.employee(id, of: consumer) { return found.bytes }
      // Whoever is told the present state hears of those who were erased, by their ids.
      guard let left = store.read({ $0.tombstone(of: id, consumer: consumer) }) else { return nil }
      return await store.bytes(left)
    }
    isErased = { id in store.read { $0.isErased(id) } }
    namesErased = { event in store.namesErased(event) }
    epoch = parts.epoch
    mostPinning = { await parts.disk.run { pins.mostPinning } }
    let attempts = DeliveryAttempt.Result.allCases.map { result in
      parts.metrics.counter(
        "scim_hris_attempts_total", help: "Webhook attempts by what came of them.",
        labels: ["result": result.rawValue])
    }
    let letters = parts.deadLetters
    observe = { attempt in
      feed.attempt(attempt.bytes)
      if attempt.result == .delivered, attempt.trigger == .replay, attempt.run != nil {
        letters.taken(attempt.eventId, by: attempt.webhookId)
      }
      if let place = DeliveryAttempt.Result.allCases.firstIndex(of: attempt.result) {
        attempts[place].add()
      }
    }
    let overruns = parts.metrics.counter(
      "scim_hris_webhook_overruns_total",
      help: "Times a webhook gave up what it was not sent, for lack of room.")
    observeOverrun = { _ in overruns.add() }
  }

  /// The file of a webhook's cursor.
  static func cursor(_ webhook: String) -> String { "delivery-\(webhook)" }
}

extension DeliveryOptions {
  init(_ settings: Settings) {
    self.init()
    concurrency = settings.deliveryConcurrency
    limits.window = settings.webhookWindow
    schedule = settings.retries
    breaker = settings.breaker
    times = settings.webhookTimes
    sizes = settings.webhookSizes
    disableAfter = settings.disableAfter
    holdsAfterDead = settings.deadHold
    stopWithin = settings.drain
    userAgent = "scim-hris/\(Version.current)"
  }
}

/// `4-attempts` as delivery's ledger.
struct LedgerHop: DeliveryLedger {
  private static let bytes = 1 << 20

  let hop: SpoolHop
  let disk: BlockingThread

  var lastSeq: UInt64 { hop.lastSeq }

  func append(_ attempt: DeliveryAttempt, bytes: [UInt8]) -> UInt64 {
    hop.append(
      SpoolRecord(
        id: attempt.eventId, key: "\(attempt.webhookId)/\(attempt.key)", type: attempt.lineType,
        data: bytes))
  }

  @discardableResult
  func append(_ overrun: DeliveryOverrun) -> UInt64 {
    hop.append(
      SpoolRecord(
        id: overrun.id, key: overrun.webhookId, type: DeliveryOverrun.lineType,
        data: overrun.bytes))
  }

  func lines(
    from seq: UInt64, limit: Int
  ) async throws -> (lines: [(seq: UInt64, data: [UInt8])], next: UInt64) {
    let hop = hop
    let lines = try await disk.run {
      try hop.lines(from: seq, limit: limit, maxBytes: Self.bytes)
    }
    return (lines.map { ($0.seq, $0.data) }, lines.last.map { $0.seq + 1 } ?? seq)
  }
}

extension Store {
  /// Switches a webhook off that its receiver gave up, or that failed for too long; in a turn of its
  /// own, as a change of the same webhook that was read before would switch it on again.
  func disable(webhook id: String, in turns: AdminTurns) async {
    _ = await turns.enter(always: true)
    defer { turns.leave() }
    guard var webhook = view.current.webhooks[id], webhook.status != .disabled else { return }
    webhook.status = .disabled
    try? await administer([.webhookUpdated(webhook)], request: ULID.make(prefix: "req_"))
  }
}
