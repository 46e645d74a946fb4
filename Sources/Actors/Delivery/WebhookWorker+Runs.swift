import Transport

/// What a worker does for runs and single dead letters.
extension WebhookWorker {
  /// Reads the logs of runs on, as `runReader` does for the log as it grows.
  func runRunReader() async throws {
    var walk: EmployeeWalk?
    while let run = await nextRun() {
      switch run.plan.kind {
      case .replay: try await read(replay: run)
      case .snapshot:
        var steps = walk.flatMap { $0.id == run.id ? $0 : nil } ?? EmployeeWalk(run.plan)
        let found = await steps.step(environment.employeeIds)
        let next = found.isEmpty ? run.plan.through + 1 : steps.next
        change { Self.feed(run.id, found, next: next, to: &$0) }
        walk = steps
      }
    }
  }

  private func read(replay run: DeliveryRun) async throws {
    let from = run.queue.read
    let (outcomes, next) = try await environment.committed.outcomes(from: from, limit: Self.batch)
    let end = next > from ? min(next, run.plan.through + 1) : run.plan.through + 1
    change { state in
      var events: [(CommittedEvent, DeliveryQueue.Position)] = []
      for outcome in outcomes {
        for (index, event) in outcome.events.enumerated() where state.filter.accepts(event) {
          if environment.isErased(event) { continue }
          let place = DeliveryQueue.Position(seq: outcome.seq, index: index)
          guard run.plan.selection.includes(event, at: place) else { continue }
          events.append((event, place))
        }
      }
      Self.feed(run.id, events, next: end, to: &state)
    }
  }

  private static func feed(
    _ id: String, _ events: [(CommittedEvent, DeliveryQueue.Position)], next: UInt64,
    to state: inout State
  ) {
    let before = state.machine.runs.count
    state.machine.feed(id, events, next: next)
    if state.machine.runs.count < before { state.unsaved += 1 }
  }

  func plan(of job: Job) -> DeliveryRun.Plan? {
    guard let id = job.run else { return nil }
    return peek { $0.machine.runs.first { $0.id == id }?.plan }
  }

  /// The present state of an employee, rendered now; nil when there is no such employee any more.
  func employee(
    _ take: DeliveryQueue.Take, _ plan: DeliveryRun.Plan
  ) async -> CommittedEvent? {
    guard plan.consumers.indices.contains(take.position.index),
      let consumer = environment.configuration().consumers[
        plan.consumers[take.position.index].id],
      let data = await environment.employee(take.key, consumer.id)
    else { return nil }
    let event = CommittedEvent(
      snapshot: plan.eventId(of: take.key), at: environment.clock.now, epoch: environment.epoch,
      consumer: consumer, employee: take.key, data: data, reason: plan.reason ?? "")
    return peek(\.filter).comesFromAllowed(event) ? event : nil
  }
}

extension DeliveryMachine.Job {
  var run: String? { if case .run(let id) = source { id } else { nil } }

  /// Whether its event has not been a dead letter yet.
  var isNew: Bool { if case .letter = source { false } else { true } }
}
