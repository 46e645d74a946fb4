import Transport

extension WebhookWorker {
  /// Sends until it is stopped; then every attempt in flight is finished first.
  ///
  /// Cancelling the task stops it too, and cuts off what is in flight.
  func run() async throws {
    saveCursor()
    try await withTaskCancellationHandler {
      try await withThrowingDiscardingTaskGroup { group in
        group.addTask { try await self.orStop { try await self.runReader() } }
        group.addTask { try await self.orStop { try await self.runRunReader() } }
        while let lanes = await nextLanes() {
          for _ in 0..<lanes {
            group.addTask { try await self.orStop { try await self.runLane() } }
          }
        }
      }
    } onCancel: {
      stop()
    }
    saveCursor()
  }

  /// The others wait where cancelling the group does not reach them.
  private func orStop(_ part: () async throws -> Void) async throws {
    do { try await part() } catch {
      stop()
      throw error
    }
  }

  private func runLane() async throws {
    while let job = await nextJob() { try await perform(job) }
  }

  private func perform(_ job: Job) async throws {
    guard let event = try await event(of: job) else {
      guard case .run = job.source else {
        return await conclude(job, unsendable: "the event is no longer in the log", nil)
      }
      return finish(job) { $0.skip(job, at: now) }
    }
    if environment.isErased(event) { return await conclude(erased: job, event) }
    let (webhook, filter, signature, options) = peek {
      ($0.webhook, $0.filter, $0.signature, $0.options)
    }
    if job.isNew && filter.empties(event) { return finish(job) { $0.skip(job, at: now) } }
    if signature.isEmpty {
      return await conclude(job, event, WebhookResult(.failed("no signing secret")))
    }
    let body = filter.body(of: event)
    guard body.count <= options.sizes.request else {
      return await conclude(job, unsendable: options.refusal(of: body.count), event)
    }
    let result = await environment.sender.send(
      WebhookRequest(
        event: event.id, body: body, to: webhook, at: environment.clock.now,
        signature: signature, options: options,
        isReplay: job.trigger == .replay || !job.isNew))
    if Task.isCancelled && result.status == nil {
      return finish(job) { $0.abandon(job, at: now) }
    }
    await conclude(job, event, result)
  }

  /// A parked key's event is read from the log again; a snapshot's is made at every attempt.
  private func event(of job: Job) async throws -> CommittedEvent? {
    if case .run = job.source {
      guard let plan = plan(of: job) else { return nil }  // given up meanwhile
      if plan.kind == .snapshot { return await employee(job.take, plan) }
    }
    if let event = job.take.event { return event }
    return try await event(at: job.take.position)
  }

  func event(at position: DeliveryQueue.Position) async throws -> CommittedEvent? {
    let (outcomes, _) = try await environment.committed.outcomes(from: position.seq, limit: 1)
    guard let outcome = outcomes.first, outcome.seq == position.seq,
      position.index < outcome.events.count
    else { return nil }
    return outcome.events[position.index]
  }
}

// MARK: - What follows from an attempt

extension WebhookWorker {
  private var now: Timestamp { environment.clock.now }

  private func conclude(_ job: Job, _ event: CommittedEvent, _ result: WebhookResult) async {
    var (verdict, opened) = judge(job, result, now)
    noteClock(result, now)
    var result = result
    if mayNameErased(result, event) { (result.responseHead, result.responseBody) = ("", []) }
    if environment.isErased(event) { verdict.forget() }
    await record(job, verdict, result, event, now)
    if opened {
      environment.log.warning("webhook breaker open", ["webhook": id, "why": result.reason])
    }
    if verdict.isNews { await tellFailing(job, event, result) }
    guard let reason = verdict.disables else { return }
    environment.log.error("webhook disabled", ["webhook": id, "why": reason.words])
    await environment.disable(id, reason)
    let webhook = peek(\.webhook)
    await environment.tell(.disabled(webhook, isGone: reason == .gone, why: reason.words))
  }

  /// Receivers like to answer with what they were sent.
  private func mayNameErased(_ result: WebhookResult, _ event: CommittedEvent) -> Bool {
    if environment.isErased(event.key) { return true }
    return !result.responseBody.isEmpty && environment.namesErased(event.body)
  }

  /// Warns once, until the clock is right again.
  private func noteClock(_ result: WebhookResult, _ now: Timestamp) {
    guard let date = result.date else { return }
    let skew = ClockSkew.seconds(of: date, at: now, took: result.durations.total)
    let isNews = change { state in
      defer { state.clockSkew = skew }
      return state.clockSkew == nil && skew != nil
    }
    guard isNews, let skew else { return }
    environment.log.warning(
      "webhook receiver's clock is off; it may refuse signatures 300 s off its own",
      ["webhook": id, "seconds": skew])
  }

  private func tellFailing(
    _ job: Job, _ event: CommittedEvent, _ result: WebhookResult
  ) async {
    await environment.tell(
      .failing(
        peek(\.webhook), event: event.id, attempts: job.take.attempt, error: result.reason))
  }

  /// - Parameter why: in words, for the ledger.
  private func conclude(_ job: Job, unsendable why: String, _ event: CommittedEvent?) async {
    let now = now
    let verdict = change { $0.machine.judgeUnsendable(job, at: now) }
    await record(job, verdict, WebhookResult(.failed(why)), event, now)
  }

  /// The person was erased before the event's turn came.
  private func conclude(erased job: Job, _ event: CommittedEvent) async {
    let now = now
    let verdict = change { $0.machine.judgeErased(job, at: now) }
    await record(job, verdict, WebhookResult(.failed(Self.erasedWords)), event, now)
  }

  static let erasedWords = "the employee was erased"

  private func judge(
    _ job: Job, _ result: WebhookResult, _ now: Timestamp
  ) -> (DeliveryMachine.Verdict, opened: Bool) {
    let random = environment.random()
    return change { state in
      let wasClosed = state.machine.breaker.isClosed
      let verdict = state.machine.judge(job, result, at: now, random: random)
      state.lastError = result.isSuccess ? nil : result.reason
      state.answers = result.status != nil
      return (verdict, wasClosed && !state.machine.breaker.isClosed)
    }
  }

  /// Ledger and queue change together, so that no cursor claims what the ledger does not tell; and
  /// a dead letter is on disk before either says that the key goes on.
  private func record(
    _ job: Job, _ verdict: DeliveryMachine.Verdict, _ result: WebhookResult,
    _ event: CommittedEvent?, _ now: Timestamp
  ) async {
    var (attempt, verdict) = (attempt(job, verdict, result, event, now), verdict)
    if verdict.result == .dead, job.isNew, await !bury(attempt, event) {
      verdict = peek { $0.machine.postponed(at: now) }
      (attempt.result, attempt.next) = (verdict.result, verdict.next)
    }
    attempt.holds = attempt.result == .dead && job.isNew && common.holdsAfterDead
    let bytes = attempt.bytes
    finish(job) { [attempt, verdict] machine in
      let seq = environment.ledger.append(attempt, bytes: bytes)
      machine.conclude(job, verdict, ledgerSeq: seq, at: now)
      if attempt.holds {
        machine.hold(
          DeliveryHold(
            webhookId: id, key: attempt.key, since: now, letter: attempt.eventId))
      }
    }
    environment.observe(attempt)
    if case .letter(let letter) = job.source { answer(letter, attempt) }
  }

  private func attempt(
    _ job: Job, _ verdict: DeliveryMachine.Verdict, _ result: WebhookResult,
    _ event: CommittedEvent?, _ now: Timestamp
  ) -> DeliveryAttempt {
    DeliveryAttempt(
      id: ULID.make(prefix: "dlv_", at: now), time: now, eventId: event?.id ?? "",
      eventType: event?.type ?? "", webhookId: id, key: job.take.key, position: job.take.position,
      attempt: job.take.attempt,
      trigger: job.trigger, run: job.run, isProbe: job.isProbe, outcome: result,
      result: verdict.result, next: verdict.next, kept: common.sizes.kept,
      durableSeq: environment.committed.durableSeq)
  }

  private func finish(_ job: Job, _ body: (inout DeliveryMachine) -> Void) {
    let (heldSlot, isSaveDue) = change { state in
      let heldSlot = state.machine.inFlight > 1
      body(&state.machine)
      state.unsaved += 1
      return (heldSlot, state.unsaved >= common.cursorEvery)
    }
    if heldSlot { releaseSlot() }
    if isSaveDue { saveCursor() }
  }

  /// - Returns: whether the dead letter is on disk.
  private func bury(_ attempt: DeliveryAttempt, _ event: CommittedEvent?) async -> Bool {
    let letter = DeadLetter(
      webhookId: id, eventId: attempt.eventId,
      seq: attempt.trigger == .snapshot ? 0 : attempt.position.seq,
      reason: attempt.outcome.reason, attempts: attempt.attempt, time: attempt.time,
      event: event?.body ?? [])
    do {
      try await environment.deadLetter(letter)
      environment.log.error(
        "webhook delivery given up",
        ["webhook": id, "event": attempt.eventId, "attempts": attempt.attempt])
      return true
    } catch {
      environment.log.error(
        "webhook delivery not given up: its dead letter cannot be kept",
        ["webhook": id, "event": attempt.eventId, "why": "\(error)"])
      return false
    }
  }
}

extension WebhookResult {
  /// The ending in words.
  package var reason: String {
    switch ending {
    case .answered(let status): "answered \(status)"
    case .failed(let words): words
    }
  }
}

extension DeliveryOptions {
  /// Why an event is not sent, in words.
  func refusal(of size: Int) -> String {
    "the event is \(size) bytes long, more than the \(sizes.request) a webhook is sent"
      + " (--webhook-request-bytes)"
  }
}
