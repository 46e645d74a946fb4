import Transport

/// One event sent once more because somebody asked.
extension Delivery {
  package enum Redelivery: Sendable {
    /// As the ledger has it.
    case attempted(DeliveryAttempt)
    case refused(Refusal)
  }

  /// Why there was no attempt.
  package enum Refusal: Sendable, Equatable {
    case disabled, paused
    /// The webhook, or the key.
    case held
    /// As many as may wait already.
    case crowded
    /// It waited, and was paused, held, disabled or stopped meanwhile.
    case interrupted
  }

  /// Sends an event now, before what its key waits with and never beside an attempt at the same key.
  /// It is not tried again. When it is the one its key waits for, and it is taken, the key goes on.
  ///
  /// - Parameter place: where the log has it.
  package func redeliver(
    _ event: CommittedEvent, at place: DeliveryQueue.Position, to webhook: String
  ) async -> Redelivery {
    // The worker hears of a change a moment later than whoever made it.
    let status = environment.configuration().webhooks[webhook]?.status
    if status == .paused { return .refused(.paused) }
    guard status == .enabled, let worker = workers[webhook] else { return .refused(.disabled) }
    return await worker.redeliver(event, at: place)
  }
}

extension WebhookWorker {
  /// Letters that may wait at once.
  private static let letters = 256

  func redeliver(
    _ event: CommittedEvent, at place: DeliveryQueue.Position
  ) async -> Delivery.Redelivery {
    let letter = DeliveryMachine.Letter(
      id: ULID.make(prefix: "ltr_"), key: event.key, position: place, event: event)
    if let refusal = peek({ refusal(of: letter, $0) }) { return .refused(refusal) }
    let attempt = await withCheckedContinuation { waiter in
      let isTaken = change { state in
        guard refusal(of: letter, state) == nil else { return false }
        state.machine.letters.append(letter)
        state.letterWaiters[letter.id] = waiter
        return true
      }
      if !isTaken { waiter.resume(returning: nil) }
    }
    return attempt.map { .attempted($0) } ?? .refused(.interrupted)
  }

  private func refusal(of letter: DeliveryMachine.Letter, _ state: State) -> Delivery.Refusal? {
    if state.machine.isHalted { return .disabled }
    if state.isStopping { return .interrupted }
    if state.webhook.status != .enabled { return .paused }
    // A key that waits because of a dead letter is what this may be meant for.
    let isHeldByHand = state.machine.hold(of: letter.key).map { $0.letter == nil } ?? false
    if state.machine.isHeld || isHeldByHand { return .held }
    return state.machine.letters.count < Self.letters ? nil : .crowded
  }

  /// Tells whoever asked for it.
  func answer(_ letter: String, _ attempt: DeliveryAttempt) {
    let waiter = change { $0.letterWaiters.removeValue(forKey: letter) }
    waiter?.resume(returning: attempt)
  }
}

extension DeliveryQueue {
  /// An event was taken outside the queue: a key that waits for exactly this one goes on with the
  /// next.
  mutating func delivered(
    _ position: Position, of key: String, ledgerSeq: UInt64?, at now: Timestamp
  ) {
    guard !busy.contains(key), parked[key]?.positions.first == position else { return }
    due.remove(key)
    aside.remove(key)
    window.note(position.seq, ledgerSeq: ledgerSeq)
    finishParked(Take(key: key, position: position, attempt: 0, event: nil), .done, now)
    settle()
  }
}
