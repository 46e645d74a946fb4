import Transport

/// What a benchmark found, as it is shown.
protocol BenchOutcome: Sendable {
  var text: String { get }
  var json: JSONValue { get }
  /// Whether nothing failed, however fast it was.
  var isSound: Bool { get }
}

extension BenchReport: BenchOutcome {
  var isSound: Bool { rows.allSatisfy { $0.failed == 0 } }
}

extension DeliveryBenchReport: BenchOutcome {}

extension Invocation {
  /// Measures, shows what was found as --json says, and ends with it.
  func show(
    _ measure: (Invocation) async throws(ClientFailure) -> some BenchOutcome
  ) async -> ExitCode {
    do throws(ClientFailure) {
      let found = try await measure(self)
      Terminal.write(flag("json") ? found.json.pretty() + "\n" : found.text)
      return found.isSound ? .success : .failure
    } catch {
      Terminal.write("Error: \(error.sentence)\n", to: .error)
      return error.exit
    }
  }

  /// The report of a measurement on a temporary server, which ends with it.
  func onTemporaryServer(
    _ measure: (TemporaryServer) async throws(ClientFailure) -> BenchReport
  ) async throws(ClientFailure) -> BenchReport {
    let server = try await TemporaryServer.start(
      in: text("directory") ?? ".",
      options: ["--log-level", "warning"] + values("serve-option").values,
      environment: environment)
    let result: Result<BenchReport, ClientFailure>
    do throws(ClientFailure) {
      var report = try await measure(server)
      report.peakMemory = server.peakMemory
      result = .success(report)
    } catch {
      result = .failure(error)
    }
    await server.stop()
    return try result.get()
  }
}
