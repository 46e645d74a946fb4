import Transport

/// `simulate`: plays an identity provider against a running server, so that nobody needs a tenant.
package enum SimulateCommand {
  package static let command = Command(
    "simulate", abstract: "Play an identity provider",
    subcommands: [okta, entra, oneLogin, jumpCloud])

  private static let okta = provider(
    "okta", abstract: "Play Okta: its exact calls, with believable people", options: [groups]
  ) { OktaDialect(importsGroups: ($0.count("groups") ?? 0) > 0) }

  private static let entra = provider(
    "entra", abstract: "Play Microsoft Entra ID, in either of its PATCH dialects",
    options: [
      groups,
      CommandOption(
        "dialect", .choice(EntraDialect.Wording.allCases.map(\.rawValue)),
        help: "flag is what a tenant URL with ?aadOptscim062020 brings.",
        default: EntraDialect.Wording.standard.rawValue),
    ]
  ) { EntraDialect($0.text("dialect").flatMap(EntraDialect.Wording.init) ?? .standard) }

  private static let oneLogin = provider(
    "onelogin", abstract: "Play OneLogin: whole users by PUT, schemas from before the RFCs",
    options: [groups]
  ) { _ in OneLoginDialect() }

  private static let jumpCloud = provider(
    "jumpcloud", abstract: "Play JumpCloud: whole users by PUT, almost empty for who leaves"
  ) { _ in JumpCloudDialect() }

  private static func provider(
    _ name: String, abstract: String, options: [CommandOption] = [],
    dialect: @escaping @Sendable (Invocation) -> any ProviderDialect
  ) -> Command {
    Command(
      name, abstract: abstract,
      discussion: """
        Without --base-url it makes and uses a connection of its own, which feeds the built-in \
        inspector only; no customer's employees are touched. The same seed makes the same people: \
        a second run finds them and updates them.
        """,
      examples: [
        .init("scim-hris simulate \(name) --users 20", "the server that runs here"),
        .init("scim-hris simulate \(name) --clean", "take the people away again"),
      ],
      options: shared + options,
      run: { invocation in await run(invocation, as: dialect(invocation)) })
  }

  private static let groups = CommandOption(
    "groups", .count(0...1000), help: "How many groups are pushed after them.", default: "0")

  private static let shared = [
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
    .authorities,
    CommandOption("users", .count(1...1_000_000), help: "How many people.", default: "20"),
    CommandOption(
      "rate", .count(1...1_000_000), help: "Calls per second at most; without, all it takes."),
    CommandOption("seed", .count(0...Int.max), help: "Which company.", default: "1"),
    CommandOption("connections", .count(1...512), help: "Calls at once.", default: "4"),
    CommandOption("clean", help: "Delete what simulations made, instead."),
    CommandOption(
      "into-live", help: "Go on although the connection has employees that are not simulated."),
    CommandOption("json", help: "Print the result as JSON."),
  ]

  private static func run(
    _ invocation: Invocation, as dialect: any ProviderDialect
  ) async -> ExitCode {
    let loop = EventLoop(name: "simulator")
    defer { loop.stop() }
    let http = HTTPClient(loop: loop, trust: TLSTrust(invocation))
    do throws(ClientFailure) {
      let target = try await SimulationTarget(invocation, as: dialect, http: http)
      let run = SimulationRun(invocation, as: dialect, target: target)
      return try await invocation.flag("clean") ? run.clean() : run.simulate()
    } catch {
      Terminal.write("Error: \(error.sentence)\n", to: .error)
      return error.exit
    }
  }
}
