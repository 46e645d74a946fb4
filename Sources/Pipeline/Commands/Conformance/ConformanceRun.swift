import Transport

/// Runs the checks against one server, one after the other, and takes away what they made.
struct ConformanceRun: Sendable {
  let caller: any ConformanceCaller
  let checks: [ConformanceCheck]

  /// - Parameter report: told of each result as it comes.
  /// - Throws: when there is no server to ask.
  func run(
    _ report: (ConformanceReport.Result) -> Void = { _ in }
  ) async throws(ClientFailure) -> ConformanceReport {
    let probe = ConformanceProbe(caller: caller, features: try await features())
    var results: [ConformanceReport.Result] = []
    for check in checks {
      let result = ConformanceReport.Result(check: check, ending: await ending(of: check, probe))
      results.append(result)
      report(result)
    }
    return ConformanceReport(results: results, left: await probe.cleanUp())
  }

  private func ending(
    of check: ConformanceCheck, _ probe: ConformanceProbe
  ) async -> ConformanceReport.Ending {
    guard check.needs.allSatisfy(probe.features.has) else { return .notSupported }
    do throws(Unmet) {
      try await check.body(probe)
      return .passed
    } catch {
      switch error {
      case .failed(let why): return .failed(why)
      case .notSupported: return .notSupported
      }
    }
  }

  private func features() async throws(ClientFailure) -> ServiceFeatures {
    let types = try await read("/ResourceTypes")
    return ServiceFeatures(
      config: try await read("/ServiceProviderConfig"), types: types["Resources"]?.array ?? [])
  }

  private func read(_ target: String) async throws(ClientFailure) -> JSONValue {
    switch await caller.send(ProbeRequest(method: "GET", target: target)) {
    case .failure(let silence):
      throw ClientFailure("The server does not answer: \(silence.reason).", .inputOutput)
    case .success(let response):
      guard response.status == 200 else { return .null }
      return (try? JSONValue(parsing: response.body)) ?? .null
    }
  }
}
