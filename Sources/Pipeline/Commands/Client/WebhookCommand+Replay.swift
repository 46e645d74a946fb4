import Transport

extension WebhookCommand {
  /// `webhook replay`: for a receiver that lost what it had, or a server that was restored.
  static let replay = Command(
    "replay", abstract: "Send a webhook committed events again, or what it missed",
    discussion: """
      Events go with their ids and bodies of then and the header webhook-replay: true, in order \
      per employee. --from and --to are lines of 3-committed or moments such as \
      2026-01-02T03:04:05Z. --missed is what it was not sent while it was disabled.
      """,
    examples: [
      .init("scim-hris webhook replay wh_01JD8W --from 41000", "what came since line 41000"),
      .init("scim-hris webhook replay wh_01JD8W --only-failed", "what was given up"),
      .init("scim-hris webhook replay wh_01JD8W --missed --dry-run", "how much it missed"),
    ],
    arguments: [webhook],
    options: ClientCommand.options + [
      CommandOption("from", .text("line|time"), help: "The first line, or from when on."),
      CommandOption(
        "to", .text("line|time"), help: "The last line, or until when; else up to now."),
      CommandOption(
        "type", .text("type"), help: "Only this of the types it gets.", isRepeating: true),
      CommandOption("employee", .text("id"), help: "Only of this employee or group."),
      CommandOption("only-failed", help: "Only what was given up at the newest attempt."),
      CommandOption("missed", help: "Only what it was not sent while it was disabled."),
      CommandOption("dry-run", help: "Only count."),
      CommandOption("snapshot", help: "The present state instead of events."),
    ],
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        try await replay(client, try body(ofReplay: client.invocation))
      }
    })

  /// `webhook snapshot`: for a subscriber who comes late or lost too much.
  static let snapshot = Command(
    "snapshot", abstract: "Send a webhook the present state of every employee",
    discussion: """
      It gets employee.snapshot for every employee it may hear of, deleted ones too, while events \
      go on; a snapshot still on its way is replaced.
      """,
    arguments: [webhook], options: ClientCommand.options,
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        try await replay(client, JSONObject([.init(name: "snapshot", value: true)]))
      }
    })

  private static func replay(
    _ client: ClientCommand, _ body: JSONObject
  ) async throws(ClientFailure) {
    let id = client.invocation.argument(0) ?? ""
    let path = "/webhooks/\(HTTPPercent.encode(id))/replay"
    let answer = try await client.api.call("POST", path, body: body)
    client.show(answer) { WebhookScreen.replayed(id, $0) }
  }

  private static func body(ofReplay invocation: Invocation) throws(ClientFailure) -> JSONObject {
    var body = JSONObject()
    for name in ["from", "to"] {
      body[name] = invocation.text(name).map { text in
        Int(text).map { .init($0) } ?? .string(text)
      }
    }
    let types = invocation.values("type").values
    if !types.isEmpty { body["types"] = .array(types.map { .string($0) }) }
    body["employeeId"] = invocation.text("employee").map { .string($0) }
    if invocation.flag("only-failed") { body["onlyFailed"] = true }
    if invocation.flag("missed") { body["missed"] = true }
    if invocation.flag("snapshot") {
      guard body.members.isEmpty, !invocation.flag("dry-run") else {
        throw ClientFailure("--snapshot is the present state; it goes with nothing else.", .usage)
      }
      body["snapshot"] = true
    }
    guard body.members.contains(where: { $0.name != "to" && $0.name != "types" }) else {
      throw ClientFailure(
        "Say --from a line or time, --employee, --only-failed, --missed or --snapshot.", .usage)
    }
    if invocation.flag("dry-run") { body["dryRun"] = true }
    return body
  }
}
