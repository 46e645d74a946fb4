import Transport

/// Whether it is whole, what it comes to, and what became of somebody: `verify`, `state-hash`,
/// `explain`.
extension SpoolCommand {
  static let verify = Command(
    "verify", abstract: "Read everything and compare every checksum",
    discussion: """
      Exit code 0: sound. 1: a torn end, which the next start cuts. 2: damaged, or acknowledged \
      lines are missing. Snapshots are folded again from the log as far as it reaches. With \
      --absent the spool's files are searched instead: 2 when a line of FILE stands in one of them.
      """,
    examples: [
      .init("scim-hris spool verify --spool /backup/scim-hris", "proves a copy"),
      .init("scim-hris spool verify --absent secrets.txt", "that none of these was ever written"),
    ],
    options: [
      directory,
      CommandOption(
        "absent", .text("file"), help: "Search for each line of this file, such as secrets."),
      json,
    ],
    run: { invocation in
      await run(invocation) { reader in
        if let list = invocation.text("absent") {
          return try absent(list, reader, isJSON: invocation.flag("json"))
        }
        let check = SpoolVerifyScreen(
          try reader.verify(), try SpoolSnapshotCheck(reader), hops: reader.hops.map(\.name))
        print(invocation.flag("json") ? check.json.text + "\n" : check.text(paint: paint))
        return check.exitCode
      }
    })

  private static func absent(
    _ list: String, _ reader: SpoolReader, isJSON: Bool
  ) throws -> ExitCode {
    let absence = SpoolAbsence(try FileSystem.contents(of: list))
    let found = try absence.findings(in: reader.directory)
    print(
      isJSON
        ? SpoolVerifyScreen.json(found).text + "\n"
        : SpoolVerifyScreen.text(found, list: list, paint: paint))
    return found.isEmpty ? .success : .damaged
  }

  static let stateHash = Command(
    "state-hash", abstract: "Fold the state into one hash, apart from the server's own code",
    discussion: """
      Two spools with the same hash hold the same employees, groups and configuration. It starts \
      from the newest snapshot that reads back, or with --from-log from the first line.
      """,
    examples: [
      .init("scim-hris spool state-hash", "of a live spool or a copy"),
      .init("scim-hris spool state-hash --from-log", "where 3-committed still has line 1"),
    ],
    options: [
      directory, CommandOption("from-log", help: "Fold 3-committed alone, without a snapshot."),
      json,
    ],
    run: { invocation in
      await run(invocation) { reader in
        let fold = try SpoolFold(reader, fromLog: invocation.flag("from-log"))
        let hash = fold.hash
        guard invocation.flag("json") else {
          let start = fold.snapshot.map { ", from the snapshot at \(SpoolText.grouped($0))" } ?? ""
          return print(
            "\(hash.value)\n\(SpoolText.count(hash.resourceCount, "resource"))"
              + ", through line \(SpoolText.grouped(hash.lastSeq))\(start)\n")
        }
        var json = JSONObject()
        json["hash"] = JSONValue(hash.value)
        json["resources"] = JSONValue(hash.resourceCount)
        json["seq"] = JSONValue(Int(clamping: hash.lastSeq))
        json["snapshot"] = fold.snapshot.map { JSONValue(Int(clamping: $0)) } ?? .null
        return print(.object(json))
      }
    })

  static let explain = Command(
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
      await run(invocation) { reader in
        let what = invocation.argument(0) ?? ""
        let status = await status(of: reader)
        var search = SpoolSearch(what, in: reader)
        guard let story = try search.story(status: status) else {
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
