import Transport

/// Events at a steady rate, spread over customers with a webhook each, some of whose receivers may
/// be bad: what the good ones notice of that.
struct DeliveryPaced: Sendable {
  /// Persons of one customer, whose events come in turn.
  private static let people = 3
  /// After the last answer: time for what is still on its way to a good receiver.
  private static let grace: Duration = .seconds(10)

  let customers: Int
  /// Events per second in all.
  let rate: Int
  let seconds: Int
  /// Callers at once; with one, each waits for the answer before.
  let callers: Int

  /// Which receivers are bad, and how, in a run with bad ones.
  struct Bad: Sendable {
    var hung: Int

    func manner(_ customer: Int) -> DeliverySink.Manner {
      if customer < hung { return .hangs }
      return customer == hung ? .resets : customer == hung + 1 ? .drips : .good
    }
  }

  /// - Parameters:
  ///   - bad: nil for a run in which every receiver is good.
  ///   - compared: customers that count; the good ones of both runs of a pair.
  func measure(
    on stage: DeliveryBenchStage, bad: Bad?, compared: Range<Int>
  ) async throws(ClientFailure) -> DeliveryBenchReport.Paced {
    let arrivals = DeliveryArrivals(numbers: rate * seconds, people: customers * Self.people)
    let sink = try await DeliverySink(arrivals)
    let result: Result<DeliveryBenchReport.Paced, ClientFailure>
    do throws(ClientFailure) {
      let all = try await prepare(stage, sink, bad)
      result = .success(await run(stage, sink, arrivals, all, compared))
    } catch {
      result = .failure(error)
    }
    await sink.stop()
    return try result.get()
  }

  private func prepare(
    _ stage: DeliveryBenchStage, _ sink: DeliverySink, _ bad: Bad?
  ) async throws(ClientFailure) -> [DeliveryBenchStage.Customer] {
    var all: [DeliveryBenchStage.Customer] = []
    for number in 0..<customers {
      let fresh = try await stage.addCustomer("Customer \(number)")
      all.append(try await stage.people(Self.people, of: fresh))
      let url = sink.url(0, bad?.manner(number) ?? .good)
      _ = try await stage.addWebhook(url, consumer: fresh.consumerId)
    }
    return all
  }

  private func run(
    _ stage: DeliveryBenchStage, _ sink: DeliverySink, _ arrivals: DeliveryArrivals,
    _ all: [DeliveryBenchStage.Customer], _ compared: Range<Int>
  ) async -> DeliveryBenchReport.Paced {
    let isMeant = { @Sendable (number: Int) in compared.contains(number % customers) }
    let cpu = stage.server.processorTime ?? .zero
    let start = Deadline.now
    let refused = await withTaskGroup(of: Int?.self) { group in
      group.addTask {
        await sink.run()
        return nil
      }
      let numbers = Cursor(end: rate * seconds)
      for _ in 0..<callers {
        group.addTask { await push(numbers, from: start, stage, all, arrivals) }
      }
      var refused = 0
      for _ in 0..<callers { refused += await group.next().flatMap { $0 } ?? 0 }
      await settle(arrivals, isMeant)
      group.cancelAll()
      return refused
    }
    let elapsed = Deadline.now.duration(since: start)
    let summary = arrivals.summary
    return DeliveryBenchReport.Paced(
      events: rate * seconds, refused: refused, lost: arrivals.missing(where: isMeant),
      duplicates: summary.duplicates, inversions: summary.inversions,
      latency: arrivals.latency(where: isMeant), elapsed: elapsed,
      processorTime: (stage.server.processorTime ?? .zero) - cpu)
  }

  /// Each number at its time, however late the ones before were answered.
  private func push(
    _ numbers: Cursor, from start: Deadline, _ stage: DeliveryBenchStage,
    _ all: [DeliveryBenchStage.Customer], _ arrivals: DeliveryArrivals
  ) async -> Int {
    var refused = 0
    while let number = numbers.take() {
      let due = start.advanced(by: .nanoseconds(Int64(number) * 1_000_000_000 / Int64(rate)))
      let now = Deadline.now
      if due > now { try? await ContinuousClock().sleep(for: due.duration(since: now)) }
      let customer = all[number % customers]
      let person = customer.people[number / customers % Self.people]
      if await stage.change(person, of: customer, to: number) {
        arrivals.answered(number)
      } else {
        refused += 1
      }
    }
    return refused
  }

  private func settle(_ arrivals: DeliveryArrivals, _ isMeant: @Sendable (Int) -> Bool) async {
    let end = Deadline.after(Self.grace)
    while arrivals.missing(where: isMeant) > 0, Deadline.now < end {
      try? await ContinuousClock().sleep(for: .milliseconds(50))
    }
  }
}
