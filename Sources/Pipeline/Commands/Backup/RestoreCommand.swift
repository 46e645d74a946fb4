import Transport

/// `restore`: makes a spool of a backup or of a copy that followed one.
package enum RestoreCommand {
  package static let command = Command(
    "restore", abstract: "Make a spool of a backup, and say what may be missing",
    discussion: """
      Everything is verified first; damage is named and nothing is made. The new spool has a raised \
      epoch, which its events carry, so that receivers can tell its revisions from those they saw \
      before. What is printed at the end gets back what came after the backup.
      """,
    examples: [
      .init("scim-hris restore today.tar --to /var/lib/scim-hris", "from a file"),
      .init("scim-hris restore /mnt/copy --to /var/lib/scim-hris", "from a copy that followed"),
    ],
    arguments: [
      CommandArgument("source", help: "A file of `backup`, or a directory of `backup --follow`.")
    ],
    options: [
      CommandOption("to", .text("directory"), help: "The new spool; must not exist."),
      CommandOption("json", help: "Print JSON instead of a screen."),
    ],
    run: run)

  @Sendable private static func run(_ invocation: Invocation) async -> ExitCode {
    // Every segment is held at once, so that none goes while it is copied.
    _ = OpenFileLimit.raise(to: 1 << 20)
    let source = invocation.argument(0) ?? ""
    guard let target = invocation.text("to") else {
      BackupFailure.complain("Missing option '--to <directory>'.  See 'scim-hris restore --help'.")
      return .usage
    }
    do throws(BackupError) {
      let restore = SpoolRestore(
        try BackupSource.open(source), hops: SpoolHops.descriptions)
      let recovery = try restore.run(to: target, log: Logger(level: .warning))
      let report = try RestoreReport(target, recovery)
      Terminal.write(invocation.flag("json") ? report.json.pretty() + "\n" : report.text)
      return .success
    } catch {
      return BackupFailure.report(error, in: source)
    }
  }
}
