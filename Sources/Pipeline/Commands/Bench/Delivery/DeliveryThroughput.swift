import Transport

/// How fast events that wait reach receivers: signing, sending and the ledger.
///
/// The webhooks are paused while the events come in; then all are let go together.
struct DeliveryThroughput: Sendable {
  private static let connections = 64
  /// Without any receipt for so long, what is missing counts as lost.
  private static let quiet: Duration = .seconds(15)

  let deliveries: Int
  let webhooks: Int
  /// How long receivers take to answer.
  let delay: Duration
  /// Makes them speak TLS.
  var identity: TLSIdentity?

  private var events: Int { max(1, deliveries / webhooks) }

  func measure(on stage: DeliveryBenchStage) async throws(ClientFailure)
    -> DeliveryBenchReport.Throughput
  {
    let arrivals = DeliveryArrivals(numbers: events, people: events, receivers: webhooks)
    let sink = try await DeliverySink(arrivals, delay: delay, identity: identity)
    let result: Result<DeliveryBenchReport.Throughput, ClientFailure>
    do throws(ClientFailure) {
      result = .success(try await measure(on: stage, sink, arrivals))
    } catch {
      result = .failure(error)
    }
    await sink.stop()
    return try result.get()
  }

  private func measure(
    on stage: DeliveryBenchStage, _ sink: DeliverySink, _ arrivals: DeliveryArrivals
  ) async throws(ClientFailure) -> DeliveryBenchReport.Throughput {
    var ids: [String] = []
    for receiver in 0..<webhooks {
      ids.append(try await stage.addWebhook(sink.url(receiver), isPaused: true))
    }
    try await createEvents(on: stage)
    let cpu = stage.server.processorTime ?? .zero
    let start = Deadline.now
    for id in ids {
      let body = JSONObject([.init(name: "status", value: "Enabled")])
      _ = try await stage.api.call("PATCH", "/webhooks/\(id)", body: body)
    }
    let memory = await watch(arrivals, stage.server)
    let summary = arrivals.summary
    let spent = (stage.server.processorTime ?? .zero) - cpu
    return DeliveryBenchReport.Throughput(
      webhooks: webhooks, deliveries: summary.firsts, lost: events * webhooks - summary.firsts,
      duplicates: summary.duplicates, inversions: summary.inversions,
      elapsed: summary.lastFirst.duration(since: start), processorTime: spent, memory: memory)
  }

  private func createEvents(on stage: DeliveryBenchStage) async throws(ClientFailure) {
    let customer = try stage.first
    guard let address = customer.base.address else {
      throw ClientFailure("The server's Base URL has no address.")
    }
    let request = BenchRequest.create(
      base: customer.base, token: customer.token, run: "delivery", title: "n" + BenchRequest.mark)
    let load = BenchLoad(loop: stage.loop, address: .ip(address, port: customer.base.port))
    let made = await load.run(
      .create(request, numbers: Cursor(end: events)), connections: Self.connections,
      for: .seconds(86_400))
    guard made.failed == 0 else {
      throw ClientFailure("The events for the benchmark were not made: \(made.reason ?? "?").")
    }
  }

  /// Waits for all, and looks at the server's memory at each tenth.
  private func watch(_ arrivals: DeliveryArrivals, _ server: TemporaryServer) async -> [Int] {
    let wanted = events * webhooks
    var memory: [Int] = []
    var (last, since) = (0, Deadline.now)
    while true {
      let firsts = arrivals.firsts
      if firsts > last { (last, since) = (firsts, .now) }
      if firsts * 10 >= wanted * (memory.count + 1) {
        memory.append(server.residentMemory ?? 0)
      }
      let isQuiet = Deadline.now.duration(since: since) > Self.quiet
      if firsts >= wanted || isQuiet { return memory }
      try? await ContinuousClock().sleep(for: .milliseconds(5))
    }
  }
}
