import Transport

/// `bench flags`: which concurrency flag is worth turning on this machine.
package enum FlagBenchCommand {
  package static let command = Command(
    "flags", abstract: "Measure what each concurrency flag of serve moves on this machine",
    discussion: """
      Each with a load that keeps its stage busy, at 1, at its default and at twice that, one right \
      after the other, each time with a fresh temporary server. A flag whose rows are alike has \
      nothing to give here.
      """,
    examples: [.init("scim-hris bench flags --flag mapping-lanes", "only this one")],
    options: [
      CommandOption(
        "flag", .choice(FlagBench.flags.map(\.name)), help: "Only this flag.", isRepeating: true),
      CommandOption(
        "directory", .text("directory"),
        help: "Where the temporary spools lie: the disk that is used.", default: "."),
      CommandOption(
        "seconds", .count(1...600), help: "How long each measurement of SCIM calls takes.",
        default: "3"),
      CommandOption("rounds", .count(1...99), help: "Measurements of each value.", default: "3"),
      CommandOption("json", help: "Print the result as JSON."),
    ],
    run: run)

  @Sendable private static func run(_ invocation: Invocation) async -> ExitCode {
    let bench = FlagBench(
      directory: invocation.text("directory") ?? ".",
      seconds: .seconds(invocation.count("seconds") ?? 3),
      rounds: invocation.count("rounds") ?? 3, environment: invocation.environment)
    do throws(ClientFailure) {
      let report = try await bench.measure(Set(invocation.values("flag").values))
      Terminal.write(invocation.flag("json") ? report.json.pretty() + "\n" : report.text)
      return .success
    } catch {
      Terminal.write("Error: \(error.sentence)\n", to: .error)
      return error.exit
    }
  }
}
