import Transport

/// The last stage: fans every committed event out to the webhooks that want it, each in order per
/// employee, none waiting for another.
///
/// The log is read once for all webhooks that keep up; each has a worker with its own lanes and
/// memory. What happened goes to the ledger; cursor and ledger together make a restart neither lose
/// nor needlessly repeat.
package actor Delivery: Stage {
  package nonisolated let name = StageName.delivery

  let environment: DeliveryEnvironment
  let options: DeliveryOptions
  private let slots: DeliverySlots
  var workers: [String: WebhookWorker] = [:]
  private var restored: [String: DeliveryMachine] = [:]
  /// The next line of the log to offer.
  private var position: UInt64 = 1
  /// Whether applications know that the disk is short of room.
  private var hasToldLowDisk = false
  private let wakes: AsyncStream<Void>
  private let wake: AsyncStream<Void>.Continuation

  package init(_ environment: DeliveryEnvironment, options: DeliveryOptions = DeliveryOptions()) {
    self.environment = environment
    self.options = options
    slots = DeliverySlots(options.concurrency)
    (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  private enum Part { case service, workers }

  /// Delivers until `stop`; throws when the log cannot be read, which must end the process.
  package func run() async throws {
    position = environment.committed.durableSeq + 1
    restored = try await restore()
    try await withThrowingTaskGroup(of: Part.self) { group in
      group.addTask { try await self.dispatch() }
      group.addTask { await self.keepTime() }
      group.addTask { await self.watchConfiguration() }
      group.addTask { await self.watchSpace() }
      group.addTask { try await self.superviseWorkers() }
      while let part = try await group.next() {
        if part == .workers { group.cancelAll() }
      }
    }
  }

  /// Finishes the attempts in flight, saves the cursors and lets `run` return.
  package nonisolated func stop() { wake.finish() }

  package var status: [WebhookDeliveryStatus] {
    workers.values.map(\.status).sorted { $0.webhookId < $1.webhookId }
  }
}

// MARK: - The parts that run at once

extension Delivery {
  /// Reads what becomes durable and offers it to every worker.
  private func dispatch() async throws -> Part {
    var bell = environment.committed.doorbell().makeAsyncIterator()
    repeat {
      while position <= environment.committed.durableSeq, !Task.isCancelled {
        let from = position
        let (outcomes, next) = try await environment.committed.outcomes(
          from: from, limit: WebhookWorker.batch)
        if next <= from { break }
        position = next
        for worker in workers.values { worker.offer(outcomes, from: from, next: next) }
      }
    } while await bell.next(isolation: self) != nil
    return .service
  }

  private func keepTime() async -> Part {
    while (try? await environment.clock.sleep(for: options.tick)) != nil {
      for worker in workers.values { worker.tick() }
    }
    return .service
  }

  private func watchSpace() async -> Part {
    while (try? await environment.clock.sleep(for: options.spaceEvery)) != nil {
      await lookAtSpace()
      await lookAtDisk()
      if await environment.forgetSecrets() { renewSignatures() }
    }
    return .service
  }

  /// Asked twice, as the first answer rests on a cursor that may be older than what it tells of.
  private func lookAtSpace() async {
    guard let id = await environment.mostPinning(), let worker = workers[id] else { return }
    await worker.persist()
    if await environment.mostPinning() == id { await overrun(id) }
  }

  /// Told once; an eighth more than the reserve must be free before it is news again.
  private func lookAtDisk() async {
    let (free, reserve) = environment.diskSpace()
    if free >= reserve + reserve / 8 { hasToldLowDisk = false }
    guard free < reserve, free > Self.tellingRoom, !hasToldLowDisk else { return }
    hasToldLowDisk = true
    for application in environment.configuration().applications.keys.sorted() {
      await environment.tell(.lowDisk(of: application, free: free, reserve: reserve))
    }
  }

  /// Below so many free bytes nothing is written that need not be.
  private static let tellingRoom: UInt64 = 1 << 20

  /// Secrets came or went: what is signed from now on is signed with those there are.
  package func renewSignatures() {
    for worker in workers.values { worker.renewSignature() }
  }

  private func watchConfiguration() async -> Part {
    for await _ in environment.configurationChanges() { wake.yield() }
    return .service
  }

  private func superviseWorkers() async throws -> Part {
    try await withThrowingDiscardingTaskGroup { group in
      start(reconcile(), in: &group)
      for await _ in wakes { start(reconcile(), in: &group) }
      for worker in workers.values { worker.stop() }
      await untilEnded(within: options.stopWithin)
      group.cancelAll()
    }
    return .workers
  }

  /// A receiver that takes its time must not hold up the end of the process: what is still in
  /// flight then counts as not tried.
  private func untilEnded(within patience: Duration) async {
    let end = ContinuousClock.now + patience
    while !workers.isEmpty, ContinuousClock.now < end, !Task.isCancelled {
      try? await ContinuousClock().sleep(for: Self.look)
    }
  }

  /// How often it is asked whether the last worker has ended.
  private static let look = Duration.milliseconds(5)

  private func start(
    _ fresh: [WebhookWorker], in group: inout ThrowingDiscardingTaskGroup<any Error>
  ) {
    for worker in fresh {
      group.addTask {
        do { try await worker.run() } catch {
          self.stop()  // the loop around waits where cancelling does not reach it
          throw error
        }
        await self.ended(worker)
      }
    }
  }

  /// A webhook that was stopped may have been enabled again meanwhile.
  private func ended(_ worker: WebhookWorker) {
    workers[worker.id] = nil
    if environment.configuration().webhooks[worker.id] == nil {
      environment.removeCursor(worker.id)
    }
    wake.yield()
  }
}

// MARK: - Workers and configuration

extension Delivery {
  /// Stops, updates and creates workers after the configuration.
  /// - Returns: the new ones, to be started.
  private func reconcile() -> [WebhookWorker] {
    let webhooks = environment.configuration().webhooks
    for (id, worker) in workers {
      if let webhook = webhooks[id], webhook.status != .disabled, webhook.since == worker.since {
        worker.update(webhook)
      } else {
        worker.stop()
      }
    }
    var fresh: [WebhookWorker] = []
    for webhook in webhooks.values where webhook.status != .disabled && workers[webhook.id] == nil {
      let worker = WebhookWorker(
        webhook, machine: machine(for: webhook), known: position, environment: environment,
        options: options, slots: slots)
      workers[webhook.id] = worker
      fresh.append(worker)
    }
    return fresh
  }

  /// Restored once; a webhook enabled again later starts anew.
  private func machine(for webhook: Webhook) -> DeliveryMachine {
    var machine = restored.removeValue(forKey: webhook.id) ?? fresh(webhook)
    machine.adopt(options.for(webhook))
    return machine
  }

  private func fresh(_ webhook: Webhook) -> DeliveryMachine {
    let queue = DeliveryQueue(from: webhook.since + 1, limits: options.limits)
    var machine = DeliveryMachine(queue: queue, schedule: options.schedule)
    machine.missed = missed(before: webhook)
    return machine
  }
}
