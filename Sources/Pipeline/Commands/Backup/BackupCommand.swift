import Transport

/// `backup`: a copy of the spool, as one file or as a directory that keeps up.
package enum BackupCommand {
  package static let command = Command(
    "backup", abstract: "Copy a spool, in use or not, into one file or a following directory",
    discussion: """
      FILE is a tar archive of every line there is, whole and on disk once its name exists; "-" is \
      standard output. It holds personal data and the webhooks' signing secrets: encrypt it. \
      --follow keeps DIR up to the spool until a signal ends it, for instance on another disk; what \
      was durable --every ago is there. `restore` makes a spool of either.
      """,
    examples: [
      .init("scim-hris backup /backup/today.tar", "now, beside the running server"),
      .init("scim-hris backup - | age -r KEY > today.age", "encrypted on the way"),
      .init("scim-hris backup --follow /mnt/copy", "as long as it runs"),
      .init("scim-hris backup --verify /backup/today.tar", "every checksum"),
    ],
    arguments: [
      CommandArgument("file", help: "The file to write; - is standard output.", isOptional: true)
    ],
    options: [
      spool,
      CommandOption("follow", .text("dir"), help: "Keep this directory up to the spool."),
      CommandOption(
        "every", .duration(100...3_600_000), help: "Time between two rounds of --follow.",
        default: "2s"),
      CommandOption(
        "verify", .text("file|dir"), help: "Read a backup or a copy and compare every checksum."),
      CommandOption("json", help: "Print JSON; with --follow a line for each round."),
    ],
    run: run)

  static let spool = CommandOption(
    "spool", .text("directory"), help: "The spool to copy.", default: "./spool",
    environment: "SCIM_HRIS_SPOOL")

  @Sendable private static func run(_ invocation: Invocation) async -> ExitCode {
    // Every segment is held at once, so that none goes while it is copied.
    _ = OpenFileLimit.raise(to: 1 << 20)
    let directory = invocation.text("spool") ?? "./spool"
    let isJSON = invocation.flag("json")
    do throws(BackupError) {
      switch (invocation.argument(0), invocation.text("follow"), invocation.text("verify")) {
      case (let file?, nil, nil): return try back(up: directory, to: file, isJSON)
      case (nil, let copy?, nil):
        let follow = BackupFollow(
          every: .milliseconds(invocation.milliseconds("every") ?? 2000), isJSON: isJSON)
        return try await follow.run(from: directory, to: copy)
      case (nil, nil, let path?): return try verify(path, isJSON)
      default:
        BackupFailure.complain(
          "Name one of <file>, --follow and --verify.  See 'scim-hris backup --help'.")
        return .usage
      }
    } catch {
      return BackupFailure.report(error, in: directory)
    }
  }

  private static func back(
    up directory: String, to path: String, _ isJSON: Bool
  ) throws(BackupError) -> ExitCode {
    let backup = try SpoolBackup(of: directory, hops: SpoolHops.descriptions)
    if path == "-" {
      guard !Terminal.isTerminal() else {
        BackupFailure.complain("A backup is not for a terminal: pipe it, or name a file.")
        return .usage
      }
      _ = try backup.writeToStandardOutput()
    } else {
      let manifest = try backup.write(to: path)
      Terminal.write(
        isJSON ? BackupScreen.json(manifest, path).text + "\n" : BackupScreen.text(manifest, path))
    }
    Terminal.write(
      "It holds personal data and the webhooks' signing secrets: encrypt it.\n", to: .error)
    return .success
  }

  private static func verify(
    _ path: String, _ isJSON: Bool
  ) throws(BackupError) -> ExitCode {
    let source = try BackupSource.open(path)
    let verification = try SpoolRestore(source, hops: SpoolHops.descriptions).verify()
    let screen = SpoolVerifyScreen(verification, hops: SpoolHops.names)
    Terminal.write(
      isJSON ? screen.json.text + "\n" : screen.text(paint: SpoolPaint(isOn: false)))
    return verification.findings.allSatisfy(\.isTornTail) ? .success : .corruptSpool
  }
}

/// What `restore` and `--verify` are pointed at.
enum BackupSource {
  /// A directory is a copy, anything else an archive. Blocks.
  static func open(_ path: String) throws(BackupError) -> SpoolRestore.Source {
    let status: FileSystem.Status?
    do throws(FileError) { status = try FileSystem.status(path) } catch {
      throw .spool(.file(error))
    }
    if status?.isDirectory == true { return .directory(path) }
    return .archive(try BackupArchive(path, hops: SpoolHops.descriptions))
  }
}
