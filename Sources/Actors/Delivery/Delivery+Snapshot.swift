import Transport

/// The present state of every employee, for a webhook that lacks events or asks for it.
extension Delivery {
  /// Why a snapshot is sent, as its events say.
  enum SnapshotReason: String { case overrun, requested }

  /// Sends `employee.snapshot` for every employee of the webhook's consumers, deleted ones too, in
  /// place of a snapshot that still goes on.
  ///
  /// - Returns: how many; nil when there is no such webhook or it is disabled; 0 when it gets no
  ///   events of employees.
  package func snapshot(webhook: String) async -> Int? {
    guard let worker = workers[webhook] else { return nil }
    guard let plan = await plan(for: worker, .requested) else { return 0 }
    worker.change { $0.machine.start(plan) }
    await worker.persist()
    return Int(plan.through)
  }

  /// The webhook gives up what it has not sent, so that the log finds room; the present state takes
  /// its place.
  ///
  /// - Parameter limit: what it has not read yet behind this line is still sent.
  /// - Returns: what was given up; nil when there is nothing.
  @discardableResult
  package func overrun(
    _ webhook: String, through limit: UInt64 = .max
  ) async -> DeliveryOverrun? {
    guard let worker = workers[webhook] else { return nil }
    // First the end, then the employees: whoever comes between them is in both, nobody in neither.
    let end = environment.committed.durableSeq
    let plan = await plan(for: worker, .overrun)
    let ledger = environment.ledger
    let overrun = worker.change { state -> DeliveryOverrun? in
      let cursor = state.machine.cursor(since: state.webhook.since, ledgerEnd: ledger.lastSeq)
      let through = min(end, max(limit, max(state.machine.queue.read, 1) - 1))
      guard cursor.neededFrom <= through else { return nil }
      let overrun = DeliveryOverrun(
        id: ULID.make(prefix: "ovr_"), webhookId: webhook, from: cursor.neededFrom,
        through: through, snapshot: plan?.id, employees: Int(plan?.through ?? 0),
        durableSeq: end)
      state.machine.giveUp(through: through)
      state.known = max(state.known, through + 1)
      if let plan { state.machine.start(plan) }
      ledger.append(overrun)
      return overrun
    }
    guard let overrun else { return nil }
    await worker.persist()
    environment.log.error(
      "webhook overrun: what it was not sent is given up, the present state will be sent instead",
      [
        "webhook": webhook, "from": overrun.from, "through": overrun.through,
        "employees": overrun.employees,
      ])
    environment.observeOverrun(overrun)
    return overrun
  }

  /// - Returns: nil when there is nobody to tell of.
  private func plan(
    for worker: WebhookWorker, _ reason: SnapshotReason
  ) async -> DeliveryRun.Plan? {
    let webhook = worker.peek(\.webhook)
    guard EventSubscription(names: webhook.events).includesEmployees else { return nil }
    var shares: [DeliveryRun.Share] = []
    for id in consumers(of: webhook) {
      let count = await employeeCount(of: id)
      if count > 0 { shares.append(DeliveryRun.Share(id: id, count: count)) }
    }
    let total = shares.reduce(0) { $0 + $1.count }
    guard total > 0 else { return nil }
    var plan = DeliveryRun.Plan(
      id: ULID.make(prefix: "snp_"), kind: .snapshot, from: 1, through: UInt64(total),
      reason: reason.rawValue)
    plan.consumers = shares
    return plan
  }

  private func consumers(of webhook: Webhook) -> [String] {
    environment.configuration().consumers.values.filter { consumer in
      consumer.applicationId == webhook.applicationId
        && webhook.consumerIds?.contains(consumer.id) ?? true
    }.map(\.id).sorted()
  }

  private func employeeCount(of consumer: String) async -> Int {
    var count = 0
    var last: String?
    while true {
      let ids = await environment.employeeIds(consumer, last, EmployeeWalk.stretch)
      count += ids.count
      if ids.count < EmployeeWalk.stretch { return count }
      last = ids.last
    }
  }
}
