import Transport

/// `demo`: the whole way once, from a push to a verified webhook, with nothing to set up.
package enum DemoCommand {
  package static let command = Command(
    "demo", abstract: "Show it working: server, Okta's calls and a receiver in one go",
    discussion: """
      Starts a server on a temporary spool and a free port, pushes people into it as Okta would, \
      receives the webhooks, checks every signature and every order, and removes everything. \
      Exits with 0 only if nothing was lost, out of order or badly signed.
      """,
    options: [
      CommandOption("users", .count(1...100_000), help: "How many people.", default: "200"),
      CommandOption("seed", .count(0...Int.max), help: "Which company.", default: "1"),
      CommandOption(
        "rate", .count(1...1_000_000), help: "Calls per second at most; without, all it takes."),
      CommandOption("connections", .count(1...512), help: "Calls at once.", default: "4"),
      CommandOption("all", help: "Print every event."),
    ],
    run: { invocation in
      do throws(ClientFailure) {
        return try await DemoRun(invocation).run()
      } catch {
        Terminal.write("Error: \(error.sentence)\n", to: .error)
        return error.exit
      }
    })
}
