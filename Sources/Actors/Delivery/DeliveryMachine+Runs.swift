import Transport

/// What is sent besides the log, and how it shares the webhook's window with it.
extension DeliveryMachine {
  /// Attempts in flight, whatever they are of.
  package var inFlight: Int {
    runs.reduce(queue.inFlight + looseKeys.count) { $0 + $1.queue.inFlight }
  }

  /// Events it knows of that are not done.
  package var backlog: Int { runs.reduce(queue.backlog) { $0 + $1.queue.backlog } }

  /// Places of the first run of each kind; the others wait for it.
  var activeRuns: [Int] {
    if runs.isEmpty { return [] }
    return [DeliveryRun.Kind.replay, .snapshot].compactMap { kind in
      runs.firstIndex { $0.plan.kind == kind }
    }
  }

  /// Whether nothing it knows of will ever be due by itself.
  var isIdle: Bool {
    inFlight == 0 && queue.isIdle && activeRuns.allSatisfy { runs[$0].queue.isIdle }
  }

  /// The run whose log should be read on, if any.
  package var wantedRun: DeliveryRun? {
    guard !runs.isEmpty, mayRead else { return nil }
    return activeRuns.map { runs[$0] }.filter { $0.wantedRead != nil && $0.queue.wantsMore }
      .min { $0.queue.backlog < $1.queue.backlog }
  }

  /// Each source in turn, so that neither the log nor a run waits for the other.
  mutating func take(at now: Timestamp) -> (Source, DeliveryQueue.Take)? {
    if runs.isEmpty { return queue.take(at: now).map { (.log, $0) } }
    let sources = [.log] + activeRuns.map { Source.run(runs[$0].id) }
    for step in 0..<sources.count {
      let source = sources[(turn + step) % sources.count]
      var found: DeliveryQueue.Take?
      change(source) { found = $0.take(at: now) }
      guard let found else { continue }
      turn = (turn + step + 1) % sources.count
      forOthers(than: source) { $0.block(found.key) }
      return (source, found)
    }
    return nil
  }

  mutating func finish(
    _ job: Job, _ ending: DeliveryQueue.Ending, ledgerSeq: UInt64?, at now: Timestamp
  ) {
    change(job.source) { $0.finish(job.take, ending, ledgerSeq: ledgerSeq, at: now) }
    if !sourceExists(job.source) { looseKeys.remove(job.take.key) }
    forOthers(than: job.source) { $0.unblock(job.take.key) }
    runs.removeAll { $0.isDone }
  }

  private mutating func change(_ source: Source, _ body: (inout DeliveryQueue) -> Void) {
    switch source {
    case .log: body(&queue)
    case .run(let id):
      if let index = runs.firstIndex(where: { $0.id == id }) { body(&runs[index].queue) }
    case .letter: break
    }
  }

  func trigger(of source: Source) -> DeliveryAttempt.Trigger {
    guard case .run(let id) = source else { return .schedule }
    return runs.contains { $0.id == id && $0.plan.kind == .snapshot } ? .snapshot : .replay
  }

  private func sourceExists(_ source: Source) -> Bool {
    switch source {
    case .log: true
    case .run(let id): runs.contains { $0.id == id }
    case .letter: false
    }
  }

  private mutating func forOthers(than source: Source, _ body: (inout DeliveryQueue) -> Void) {
    if source != .log { body(&queue) }
    for index in runs.indices where source != .run(runs[index].id) { body(&runs[index].queue) }
  }
}

// MARK: - Runs

extension DeliveryMachine {
  package mutating func start(_ plan: DeliveryRun.Plan) {
    guard plan.from <= plan.through else { return }
    if plan.kind == .snapshot { drop(.snapshot) }
    if plan.selection.isAllMissed { missed = [] }
    var run = DeliveryRun(plan, limits: queue.limits)
    for key in holds.compactMap(\.key) { run.queue.hold(key) }
    for key in busyKeys { run.queue.block(key) }
    runs.append(run)
  }

  /// There is nothing of it left.
  mutating func forgetMissed() { missed = [] }

  /// Lines of a run's log, up to `next`.
  mutating func feed(
    _ id: String, _ events: [(CommittedEvent, DeliveryQueue.Position)], next: UInt64
  ) {
    guard let index = runs.firstIndex(where: { $0.id == id }) else { return }
    for (event, position) in events { runs[index].feed(event, at: position) }
    runs[index].queue.advance(to: next)
    runs.removeAll { $0.isDone }
  }

  /// Gives up everything of the log up to `end`, replays included.
  package mutating func giveUp(through end: UInt64) {
    queue.giveUp(through: end)
    drop(.replay)
  }

  /// Their attempts in flight are finished as those of nobody.
  private mutating func drop(_ kind: DeliveryRun.Kind) {
    for run in runs where run.plan.kind == kind { looseKeys.formUnion(run.queue.busy) }
    runs.removeAll { $0.plan.kind == kind }
  }

  private var busyKeys: Set<String> {
    runs.reduce(queue.busy.union(looseKeys)) { $0.union($1.queue.busy) }
  }

  func isBusy(_ key: String) -> Bool {
    queue.busy.contains(key) || looseKeys.contains(key)
      || runs.contains { $0.queue.busy.contains(key) }
  }

  mutating func nextLetter() -> Job? {
    guard let index = letters.firstIndex(where: { !isBusy($0.key) }) else { return nil }
    let letter = letters.remove(at: index)
    looseKeys.insert(letter.key)
    forOthers(than: .letter(letter.id)) { $0.block(letter.key) }
    let take = DeliveryQueue.Take(
      key: letter.key, position: letter.position, attempt: 1, event: letter.event)
    return Job(take: take, isProbe: false, source: .letter(letter.id), trigger: .manual)
  }
}

// MARK: - Holds

extension DeliveryMachine {
  package func hold(of key: String?) -> DeliveryHold? { holds.first { $0.key == key } }

  /// A hold by a person takes the place of one by a dead letter.
  package mutating func hold(_ hold: DeliveryHold) {
    holds.removeAll { $0.key == hold.key }
    holds.append(hold)
    guard let key = hold.key else { return isHeld = true }
    queue.hold(key)
    for index in runs.indices { runs[index].queue.hold(key) }
  }

  /// - Returns: false when it was not held.
  package mutating func release(_ key: String?) -> Bool {
    guard hold(of: key) != nil else { return false }
    holds.removeAll { $0.key == key }
    guard let key else {
      isHeld = false
      return true
    }
    queue.release(key)
    for index in runs.indices { runs[index].queue.release(key) }
    return true
  }
}
