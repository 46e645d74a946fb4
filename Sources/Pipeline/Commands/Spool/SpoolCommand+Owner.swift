import Transport

/// What the running server does for the owner of its spool: `hold`, `release`, `replay`.
extension SpoolCommand {
  /// Calls the server that holds the spool; without one it says that one must run.
  static func change(
    _ invocation: Invocation, _ body: (SpoolReader, APIClient) async throws -> ExitCode
  ) async -> ExitCode {
    let loop = EventLoop(name: "client")
    defer { loop.stop() }
    return await run(invocation) { reader in
      let api = APIClient(.owner(spool: reader.directory), http: HTTPClient(loop: loop))
      return try await body(reader, api)
    }
  }

  private static let webhook = CommandArgument("webhook", help: "The webhook: wh_….")
  private static let key = CommandArgument(
    "key", help: "Only this employee or group: emp_… or grp_….", isOptional: true)

  static let hold = holding(
    Command(
      "hold", abstract: "Send nothing to a webhook, or nothing of one employee, until released",
      discussion: """
        Events wait in order and are kept for as long as any that wait. Unlike a paused webhook, \
        one that is held looks the same to its application. The server must run.
        """,
      examples: [
        .init("scim-hris spool hold wh_b41", "the whole webhook"),
        .init("scim-hris spool hold wh_b41 emp_4Q7K", "one employee; the others go on"),
      ]), "is held; spool release lets it go on")

  static let release = holding(
    Command(
      "release", abstract: "Let what is held go on",
      examples: [.init("scim-hris spool release wh_b41", "what waited is sent, in order")]),
    "is released")

  private static func holding(_ command: Command, _ words: String) -> Command {
    var command = command
    let name = command.name
    command.arguments = [webhook, key]
    command.options = [directory, json]
    command.run = { invocation in
      await change(invocation) { _, api in
        var body = JSONObject()
        body["webhook"] = invocation.argument(0).map { JSONValue($0) }
        body["key"] = invocation.argument(1).map { JSONValue($0) }
        let answer = try await api.call("POST", "/owner/\(name)", body: body)
        if invocation.flag("json") { return print(answer["data"] ?? .null) }
        return print("\(invocation.arguments.joined(separator: " ")) \(words)\n")
      }
    }
    return command
  }

  static let replay = Command(
    "replay", abstract: "Send a stretch of committed events to a webhook once more",
    discussion: """
      Same ids, same bodies, in order, with the header webhook-replay: true, and only what the \
      webhook would have got. --from and --to are lines of 3-committed or moments such as \
      2026-01-02T03:04:05Z. The server must run.
      """,
    examples: [
      .init(
        "scim-hris spool replay --webhook wh_b41 --from 41880 --to 41902 --dry-run", "how many"),
      .init("scim-hris spool replay --webhook wh_b41 --from 2026-01-02T00:00:00Z", "since then"),
    ],
    options: [
      directory, CommandOption("webhook", .text("webhook"), help: "Who gets them: wh_…."),
      CommandOption("from", .text("line|time"), help: "The first line, or from when on."),
      CommandOption(
        "to", .text("line|time"), help: "The last line, or until when; without it, up to now."),
      CommandOption("dry-run", help: "Only count."), json,
    ],
    run: { invocation in
      await change(invocation) { reader, api in
        guard let webhook = invocation.text("webhook"), let start = invocation.text("from") else {
          throw UsageError.conflict("Say which with --webhook, and where it starts with --from.")
        }
        let isDry = invocation.flag("dry-run")
        var body = JSONObject()
        body["webhook"] = JSONValue(webhook)
        body["from"] = JSONValue(Int(clamping: try place(start, "--from", .first, reader)))
        if let end = invocation.text("to") {
          body["to"] = JSONValue(Int(clamping: try place(end, "--to", .last, reader)))
        }
        if isDry { body["dryRun"] = true }
        let answer = try await api.call("POST", "/owner/replay", body: body)
        if invocation.flag("json") { return print(answer["data"] ?? .null) }
        let count = SpoolText.count(answer["data"]?["events"]?.int ?? 0, "event")
        return print(
          isDry
            ? "\(count) would be sent to \(webhook) again\n" : "\(count) go to \(webhook) again\n")
      }
    })

  private enum End { case first, last }

  /// A line's number: as it was given, or by looking for the moment in `3-committed`.
  private static func place(
    _ text: String, _ label: String, _ end: End, _ reader: SpoolReader
  ) throws -> UInt64 {
    if let seq = UInt64(text) { return seq }
    guard let moment = Timestamp(parsing: text) else {
      throw UsageError.invalidValue(
        label: label, value: text,
        expected: "a line's number or a moment such as 2026-01-02T03:04:05Z")
    }
    var last: UInt64 = 0
    var first: UInt64?
    try reader.forEachLine(of: SpoolHops.committed) { line in
      if line.timestamp >= moment { first = first ?? line.seq }
      if line.timestamp <= moment { last = line.seq }
      return line.timestamp <= moment
    }
    return end == .first ? first ?? last + 1 : last
  }
}
