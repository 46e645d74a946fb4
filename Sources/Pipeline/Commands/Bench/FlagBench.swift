import Transport

/// Measures what each concurrency flag moves on this machine, with a load that keeps its stage busy:
/// at 1, at its default and at twice that, one right after the other.
struct FlagBench: Sendable {
  /// What keeps a stage busy.
  enum Load: Sendable {
    case calls(BenchCall)
    /// Receivers that take so long to answer, and how many webhooks and deliveries there are.
    case receivers(answerAfter: Duration, webhooks: Int, deliveries: Int)

    var name: String {
      switch self {
      case .calls(let call): "\(call.rawValue), 64 connections"
      case .receivers(let delay, let webhooks, _):
        "\(StartScreen.count(webhooks, "webhook")), answers after "
          + DurationText.text(milliseconds: Int(delay / .milliseconds(1)))
      }
    }
  }

  static let flags: [(name: String, loads: [Load])] = [
    ("loops", [.calls(.get), .calls(.create)]),
    ("mapping-lanes", [.calls(.create), .calls(.patch)]),
    (
      "delivery-concurrency",
      [.receivers(answerAfter: .milliseconds(50), webhooks: 100, deliveries: 10_000)]
    ),
    (
      "webhook-window",
      [.receivers(answerAfter: .milliseconds(20), webhooks: 1, deliveries: 400)]
    ),
  ]

  private static let connections = 64
  private static let users = 5000

  let directory: String
  /// Of one measurement of SCIM calls.
  let seconds: Duration
  let rounds: Int
  let environment: [String: String]

  func measure(_ names: Set<String>) async throws(ClientFailure) -> FlagBenchReport {
    var report = FlagBenchReport(rounds: rounds)
    for (name, loads) in Self.flags where names.isEmpty || names.contains(name) {
      let values = Self.values(of: name)
      for load in loads {
        var found: [Int: [FlagBenchReport.Sample]] = [:]
        for _ in 0..<rounds {
          for value in values {
            found[value, default: []].append(try await sample(load, "--\(name)=\(value)"))
          }
        }
        for value in values {
          report.rows.append(.init("--\(name)", value, load.name, found[value] ?? []))
        }
      }
    }
    return report
  }

  /// 1, the default, twice the default; each once.
  static func values(of flag: String) -> [Int] {
    let option = ServeOptions.table(for: .current).first { $0.name == flag }
    let usual = option?.fallback.flatMap { Int($0) } ?? 1
    return [1, usual, 2 * usual].enumerated()
      .filter { index, value in index == 0 || value > 1 }.map(\.element)
      .reduce(into: []) { values, value in if values.last != value { values.append(value) } }
  }

  private func sample(
    _ load: Load, _ option: String
  ) async throws(ClientFailure) -> FlagBenchReport.Sample {
    switch load {
    case .calls(let call): try await sample(call, option)
    case .receivers(let delay, let webhooks, let deliveries):
      try await sample(
        DeliveryThroughput(deliveries: deliveries, webhooks: webhooks, delay: delay), option)
    }
  }

  private func sample(
    _ call: BenchCall, _ option: String
  ) async throws(ClientFailure) -> FlagBenchReport.Sample {
    let server = try await TemporaryServer.start(
      in: directory, options: ["--log-level", "error", option], environment: environment)
    let result: Result<BenchReport, ClientFailure>
    do throws(ClientFailure) {
      let run = BenchRun(
        base: try server.base, token: server.made.apiToken, seconds: seconds,
        preload: call == .create ? 0 : Self.users, calls: [call], connections: [Self.connections],
        processorTime: { server.processorTime })
      result = .success(try await run.measure(disk: server.spool))
    } catch {
      result = .failure(error)
    }
    await server.stop()
    guard let row = try result.get().rows.last, row.failed == 0 else {
      throw ClientFailure("Calls failed with \(option).")
    }
    return .init(
      perSecond: row.perSecond, longest: row.latency.largest, processor: row.processorEach ?? 0)
  }

  private func sample(
    _ scenario: DeliveryThroughput, _ option: String
  ) async throws(ClientFailure) -> FlagBenchReport.Sample {
    let stage = try await DeliveryBenchStage.open(
      in: directory, options: [option], environment: environment)
    let result: Result<DeliveryBenchReport.Throughput, ClientFailure>
    do throws(ClientFailure) {
      result = .success(try await scenario.measure(on: stage))
    } catch {
      result = .failure(error)
    }
    await stage.close()
    let found = try result.get()
    guard found.isSound else { throw ClientFailure("Deliveries were lost with \(option).") }
    return .init(
      perSecond: found.perSecond, longest: Int(found.elapsed / .microseconds(1)),
      processor: Int(found.processorTime / .microseconds(1)) / max(1, found.deliveries))
  }
}
