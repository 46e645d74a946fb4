import Transport

/// What people may ask of a webhook's delivery while it runs. Each answer means that a restart
/// keeps what was asked.
extension Delivery {
  /// No attempt any more, at the webhook or at one of its keys, until it is released; an attempt
  /// in flight ends as it ends. Events wait in order, other keys go on.
  ///
  /// - Parameter key: an employee's or group's id; nil for all of the webhook.
  /// - Returns: false when there is no such webhook, or it is disabled.
  package func hold(webhook: String, key: String?) async -> Bool {
    guard let worker = workers[webhook] else { return false }
    let hold = DeliveryHold(webhookId: webhook, key: key, since: environment.clock.now)
    worker.change { $0.machine.hold(hold) }
    await worker.persist()
    return true
  }

  /// - Returns: false when it was not held.
  package func release(webhook: String, key: String?) async -> Bool {
    guard let worker = workers[webhook] else { return false }
    let now = environment.clock.now
    let isReleased = worker.change { state in
      let hold = state.machine.holds.first { $0.key == key }
      guard state.machine.release(key) else { return false }
      // While all of it was held nothing was tried.
      if key == nil, let hold { state.machine.excuse(from: hold.since, to: now) }
      return true
    }
    if isReleased { await worker.persist() }
    return isReleased
  }

  /// By webhook, in the order in which they were held.
  package var held: [DeliveryHold] {
    workers.values.sorted { $0.id < $1.id }.flatMap { $0.peek(\.machine.holds) }
  }

  /// Sends a dead letter's event again, once, before what its key waits with. When that succeeds
  /// and the key waits because of this letter, it goes on.
  ///
  /// - Returns: whether it was delivered; false too when a person holds the webhook or the key.
  package func redeliver(_ letter: DeadLetter) async -> Bool {
    guard let event = try? CommittedEvent(reading: letter.event, applicationId: "", seq: letter.seq)
    else { return false }
    let place = DeliveryQueue.Position(seq: letter.seq, index: 0)
    guard case .attempted(let attempt) = await redeliver(event, at: place, to: letter.webhookId),
      attempt.result == .delivered
    else { return false }
    await dropped(letter.eventId, of: letter.webhookId)
    return true
  }

  /// A dead letter is nobody's concern any more: a key that waits because of it goes on.
  package func dropped(_ eventId: String, of webhook: String) async {
    guard let worker = workers[webhook] else { return }
    let isReleased = worker.change { state in
      let hold = state.machine.holds.first { $0.letter == eventId }
      return hold.map { state.machine.release($0.key) } ?? false
    }
    if isReleased { await worker.persist() }
  }
}

// MARK: - Replay

extension Delivery {
  /// Replays that may wait for a webhook, the one going on included.
  package static let replays = 16

  /// Sends the committed events in a stretch of the log again, those that the webhook's filter and
  /// the selection accept: same id and body, `webhook-replay: true`, in order per key, in turn with
  /// live ones.
  ///
  /// - Returns: how many; nil when there is no such webhook, it is disabled, or too many replays
  ///   wait for it already.
  package func replay(
    webhook: String, from: UInt64, through: UInt64,
    _ selection: DeliverySelection = DeliverySelection()
  ) async -> Int? {
    guard
      let count = await replayCount(webhook: webhook, from: from, through: through, selection),
      let worker = workers[webhook]
    else { return nil }
    let range = stretch(from, through)
    var plan = DeliveryRun.Plan(
      id: ULID.make(prefix: "rpl_"), kind: .replay, from: range.from, through: range.through)
    plan.selection = selection
    let isTaken = worker.change { [plan] state in
      if count == 0 {
        if selection.isAllMissed { state.machine.forgetMissed() }
        return true
      }
      let waiting = state.machine.runs.count { $0.plan.kind == .replay }
      guard waiting < Self.replays else { return false }
      state.machine.start(plan)
      return true
    }
    guard isTaken else { return nil }
    await worker.persist()
    return count
  }

  /// How many events `replay` would send again now; nil when there is no such webhook.
  package func replayCount(
    webhook: String, from: UInt64, through: UInt64,
    _ selection: DeliverySelection = DeliverySelection()
  ) async -> Int? {
    guard let record = environment.configuration().webhooks[webhook], record.status != .disabled
    else { return nil }
    let filter =
      workers[webhook]?.peek(\.filter)
      ?? WebhookFilter(record, configuration: environment.configuration)
    var (next, last) = stretch(from, through)
    var count = 0
    while next <= last {
      let from = next
      guard
        let (outcomes, after) = try? await environment.committed.outcomes(
          from: from, limit: WebhookWorker.batch)
      else { return nil }
      for outcome in outcomes where outcome.seq <= last {
        for (index, event) in outcome.events.enumerated() where filter.accepts(event) {
          let place = DeliveryQueue.Position(seq: outcome.seq, index: index)
          if environment.isErased(event) { continue }
          if selection.includes(event, at: place) { count += 1 }
        }
      }
      if after <= next { break }
      next = after
    }
    return count
  }

  private func stretch(_ from: UInt64, _ through: UInt64) -> (from: UInt64, through: UInt64) {
    (max(from, 1), min(through, environment.committed.durableSeq))
  }
}
