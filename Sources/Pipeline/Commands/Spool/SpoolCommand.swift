import Transport

/// `scim-hris spool …`: looks into a spool in use or a copied one, and changes what only its owner
/// may change.
///
/// What reads takes no lock and writes nothing. What changes asks the server that holds the spool;
/// where that makes sense without one, it takes the lock itself.
package enum SpoolCommand {
  package static let command = Command(
    "spool", abstract: "Look into a spool, in use or copied, and mend it",
    discussion: """
      Reading takes no lock and writes nothing, so it is safe beside a running server. What \
      changes something asks the running server; repair and dead drop also work without one.
      """,
    examples: [
      .init("scim-hris spool ls", "what is here, who reads it, what waits, why it is kept"),
      .init("scim-hris spool explain bjensen@example.com", "one person, from push to delivery"),
    ],
    subcommands: [
      list, cat, tail, verify, stateHash, shape, explain, dead, hold, release, replay, repair,
    ])

  static let directory = CommandOption(
    "spool", .text("directory"), help: "The spool to look into.", default: "./spool",
    environment: "SCIM_HRIS_SPOOL")
  static let json = CommandOption("json", help: "Print JSON instead of a screen.")

  static let paint = SpoolPaint(
    isOn: Terminal.isTerminal() && ProcessEnvironment.variables["NO_COLOR"] == nil)

  /// Opens the spool for reading and turns what goes wrong into one line and an exit code.
  static func run(
    _ invocation: Invocation, _ body: (SpoolReader) async throws -> ExitCode
  ) async -> ExitCode {
    let directory = invocation.text("spool") ?? "./spool"
    do {
      return try await body(SpoolReader(directory: directory, hops: SpoolHops.descriptions))
    } catch let error as SpoolError {
      complain(words(error, directory: directory, path: invocation.path))
      return code(error)
    } catch let error as FileError {
      complain(words(.file(error), directory: directory, path: invocation.path))
      return code(.file(error))
    } catch let error as SpoolFold.Failure {
      complain("\(error)")
      return .corruptSpool
    } catch let error as UsageError {
      Terminal.write(error.message(path: invocation.path) + "\n", to: .error)
      return .usage
    } catch let error as ClientFailure {
      complain(error.sentence)
      return error.exit
    } catch {
      complain("\(error)")
      return .failure
    }
  }

  /// A wrong `--spool` is a wrong command line here; the server calls it otherwise.
  static func code(_ error: SpoolError) -> ExitCode {
    if case .notFound = error { return .usage }
    return StartFailure(error).code
  }

  /// Says who may read it, when it is only that.
  static func words(_ error: SpoolError, directory: String, path: [String]) -> String {
    if case .locked(_, let pid, _) = error {
      let holder = pid.map { "process \($0)" } ?? "another process"
      return "\(directory) is held by \(holder); stop the server first"
    }
    guard code(error) == .permission else { return error.description }
    let owner = (try? FileSystem.status(directory)).map { AccountName.forSudo($0.owner) }
    let command = (["scim-hris"] + path + ["…"]).joined(separator: " ")
    return "you may not read \(directory); its owner may: sudo -u \(owner ?? "OWNER") \(command)"
  }

  static func complain(_ text: String) {
    Terminal.write("error: \(text)\n", to: .error)
  }

  @discardableResult
  static func print(_ text: String) -> ExitCode {
    Terminal.write(text)
    return .success
  }

  @discardableResult
  static func print(_ value: JSONValue) -> ExitCode { print(value.text + "\n") }
}
