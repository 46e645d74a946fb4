import Transport

/// `bench`: what this machine and its disk make of the server.
package enum BenchCommand {
  package static let command = Command(
    "bench", abstract: "Measure durable writes, reads and look-ups per second",
    discussion: """
      Starts a temporary server in a process of its own, unless --base-url names a running one, \
      and keeps 1, 16 and 64 connections busy with each call. Client and server share the CPUs.
      """,
    examples: [.init("scim-hris bench --users 100000", "look-ups among many users")],
    options: [
      CommandOption(
        "base-url", .url, help: "The SCIM 2.0 Base URL of a running server's connection.",
        environment: "SCIM_HRIS_BASE_URL"),
      CommandOption(
        "token", .text("token"), help: "Its API token.", environment: "SCIM_HRIS_TOKEN"),
      CommandOption(
        "directory", .text("directory"),
        help: "Where the temporary spool lies: the disk that is measured.", default: "."),
      CommandOption("seconds", .count(1...600), help: "How long for each row.", default: "5"),
      CommandOption(
        "users", .count(0...10_000_000), help: "Users made before anything is measured.",
        default: "0"),
      CommandOption(
        "call", .choice(BenchCall.allCases.map(\.rawValue)),
        help: "Only these rows; without, all of them.", isRepeating: true),
      CommandOption(
        "serve-option", .text("word"), help: "A word for the temporary server: --loops=2.",
        isRepeating: true),
      CommandOption("json", help: "Print the result as JSON."),
    ],
    subcommands: [
      SpoolBenchCommand.command, DeliveryBenchCommand.command, EmployeeBenchCommand.command,
      FlagBenchCommand.command,
    ], run: run)

  @Sendable private static func run(_ invocation: Invocation) async -> ExitCode {
    await invocation.show(measure)
  }

  private static func measure(
    _ invocation: Invocation
  ) async throws(ClientFailure) -> BenchReport {
    let seconds = Duration.seconds(invocation.count("seconds") ?? 5)
    let preload = invocation.count("users") ?? 0
    let directory = invocation.text("directory") ?? "."
    if let text = invocation.text("base-url") {
      guard let base = try? HTTPURL(parsing: text), let token = invocation.text("token") else {
        throw ClientFailure("With --base-url the API token is needed too: SCIM_HRIS_TOKEN.", .usage)
      }
      let run = BenchRun(
        base: base, token: Secret(token), seconds: seconds, preload: preload,
        calls: calls(invocation))
      return try await run.measure(disk: directory)
    }
    return try await invocation.onTemporaryServer { server async throws(ClientFailure) in
      let run = BenchRun(
        base: try server.base, token: server.made.apiToken, seconds: seconds, preload: preload,
        calls: calls(invocation), processorTime: { server.processorTime })
      return try await run.measure(disk: server.spool)
    }
  }

  private static func calls(_ invocation: Invocation) -> Set<BenchCall> {
    let named = invocation.values("call").values.compactMap(BenchCall.init(rawValue:))
    return Set(named.isEmpty ? BenchCall.allCases : named)
  }
}
