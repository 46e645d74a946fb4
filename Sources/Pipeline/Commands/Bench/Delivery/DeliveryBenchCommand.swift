import Transport

/// `bench delivery`: how fast webhooks get their events, and whether bad receivers cost the good
/// ones anything.
package enum DeliveryBenchCommand {
  private enum Scenario: String, CaseIterable {
    case throughput, isolation, latency
  }

  package static let command = Command(
    "delivery", abstract: "Measure deliveries to webhooks, and how well they are kept apart",
    discussion: """
      throughput: events that wait for paused webhooks are let go.
      latency: one caller at a steady rate; from the SCIM answer to the webhook received.
      isolation: customers with one webhook each at a steady rate, all receivers good, then some \
      that hang, one that resets and one that drips; exit 1 when the good ones' p99 grows beyond \
      1.5 times (median of the pairs).
      Server, callers and receivers share the CPUs.
      """,
    examples: [
      .init("scim-hris bench delivery", "deliveries per second"),
      .init("scim-hris bench delivery --scenario isolation --hung 40", "40 of 100 hang"),
    ],
    options: [
      CommandOption(
        "scenario", .choice(Scenario.allCases.map(\.rawValue)), help: "What is measured.",
        default: "throughput"),
      CommandOption(
        "directory", .text("directory"),
        help: "Where the temporary spool lies: the disk that is used.", default: "."),
      CommandOption(
        "deliveries", .count(1...100_000_000), help: "For throughput: how many in all.",
        default: "200000"),
      CommandOption(
        "webhooks", .count(1...100), help: "For throughput: which of them each event goes to.",
        default: "8"),
      CommandOption("https", help: "For throughput: receivers speak TLS."),
      CommandOption(
        "answer-after", .duration(0...10_000),
        help: "For throughput: how long receivers take to answer.", default: "0ms"),
      CommandOption(
        "customers", .count(4...100), help: "For isolation: with one webhook each.",
        default: "100"),
      CommandOption(
        "rate", .count(1...100_000), help: "Events per second: 1000, or 200 for latency."),
      CommandOption(
        "seconds", .count(1...3600), help: "How long each run takes: 60, or 50 for latency."),
      CommandOption("pairs", .count(1...99), help: "For isolation.", default: "3"),
      CommandOption(
        "hung", .count(1...90), help: "For isolation: receivers that hang.", default: "1"),
      CommandOption(
        "serve-option", .text("word"), help: "A word for the temporary server: --loops=2.",
        isRepeating: true),
      CommandOption("json", help: "Print the result as JSON."),
    ],
    run: run)

  @Sendable private static func run(_ invocation: Invocation) async -> ExitCode {
    await invocation.show(measure)
  }

  private static func measure(
    _ invocation: Invocation
  ) async throws(ClientFailure) -> DeliveryBenchReport {
    var report = DeliveryBenchReport()
    switch invocation.text("scenario").flatMap(Scenario.init(rawValue:)) ?? .throughput {
    case .throughput:
      report.throughput = try await throughput(invocation)
    case .latency:
      let scenario = DeliveryPaced(
        customers: 1, rate: invocation.count("rate") ?? 200,
        seconds: invocation.count("seconds") ?? 50, callers: 1)
      report.paced = try await staged(invocation) { stage async throws(ClientFailure) in
        try await scenario.measure(on: stage, bad: nil, compared: 0..<1)
      }
    case .isolation: try await isolate(invocation, &report)
    }
    return report
  }

  private static func throughput(
    _ invocation: Invocation
  ) async throws(ClientFailure) -> DeliveryBenchReport.Throughput {
    var scenario = DeliveryThroughput(
      deliveries: invocation.count("deliveries") ?? 1,
      webhooks: invocation.count("webhooks") ?? 1,
      delay: .milliseconds(invocation.milliseconds("answer-after") ?? 0))
    var options: [String] = []
    var certificate: BenchCertificate?
    if invocation.flag("https") {
      let made = try await BenchCertificate.make(in: invocation.text("directory") ?? ".")
      (certificate, scenario.identity, options) = (made, made.identity, made.serverOptions)
    }
    defer { certificate?.remove() }
    return try await staged(invocation, options) { stage async throws(ClientFailure) in
      try await scenario.measure(on: stage)
    }
  }

  private static func isolate(
    _ invocation: Invocation, _ report: inout DeliveryBenchReport
  ) async throws(ClientFailure) {
    let (customers, hung) = (invocation.count("customers") ?? 100, invocation.count("hung") ?? 1)
    guard hung + 2 < customers else {
      throw ClientFailure("Of \(customers) customers' receivers one at least must be good.", .usage)
    }
    let scenario = DeliveryPaced(
      customers: customers, rate: invocation.count("rate") ?? 1000,
      seconds: invocation.count("seconds") ?? 60, callers: 32)
    let (bad, compared) = (DeliveryPaced.Bad(hung: hung), hung + 2..<customers)
    report.bad = "\(hung) hung, one resetting, one dripping"
    for _ in 0..<(invocation.count("pairs") ?? 3) {
      let good = try await staged(invocation) { stage async throws(ClientFailure) in
        try await scenario.measure(on: stage, bad: nil, compared: compared)
      }
      let worse = try await staged(invocation) { stage async throws(ClientFailure) in
        try await scenario.measure(on: stage, bad: bad, compared: compared)
      }
      report.pairs.append(.init(good: good, bad: worse))
    }
  }

  /// Runs one scenario against a server of its own.
  private static func staged<Found: Sendable>(
    _ invocation: Invocation, _ options: [String] = [],
    _ body: (DeliveryBenchStage) async throws(ClientFailure) -> Found
  ) async throws(ClientFailure) -> Found {
    let stage = try await DeliveryBenchStage.open(
      in: invocation.text("directory") ?? ".",
      options: options + invocation.values("serve-option").values,
      environment: invocation.environment)
    let result: Result<Found, ClientFailure>
    do throws(ClientFailure) {
      result = .success(try await body(stage))
    } catch {
      result = .failure(error)
    }
    await stage.close()
    return try result.get()
  }
}
