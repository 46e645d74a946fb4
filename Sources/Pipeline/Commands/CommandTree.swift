import Transport

/// Every command there is, in the order `--help` lists them.
enum CommandTree {
  static let root = Command(
    "scim-hris",
    abstract: "Receive SCIM pushes, keep employees, deliver signed webhooks",
    subcommands: [serve])

  private static let serve = Command(
    "serve", abstract: "Run the server; the command when none is given",
    options: ServeOptions.table(for: .current), inForce: ServeOptions.inForce,
    run: { invocation in
      do throws(UsageError) {
        return await ServeCommand(try Settings(invocation)).run()
      } catch {
        Terminal.write(error.message(path: ["serve"]), to: .error)
        return .usage
      }
    })
}
