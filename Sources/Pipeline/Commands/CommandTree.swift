import Transport

/// Every command there is, in the order `--help` lists them.
package enum CommandTree {
  package static let root = Command(
    "scim-hris", abstract: "Receive people from Okta by SCIM, tell your server by webhook",
    discussion: """
      Without a command it serves: scim-hris is scim-hris serve. Everything is kept in one \
      directory, ./spool unless --spool names another.
      """,
    subcommands: [
      serve, DemoCommand.command, SimulateCommand.command, StatusCommand.command,
      ConnectCommand.command, ApplicationCommand.command, TokenCommand.command, KeyCommand.command,
      WebhookCommand.command, DeliveryCommand.command, EventsCommand.command,
      EmployeesCommand.command, APICommand.command,
      ReceiveCommand.command, ListenCommand.command, SpoolCommand.command, DoctorCommand.command,
      ConformanceCommand.command, BackupCommand.command, RestoreCommand.command,
      BenchCommand.command, VersionCommand.command,
    ])

  private static let serve = Command(
    "serve", abstract: "Run the server; the command when none is given",
    discussion: """
      Every option can also be set by an environment variable: --public-url by \
      SCIM_HRIS_PUBLIC_URL, a list with commas in between. Shown is the value in force and where \
      it came from.
      """,
    examples: [
      .init("scim-hris serve --public-url https://scim.example.com", "behind a proxy with TLS")
    ],
    options: ServeOptions.table(for: .current), inForce: ServeOptions.inForce,
    run: { invocation in
      do throws(UsageError) {
        return await ServeCommand(try Settings(invocation)).run()
      } catch {
        Terminal.write(error.message(path: ["serve"]) + "\n", to: .error)
        return .usage
      }
    })
}
