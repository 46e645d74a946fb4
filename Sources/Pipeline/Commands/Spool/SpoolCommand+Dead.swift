import Transport

/// What could not be processed: `dead ls`, `show`, `retry`, `drop`.
extension SpoolCommand {
  private static let letters = CommandArgument(
    "letter", help: "The id of its event or request, or all letters of one webhook: wh_….",
    isRepeating: true)

  static let dead = Command(
    "dead", abstract: "What was given up: look at it, try it again, drop it",
    discussion: """
      A dead letter is an event that a webhook did not take in all its attempts, or a write that \
      ended the server twice. Nothing is dropped by itself.
      """,
    subcommands: [deadList, deadShow, deadRetry, deadDrop])

  private static let deadList = Command(
    "ls", abstract: "List dead letters, the oldest first",
    examples: [.init("scim-hris spool dead ls", "what was given up, and why")],
    options: [directory, json],
    run: { invocation in
      await run(invocation) { reader in
        let letters = try SpoolDeadLetter.all(in: reader.directory)
        if invocation.flag("json") { return print(.array(letters.map(SpoolDeadScreen.json))) }
        return print(SpoolDeadScreen.list(letters, now: .now))
      }
    })

  private static let deadShow = Command(
    "show", abstract: "Show a dead letter with the line it was about",
    examples: [.init("scim-hris spool dead show evt_01JD8X", "why, when, and the whole line")],
    arguments: [letters], options: [directory, json],
    run: { invocation in
      await run(invocation) { reader in
        let found = try chosen(invocation, reader)
        if invocation.flag("json") { return print(.array(found.map(SpoolDeadScreen.json))) }
        return print(found.map { SpoolDeadScreen.text($0, paint: paint) }.joined(separator: "\n"))
      }
    })

  private static let deadRetry = Command(
    "retry", abstract: "Send an event once more, or run a write again; done letters go away",
    discussion: """
      An event is sent to its webhook at once. A write gets a new request id and goes through the \
      whole server. A letter that does not succeed stays. The server must run.
      """,
    examples: [
      .init("scim-hris spool dead retry evt_01JD8X", "one letter"),
      .init("scim-hris spool dead retry wh_b41", "everything this webhook did not take"),
    ],
    arguments: [letters], options: [directory, json],
    run: { invocation in
      await change(invocation) { reader, api in
        var failed = 0
        for letter in try chosen(invocation, reader) {
          let answer = try await api.call(
            "POST", "/owner/dead/\(HTTPPercent.encode(letter.name))/retry", body: JSONObject())
          let isDone = answer["data"]?["done"]?.bool == true
          if !isDone { failed += 1 }
          let detail = answer["data"]?["detail"]?.string ?? ""
          print(
            invocation.flag("json")
              ? (answer["data"] ?? .null).text + "\n"
              : "\(letter.id)  \(isDone ? "done" : "stays")  \(detail)\n")
        }
        return failed == 0 ? .success : .failure
      }
    })

  private static let deadDrop = Command(
    "drop", abstract: "Remove dead letters for good",
    examples: [.init("scim-hris spool dead drop evt_01JD8X", "nobody will see it again")],
    arguments: [letters], options: [directory, json],
    run: { invocation in
      await run(invocation) { reader in
        let found = try chosen(invocation, reader)
        if reader.holder?.isAlive == true {
          return await change(invocation) { _, api in
            for letter in found {
              _ = try await api.call("DELETE", "/owner/dead/\(HTTPPercent.encode(letter.name))")
            }
            return dropped(found, invocation)
          }
        }
        let lock = try SpoolLock.take(in: reader.directory)
        defer { withExtendedLifetime(lock) {} }
        for letter in found {
          try FileSystem.remove("\(reader.directory)/dead/\(letter.name).json")
        }
        try FileSystem.syncDirectory(reader.directory + "/dead")
        return dropped(found, invocation)
      }
    })

  private static func dropped(
    _ letters: [SpoolDeadLetter], _ invocation: Invocation
  ) -> ExitCode {
    if invocation.flag("json") { return print(.array(letters.map { JSONValue($0.id) })) }
    return print("\(SpoolText.count(letters.count, "letter")) dropped\n")
  }

  private static func chosen(
    _ invocation: Invocation, _ reader: SpoolReader
  ) throws -> [SpoolDeadLetter] {
    let all = try SpoolDeadLetter.all(in: reader.directory)
    var chosen: [SpoolDeadLetter] = []
    for what in invocation.arguments {
      let found = SpoolDeadLetter.named(what, among: all)
      if found.isEmpty { throw ClientFailure("There is no dead letter \(what).") }
      chosen += found.filter { letter in !chosen.contains { $0.name == letter.name } }
    }
    return chosen
  }
}
