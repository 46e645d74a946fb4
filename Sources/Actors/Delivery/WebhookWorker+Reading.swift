import Transport

extension WebhookWorker {
  /// Lines read at once when catching up.
  static let batch = 128

  /// A batch every webhook is offered as it becomes durable: the lines `from..<next`.
  ///
  /// Taken at once when this one has read everything before; otherwise its reader will come to it.
  func offer(_ outcomes: [CommittedOutcome], from: UInt64, next: UInt64) {
    change { state in
      state.known = max(state.known, next)
      if state.wantedRead == from { Self.feed(outcomes, next: next, to: &state) }
    }
  }

  func runReader() async throws {
    while let from = await nextRead() {
      let (outcomes, next) = try await environment.committed.outcomes(
        from: from, limit: Self.batch)
      change { state in
        if next > from {
          Self.feed(outcomes, next: next, to: &state)
        } else {
          state.known = from  // the log ends sooner than was said; the next offer says more
        }
      }
    }
  }

  private static func feed(
    _ outcomes: [CommittedOutcome], next: UInt64, to state: inout State
  ) {
    for outcome in outcomes where outcome.seq >= state.machine.queue.read {
      for (index, event) in outcome.events.enumerated() where state.filter.accepts(event) {
        state.machine.queue.feed(event, at: .init(seq: outcome.seq, index: index))
      }
    }
    state.machine.queue.advance(to: next)
  }
}

// MARK: - Supervision

extension WebhookWorker {
  /// Cursors of webhooks that only read past other people's events are saved this seldom.
  private static let idleSave = Duration.seconds(30)

  /// Looks for keys that are due, and saves the cursor when something has changed.
  func tick() {
    let now = environment.clock.now
    let isSaveDue = change { state in
      if state.unsaved > 0 { return true }
      let hasMoved = state.savedHigh != state.machine.queue.read
      return hasMoved && state.savedAt.advanced(by: Self.idleSave) <= now
    }
    if isSaveDue { saveCursor() }
  }

  func saveCursor() {
    let cursor: DeliveryCursor = change { state in
      state.unsaved = 0
      state.savedAt = environment.clock.now
      state.savedHigh = state.machine.queue.read
      return self.cursor(of: state)
    }
    environment.saveCursor(id, cursor.json)
  }

  /// Returns once a restart would find what has been changed.
  func persist() async {
    await environment.persistCursor(id) { self.peek { self.cursor(of: $0) }.json }
  }

  private func cursor(of state: State) -> DeliveryCursor {
    let now = environment.clock.now
    var machine = state.machine
    if let start = state.pausedAt { machine.excuse(from: start, to: now) }
    var cursor = machine.cursor(
      since: state.webhook.since, ledgerEnd: environment.ledger.lastSeq)
    cursor.savedAt = now
    return cursor
  }

  /// Takes a changed record (or new secrets) over; events read before keep to the old filter.
  func update(_ webhook: Webhook) {
    let filter = WebhookFilter(webhook, configuration: environment.configuration)
    let signature = WebhookSignature(secrets: environment.signingSecrets(id))
    let options = common.for(webhook)
    let now = environment.clock.now
    change { state in
      if let start = state.pausedAt, webhook.status == .enabled {
        state.machine.excuse(from: start, to: now)
      }
      state.pausedAt = webhook.status == .paused ? state.pausedAt ?? now : nil
      state.webhook = webhook
      state.filter = filter
      state.signature = signature
      state.options = options
      state.machine.adopt(options)
    }
  }

  func renewSignature() {
    let signature = WebhookSignature(secrets: environment.signingSecrets(id))
    change { $0.signature = signature }
  }

  /// The attempts in flight are finished, then `run` returns.
  func stop() { change { $0.isStopping = true } }

  var since: UInt64 { peek { $0.webhook.since } }

  var status: WebhookDeliveryStatus {
    peek { state in
      let queue = state.machine.queue
      return WebhookDeliveryStatus(
        webhookId: id, inFlight: state.machine.inFlight, waiting: state.machine.backlog,
        parkedKeys: queue.parkedKeys, unread: state.known - min(queue.read, state.known),
        breaker: state.machine.breaker.state, failingSince: state.machine.failingSince,
        lastError: state.lastError, nextAttempt: queue.due.next, undoneFrom: queue.undoneFrom,
        clockSkew: state.clockSkew)
    }
  }
}
