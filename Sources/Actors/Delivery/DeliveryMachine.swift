package import Transport

/// Decides what follows from each attempt at one webhook: queues, breaker and schedule together.
///
/// The log, a replay, a snapshot and single dead letters take turns; a key has one attempt in
/// flight over all of them. Pure, so that hours of retries are tested in a moment.
package struct DeliveryMachine: Sendable {
  /// Where the event of an attempt comes from.
  package enum Source: Sendable, Hashable {
    case log
    case run(String)
    case letter(String)
  }

  package struct Job: Sendable, Equatable {
    package var take: DeliveryQueue.Take
    /// Whether it looks after a receiver whose breaker is open.
    package var isProbe: Bool
    package var source = Source.log
    package var trigger = DeliveryAttempt.Trigger.schedule
  }

  package enum DisableReason: Sendable, Equatable {
    /// The receiver answered 410.
    case gone
    /// For so long nothing was delivered.
    case failing(Duration)
  }

  package struct Verdict: Sendable, Equatable {
    package var result: DeliveryAttempt.Result
    package var next: Timestamp?
    package var disables: DisableReason?
    /// Whether its application should hear that it fails.
    package var isNews = false
    fileprivate(set) var ending: DeliveryQueue.Ending

    /// The person was erased while the attempt was in flight: there is no other.
    mutating func forget() {
      isNews = false
      if result == .delivered { return }
      (result, next, ending) = (.erased, nil, .done)
    }
  }

  /// An event that somebody wants sent again, once: a dead letter, or any that was tried before.
  package struct Letter: Sendable {
    package var id: String
    package var key: String
    package var position: DeliveryQueue.Position
    package var event: CommittedEvent
  }

  /// Failed attempts at one event after which its application is told.
  private static let toldAfter = 4
  /// However short the schedule: a full disk is not asked again at once.
  private static let shortestPostponement = Duration.minutes(1)

  package var queue: DeliveryQueue
  package internal(set) var runs: [DeliveryRun] = []
  package internal(set) var holds: [DeliveryHold] = []
  /// What it was not sent while it was disabled, until that is sent.
  package internal(set) var missed: [DeliveryMissed] = []
  /// Whether the whole webhook is held.
  package internal(set) var isHeld = false
  /// Whether it was told that the webhook fails, since the last success.
  package internal(set) var hasToldFailing = false
  var letters: [Letter] = []
  /// Keys with an attempt in flight that no queue knows: of letters, and of runs that were dropped.
  var looseKeys: Set<String> = []
  var turn = 0
  /// Whether a key waits after a dead letter.
  package var holdsAfterDead = false
  package internal(set) var breaker = Breaker()
  package private(set) var failingSince: Timestamp?
  /// Set by a verdict that disables; nothing is sent any more.
  package private(set) var isHalted = false
  package var schedule: RetrySchedule
  /// How long a webhook may fail before it is disabled.
  package var patience = Duration.hours(120)

  package init(
    queue: DeliveryQueue, schedule: RetrySchedule = RetrySchedule(),
    failingSince: Timestamp? = nil
  ) {
    self.queue = queue
    self.schedule = schedule
    self.failingSince = failingSince
  }

  /// Whether more of the log should be read.
  package var wantsMore: Bool { mayRead && queue.wantsMore }

  /// Not while nothing can be sent, unless there is nothing to look after the receiver with.
  var mayRead: Bool { !isHalted && !isHeld && (breaker.isClosed || isIdle) }

  package func hasWork(at now: Timestamp) -> Bool {
    guard !isHalted, !isHeld, inFlight < queue.limits.window else { return false }
    if letters.contains(where: { !isBusy($0.key) }) { return true }
    guard breaker.admission(at: now) != .wait else { return false }
    return queue.hasWork(at: now) || activeRuns.contains { runs[$0].queue.hasWork(at: now) }
  }

  package mutating func next(at now: Timestamp) -> Job? {
    guard hasWork(at: now) else { return nil }
    if let job = nextLetter() { return job }
    let isProbe = breaker.admission(at: now) == .probe
    guard let (source, take) = take(at: now) else { return nil }
    if isProbe { breaker.probeStarted() }
    return Job(take: take, isProbe: isProbe, source: source, trigger: trigger(of: source))
  }
}

extension DeliveryMachine {
  /// Goes by these numbers from now on; what is in flight or has its next attempt stays so.
  package mutating func adopt(_ options: DeliveryOptions) {
    schedule = options.schedule
    patience = options.disableAfter
    breaker.limits = options.breaker
    holdsAfterDead = options.holdsAfterDead
    queue.limits = options.limits
    for index in runs.indices { runs[index].queue.limits = options.limits }
  }

  /// What an attempt's result means; `conclude` makes it so.
  /// - Parameter random: 0 ..< 1.
  package mutating func judge(
    _ job: Job, _ result: WebhookResult, at now: Timestamp, random: Double
  ) -> Verdict {
    if result.isSuccess {
      breaker.succeeded(at: now)
      failingSince = nil
      hasToldFailing = false
      return Verdict(result: .delivered, ending: .done)
    }
    breaker.failed(transport: result.status == nil, probe: job.isProbe, at: now)
    let since = failingSince ?? now
    failingSince = since
    if result.status == 410 { return halt(job, .gone, now) }
    if since.advanced(by: patience) <= now { return halt(job, .failing(patience), now) }
    if job.isProbe { return Verdict(result: .retry, next: probeTime(now), ending: .again) }
    if !job.isNew { return Verdict(result: .failed, ending: .done) }
    guard
      let next = schedule.next(
        after: job.take.attempt, now: now, retryAfter: retryAfter(result, now), random: random)
    else { return Verdict(result: .dead, isNews: failureIsNews(), ending: .done) }
    let isNews = job.take.attempt >= Self.toldAfter && failureIsNews()
    return Verdict(result: .retry, next: next, isNews: isNews, ending: .retry(at: next))
  }

  private mutating func failureIsNews() -> Bool {
    if hasToldFailing { return false }
    hasToldFailing = true
    return true
  }

  /// The event is no longer in the log, or too large: nothing can be sent.
  package mutating func judgeUnsendable(_ job: Job, at now: Timestamp) -> Verdict {
    if job.isProbe { breaker.probeAbandoned(at: now) }
    return Verdict(result: job.isNew ? .dead : .failed, ending: .done)
  }

  /// The person was erased: nothing is sent.
  package mutating func judgeErased(_ job: Job, at now: Timestamp) -> Verdict {
    if job.isProbe { breaker.probeAbandoned(at: now) }
    return Verdict(result: .erased, ending: .done)
  }

  /// In place of giving up, when the dead letter could not be kept: the key waits, and what would
  /// be lost is tried once more.
  package func postponed(at now: Timestamp) -> Verdict {
    let next = now.advanced(by: max(schedule.delays.last ?? .zero, Self.shortestPostponement))
    return Verdict(result: .retry, next: next, ending: .retry(at: next))
  }

  /// - Parameter ledgerSeq: the line that tells the verdict.
  package mutating func conclude(
    _ job: Job, _ verdict: Verdict, ledgerSeq: UInt64, at now: Timestamp
  ) {
    if case .letter = job.source, verdict.result == .delivered {
      queue.delivered(job.take.position, of: job.take.key, ledgerSeq: ledgerSeq, at: now)
    }
    finish(job, verdict.ending, ledgerSeq: ledgerSeq, at: now)
    // Given up, and nothing else to try: nobody is failed any more.
    if backlog == 0 && letters.isEmpty { failingSince = nil }
  }

  /// Nothing was tried between these, so that time is no failure of the receiver's.
  package mutating func excuse(from start: Timestamp, to end: Timestamp) {
    guard let since = failingSince else { return }
    let span = end.milliseconds - max(start, since).milliseconds
    if span > 0 { failingSince = since.advanced(by: .milliseconds(span)) }
  }

  /// The attempt was cut off by our own stop: as if it had not been made.
  package mutating func abandon(_ job: Job, at now: Timestamp) {
    if job.isProbe { breaker.probeAbandoned(at: now) }
    finish(job, .again, ledgerSeq: nil, at: now)
  }

  /// There is nothing to send any more, and nothing is lost by it.
  package mutating func skip(_ job: Job, at now: Timestamp) {
    if job.isProbe { breaker.probeAbandoned(at: now) }
    finish(job, .done, ledgerSeq: nil, at: now)
  }

  /// Other attempts may be in flight and end alike: it is disabled once.
  private mutating func halt(_ job: Job, _ reason: DisableReason, _ now: Timestamp) -> Verdict {
    defer { isHalted = true }
    let disables = isHalted ? nil : reason
    if !job.isNew { return Verdict(result: .failed, disables: disables, ending: .done) }
    return Verdict(result: .retry, next: now, disables: disables, ending: .again)
  }

  private func probeTime(_ now: Timestamp) -> Timestamp {
    if case .open(let probeAt, _) = breaker.state { probeAt } else { now }
  }

  private func retryAfter(_ result: WebhookResult, _ now: Timestamp) -> Duration? {
    guard result.status == 429 || result.status == 503 else { return nil }
    return result.retryAfter.flatMap { RetryAfter.parse($0, now: now) }
  }
}

extension DeliveryMachine.DisableReason {
  /// For the log and whoever asks why.
  package var words: String {
    switch self {
    case .gone: "the receiver answered 410 Gone"
    case .failing(let time): "nothing was delivered for \(Self.words(time))"
    }
  }

  private static func words(_ time: Duration) -> String {
    let seconds = time.wholeMilliseconds / 1000
    let (count, unit) = seconds % 3600 == 0 ? (seconds / 3600, "hour") : (seconds, "second")
    return "\(count) \(unit)\(count == 1 ? "" : "s")"
  }
}
