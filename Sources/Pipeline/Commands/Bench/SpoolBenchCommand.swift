import Transport

/// `bench spool`: what the spool makes of a disk, beside what anybody could do with the same disk.
package enum SpoolBenchCommand {
  package static let command = Command(
    "spool", abstract: "Measure the spool beside a plain loop and SQLite on the same disk",
    discussion: """
      Durable lines of 1 KiB per second. Writers of the spool wait for each of their lines before \
      they append the next. Beside them the same disk does one thread's write and fdatasync, again \
      and again, and SQLite one transaction per row in WAL mode with synchronous=FULL. Each row is \
      measured in pairs with the plain loop, one right after the other; shown are medians.
      """,
    examples: [.init("scim-hris bench spool --directory /var/lib", "that disk")],
    options: [
      CommandOption(
        "directory", .text("directory"),
        help: "Where the temporary files lie: the disk that is measured.", default: "."),
      CommandOption(
        "time", .duration(20...60_000), help: "How long one half of a pair takes.",
        default: "500ms"),
      CommandOption("pairs", .count(1...99), help: "Pairs for each row.", default: "5"),
      CommandOption("json", help: "Print the result as JSON."),
    ],
    run: run)

  @Sendable private static func run(_ invocation: Invocation) async -> ExitCode {
    let bench = SpoolBench(
      directory: invocation.text("directory") ?? ".",
      time: .milliseconds(invocation.milliseconds("time") ?? 500),
      pairs: invocation.count("pairs") ?? 5)
    do {
      let report = try await bench.measure()
      Terminal.write(invocation.flag("json") ? report.json.pretty() + "\n" : report.text)
      return .success
    } catch {
      Terminal.write("Error: The disk cannot be measured: \(error).\n", to: .error)
      return .inputOutput
    }
  }
}
