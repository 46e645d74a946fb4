import Transport

/// `simulate okta`: plays Okta against a running server, so that nobody needs an Okta tenant.
package enum SimulateCommand {
  package static let command = Command(
    "simulate", abstract: "Play an identity provider", subcommands: [okta])

  private static let okta = Command(
    "okta", abstract: "Play Okta: its exact calls, with believable people",
    discussion: """
      Without --base-url it makes and uses a connection of its own, which feeds the built-in \
      inspector only; no customer's employees are touched. The same seed makes the same people: \
      a second run finds them and updates them.
      """,
    examples: [
      .init("scim-hris simulate okta --users 20", "the server that runs here"),
      .init("scim-hris simulate okta --clean", "take the people away again"),
    ],
    options: [
      CommandOption(
        "base-url", .url, help: "The SCIM 2.0 Base URL of a connection.",
        environment: "SCIM_HRIS_BASE_URL"),
      CommandOption(
        "token", .text("token"),
        help: "Its API token; arguments show in `ps`, the variable does not.",
        environment: "SCIM_HRIS_TOKEN"),
      CommandOption(
        "spool", .text("directory"), help: "The spool of the server that runs here.",
        default: "./spool", environment: "SCIM_HRIS_SPOOL"),
      CommandOption("users", .count(1...1_000_000), help: "How many people.", default: "20"),
      CommandOption(
        "rate", .count(1...1_000_000), help: "Calls per second at most; without, all it takes."),
      CommandOption("seed", .count(0...Int.max), help: "Which company.", default: "1"),
      CommandOption("connections", .count(1...512), help: "Calls at once.", default: "4"),
      CommandOption("clean", help: "Delete the people simulations made, instead."),
      CommandOption(
        "into-live", help: "Go on although the connection has employees that are not simulated."),
      CommandOption("json", help: "Print the result as JSON."),
    ],
    run: run)

  @Sendable private static func run(_ invocation: Invocation) async -> ExitCode {
    let loop = EventLoop(name: "simulator")
    defer { loop.stop() }
    let http = HTTPClient(loop: loop)
    do throws(ClientFailure) {
      let target = try await SimulationTarget(invocation, http: http)
      let run = SimulationRun(invocation, target: target)
      return try await invocation.flag("clean") ? run.clean() : run.simulate()
    } catch {
      Terminal.write("Error: \(error.sentence)\n", to: .error)
      return error.exit
    }
  }
}
