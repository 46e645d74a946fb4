import Transport

/// `spool repair`: makes a spool start again whose start is refused. With nobody holding it.
extension SpoolCommand {
  static let repair = Command(
    "repair", abstract: "Make a spool start again: cut a torn end, or give up what is lost",
    discussion: """
      The server must not run. --cut-tail does what the next start does by itself: an end that \
      was never acknowledged is cut and kept in torn/. --accept-loss is for a start that is \
      refused with 65: acknowledged lines are missing or damaged. What reads back is kept, damaged \
      files move to torn/, and the log goes on above everything that was ever named, in a new \
      epoch. Restore a backup instead if there is one, and keep a copy of the directory first.
      """,
    examples: [
      .init("scim-hris spool repair --cut-tail", "what `spool verify` calls a torn tail"),
      .init("scim-hris spool repair --accept-loss", "gives up what `spool verify` calls damaged"),
    ],
    options: [
      directory, CommandOption("cut-tail", help: "Cut a torn end, as the next start would."),
      CommandOption("accept-loss", help: "Give up acknowledged lines that are lost."), json,
    ],
    run: { invocation in
      await run(invocation) { reader in
        switch (invocation.flag("cut-tail"), invocation.flag("accept-loss")) {
        case (true, false): return try cutTail(reader, isJSON: invocation.flag("json"))
        case (false, true): return try acceptLoss(reader, isJSON: invocation.flag("json"))
        default: throw UsageError.conflict("Say one of --cut-tail and --accept-loss.")
        }
      }
    })

  private static func cutTail(_ reader: SpoolReader, isJSON: Bool) throws -> ExitCode {
    var options = SpoolOptions()
    options.mayCreate = false
    let (spool, recovery) = try Spool.open(
      directory: reader.directory, hops: SpoolHops.descriptions, options: options,
      log: .silent)
    spool.close()
    return print(
      isJSON
        ? SpoolRepairScreen.json(recovery).text + "\n" : SpoolRepairScreen.text(recovery))
  }

  private static func acceptLoss(_ reader: SpoolReader, isJSON: Bool) throws -> ExitCode {
    let outcome = try SpoolRepair.acceptLoss(
      directory: reader.directory, hops: SpoolHops.descriptions)
    guard let outcome else {
      return print(
        isJSON ? "{\"lost\":[]}\n" : "nothing acknowledged is missing or damaged; nothing done\n")
    }
    let screen = try SpoolRepairScreen(outcome, reader)
    return print(isJSON ? screen.json.text + "\n" : screen.text(paint: paint))
  }
}
