import Transport

extension DeliveryEnvironment {
  /// Whether an event tells of somebody who is erased, and does not say just that. A snapshot's is
  /// made when its turn comes, and so does.
  func isErased(_ event: CommittedEvent) -> Bool {
    let types: [EventType] = [.employeeErased, .employeeSnapshot]
    return !types.contains { $0.rawValue == event.type } && isErased(event.key)
  }
}

/// What delivery does when somebody is erased.
extension Delivery {
  /// Cancels what webhooks were not sent yet of an employee who is erased. What they have not read
  /// yet is cancelled when they come to it.
  package func cancel(erased employee: String) async {
    for worker in workers.values { await worker.cancel(employee) }
  }

  /// No webhook needs these lines any more: what one was not sent of them is given up, and it is
  /// told the present state instead.
  package func letGo(committed: UInt64, attempts: UInt64) async {
    for (id, worker) in workers {
      await worker.persist()
      let needed = worker.needed
      if needed.committed <= committed {
        await overrun(id, through: committed)
      } else if needed.attempts <= attempts, worker.peek({ $0.machine.hasSnapshotRun }) {
        // Its ledger goes back to where it began; begun anew it needs none of that.
        _ = await snapshot(webhook: id)
      }
    }
  }
}

extension WebhookWorker {
  /// The first lines it still needs.
  fileprivate var needed: (committed: UInt64, attempts: UInt64) {
    peek { state in
      let cursor = state.machine.cursor(
        since: state.webhook.since, ledgerEnd: environment.ledger.lastSeq)
      return (cursor.neededFrom, cursor.ledgerNeededFrom)
    }
  }

  /// Each gets its line in the ledger at once, however long its next attempt would have been away.
  fileprivate func cancel(_ key: String) async {
    while let (source, position) = peek({ $0.machine.firstOpen(of: key) }) {
      let event = try? await self.event(at: position)
      if let event, !environment.isErased(event) { return }
      let now = environment.clock.now
      var attempt = DeliveryAttempt(
        id: ULID.make(prefix: "dlv_", at: now), time: now, eventId: event?.id ?? "",
        eventType: event?.type ?? "", webhookId: id, key: key, position: position, attempt: 1,
        isProbe: false, outcome: WebhookResult(.failed(Self.erasedWords)), result: .erased,
        durableSeq: environment.committed.durableSeq)
      if case .run(let run) = source { (attempt.trigger, attempt.run) = (.replay, run) }
      let bytes = attempt.bytes
      let isDone = change { [attempt] state in
        guard state.machine.firstOpen(of: key)?.position == position else {
          return false
        }
        let seq = environment.ledger.append(attempt, bytes: bytes)
        state.machine.cancel(source, position, of: key, ledgerSeq: seq, at: now)
        state.unsaved += 1
        return true
      }
      if !isDone { return }  // its turn has come meanwhile, and ends the same way
      environment.observe(attempt)
    }
  }
}

extension DeliveryMachine {
  var hasSnapshotRun: Bool { runs.contains { $0.plan.kind == .snapshot } }

  /// The first event that waits for a key, unless one of it is in flight.
  func firstOpen(of key: String) -> (source: Source, position: DeliveryQueue.Position)? {
    if isBusy(key) { return nil }
    let queues =
      [(Source.log, queue)]
      + runs.filter { $0.plan.kind == .replay }.map { (.run($0.id), $0.queue) }
    for (source, queue) in queues {
      if let position = queue.firstOpen(of: key) { return (source, position) }
    }
    return nil
  }

  mutating func cancel(
    _ source: Source, _ position: DeliveryQueue.Position, of key: String, ledgerSeq: UInt64,
    at now: Timestamp
  ) {
    switch source {
    case .log: queue.cancel(position, of: key, ledgerSeq: ledgerSeq, at: now)
    case .run(let id):
      guard let index = runs.firstIndex(where: { $0.id == id }) else { return }
      runs[index].queue.cancel(position, of: key, ledgerSeq: ledgerSeq, at: now)
    case .letter: break
    }
    runs.removeAll { $0.isDone }
  }
}

extension DeliveryQueue {
  func firstOpen(of key: String) -> Position? {
    parked[key]?.positions.first ?? waiting[key]?.first?.position
  }

  /// The first event of a key, which is not in flight, is not sent.
  mutating func cancel(
    _ position: Position, of key: String, ledgerSeq: UInt64?, at now: Timestamp
  ) {
    if parked[key] != nil { return delivered(position, of: key, ledgerSeq: ledgerSeq, at: now) }
    guard !busy.contains(key), waiting[key]?.first?.position == position else { return }
    _ = ready.removeFirst { $0 == key }
    aside.remove(key)
    finishWaiting(
      Take(key: key, position: position, attempt: 0, event: nil), .done, ledgerSeq)
    settle()
  }
}
