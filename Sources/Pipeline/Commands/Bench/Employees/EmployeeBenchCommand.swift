import Transport

/// `bench employees`: how fast an application reads the directory, page by page.
package enum EmployeeBenchCommand {
  package static let command = Command(
    "employees", abstract: "Measure employees read per second, in pages, over the API",
    discussion: """
      Fills a temporary server with people who have managers and groups, then lets each connection \
      read the whole directory from its first page to its last, again and again. Per second are \
      employees; the times and the CPU are those of one page. A pass that does not show everybody \
      counts as failed. Client and server share the CPUs.
      """,
    examples: [.init("scim-hris bench employees --connections 4", "four readers at once")],
    options: [
      CommandOption(
        "users", .count(1...10_000_000), help: "People in the directory.", default: "100000"),
      CommandOption("page", .count(1...1000), help: "Employees on a page.", default: "100"),
      CommandOption(
        "connections", .count(1...256), help: "Readers at once; without, 1 and 4 of them."),
      CommandOption("seconds", .count(1...600), help: "How long for each row.", default: "5"),
      CommandOption(
        "directory", .text("directory"),
        help: "Where the temporary spool lies: the disk that is used.", default: "."),
      CommandOption(
        "serve-option", .text("word"), help: "A word for the temporary server: --loops=2.",
        isRepeating: true),
      CommandOption("json", help: "Print the result as JSON."),
    ], run: run)

  @Sendable private static func run(_ invocation: Invocation) async -> ExitCode {
    await invocation.show(measure)
  }

  private static func measure(
    _ invocation: Invocation
  ) async throws(ClientFailure) -> BenchReport {
    try await invocation.onTemporaryServer { server async throws(ClientFailure) in
      try await EmployeeBench(
        base: try server.base, made: server.made, users: invocation.count("users") ?? 100_000,
        page: invocation.count("page") ?? 100,
        seconds: .seconds(invocation.count("seconds") ?? 5),
        connections: invocation.count("connections").map { [$0] } ?? [1, 4],
        processorTime: { server.processorTime }
      ).measure()
    }
  }
}
