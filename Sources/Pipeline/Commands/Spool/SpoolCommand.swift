import Transport

/// `scim-hris spool …`: looks into a spool in use or a copied one; never writes, never locks.
package enum SpoolCommand {
  package static let command = Command(
    "spool", abstract: "Look into a spool, in use or copied",
    discussion: "Reading takes no lock and writes nothing, so it is safe beside a running server.",
    subcommands: [list, cat, verify, stateHash, explain])

  private static let directory = CommandOption(
    "spool", .text("directory"), help: "The spool to look into.", default: "./spool",
    environment: "SCIM_HRIS_SPOOL")
  private static let json = CommandOption("json", help: "Print JSON instead of a screen.")

  private static let list = Command(
    "ls", abstract: "What is in each hop, who reads it and what waits",
    options: [directory, json],
    run: { invocation in
      run(invocation) { reader in
        let listing = try SpoolListing(reader)
        if invocation.flag("json") { return print(listing.json) }
        return print(SpoolListScreen.text(listing, now: .now, paint: paint))
      }
    })

  private static let cat = Command(
    "cat", abstract: "Print lines of a hop",
    examples: [
      .init("scim-hris spool cat --type user.refused", "every write that was refused"),
      .init("scim-hris spool cat --hop 4-attempts --raw | jq .status", "what receivers answered"),
    ],
    options: [
      directory,
      CommandOption(
        "hop", .choice(SpoolHops.names), help: "Which hop.", default: SpoolHops.committed),
      CommandOption("from", .count(0...Int.max), help: "Start at this line.", default: "0"),
      CommandOption("key", .text("key"), help: "Only this connection or resource."),
      CommandOption("type", .text("type"), help: "Only lines of this type."),
      CommandOption("raw", help: "Only the data of each line, as it is stored."), json,
    ],
    run: { invocation in
      run(invocation) { reader in
        let cat = SpoolCat(
          key: invocation.text("key"), type: invocation.text("type"),
          isRaw: invocation.flag("raw"), isJSON: invocation.flag("json"), paint: paint)
        let hop = invocation.text("hop") ?? SpoolHops.committed
        try reader.forEachLine(of: hop, from: UInt64(invocation.count("from") ?? 0)) { line in
          guard cat.wants(line) else { return true }
          print(cat.text(line, hop: hop))
          return true
        }
        return .success
      }
    })

  private static let verify = Command(
    "verify", abstract: "Read everything and compare every checksum",
    discussion: """
      Exit code 0: sound. 1: a torn end, which the next start cuts. 2: damaged. With --absent the \
      spool's files are searched instead: 2 when a line of FILE stands in one of them.
      """,
    options: [
      directory,
      CommandOption(
        "absent", .text("file"), help: "Search for each line of this file, such as secrets."),
      json,
    ],
    run: { invocation in
      run(invocation) { reader in
        if let list = invocation.text("absent") {
          let absence = SpoolAbsence(try FileSystem.contents(of: list))
          let found = try absence.findings(in: reader.directory)
          if invocation.flag("json") {
            print(SpoolVerifyScreen.json(found))
          } else {
            print(SpoolVerifyScreen.text(found, list: list, paint: paint))
          }
          return found.isEmpty ? .success : .damaged
        }
        let verification = try reader.verify()
        let hops = reader.hops.map(\.name)
        if invocation.flag("json") {
          print(SpoolVerifyScreen.json(verification, hops: hops))
        } else {
          print(SpoolVerifyScreen.text(verification, hops: hops, paint: paint))
        }
        return SpoolVerifyScreen.exitCode(verification)
      }
    })

  private static let stateHash = Command(
    "state-hash", abstract: "Fold 3-committed into one hash, apart from the server's own code",
    options: [directory, json],
    run: { invocation in
      run(invocation) { reader in
        var hash = SpoolStateHash()
        try reader.forEachLine(of: SpoolHops.committed) { line in
          hash.take(line)
          return true
        }
        guard invocation.flag("json") else {
          return print(
            "\(hash.value)   \(SpoolText.count(hash.resourceCount, "resource")),"
              + " through line \(SpoolText.grouped(hash.lastSeq))\n")
        }
        return print([
          "hash": JSONValue(hash.value), "resources": JSONValue(hash.resourceCount),
          "seq": JSONValue(Int(clamping: hash.lastSeq)),
        ])
      }
    })

  private static let explain = Command(
    "explain", abstract: "What became of a person, a request, an event or an attempt",
    examples: [
      .init("scim-hris spool explain bjensen@example.com", "the last change of this person"),
      .init("scim-hris spool explain req_01JD8W --bodies", "one write with all it carried"),
    ],
    arguments: [
      CommandArgument("what", help: "An id of any kind, an e-mail address or a userName.")
    ],
    options: [
      directory, CommandOption("all", help: "Every change, not only the last."),
      CommandOption("bodies", help: "With what was sent, meant and committed."), json,
    ],
    run: { invocation in
      run(invocation) { reader in
        let what = invocation.argument(0) ?? ""
        var search = SpoolSearch(what, in: reader)
        guard let story = try search.story() else {
          complain("nothing in \(reader.directory) is called \(what)")
          return .failure
        }
        let all = invocation.flag("all")
        if invocation.flag("json") { return print(story.json(all: all)) }
        let screen = SpoolExplainScreen(story, bodies: invocation.flag("bodies"), paint: paint)
        return print(screen.text(all: all))
      }
    })
}

// MARK: The terminal

extension SpoolCommand {
  private static let paint = SpoolPaint(
    isOn: Terminal.isTerminal() && ProcessEnvironment.variables["NO_COLOR"] == nil)

  private static func run(
    _ invocation: Invocation, _ body: (SpoolReader) throws -> ExitCode
  ) -> ExitCode {
    let directory = invocation.text("spool") ?? "./spool"
    do {
      return try body(SpoolReader(directory: directory, hops: SpoolHops.descriptions))
    } catch let error as SpoolError {
      complain(words(error, directory: directory))
      return code(error)
    } catch let error as FileError {
      complain(words(.file(error), directory: directory))
      return code(.file(error))
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
  static func words(_ error: SpoolError, directory: String) -> String {
    guard code(error) == .permission else { return error.description }
    let owner = (try? FileSystem.status(directory)).map { " -u '#\($0.owner)'" } ?? ""
    return "you may not read \(directory); as its owner you may: sudo\(owner) scim-hris spool …"
  }

  private static func complain(_ text: String) {
    Terminal.write("error: \(text)\n", to: .error)
  }

  @discardableResult
  private static func print(_ text: String) -> ExitCode {
    Terminal.write(text)
    return .success
  }

  @discardableResult
  private static func print(_ value: JSONValue) -> ExitCode { print(value.text + "\n") }
}
