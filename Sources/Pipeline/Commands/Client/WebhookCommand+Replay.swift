package import Transport

extension WebhookCommand {
  /// `webhook replay`: for a receiver that lost what it had, or a server that was restored.
  static let replay = Command(
    "replay", abstract: "Send a webhook committed events again, or the present state",
    discussion: """
      With --snapshot it gets employee.snapshot for every employee it may hear of; with --from the \
      events of those lines of 3-committed, with their ids and bodies of then.
      """,
    examples: [
      .init("scim-hris webhook replay wh_01JD8W --snapshot", "after a restore"),
      .init("scim-hris webhook replay wh_01JD8W --from 41000", "what came since line 41000"),
    ],
    arguments: [webhook],
    options: ClientCommand.options + [
      CommandOption("snapshot", help: "The present state instead of events."),
      CommandOption("from", .count(1...Int.max), help: "The first line of 3-committed."),
      CommandOption(
        "to", .count(1...Int.max), help: "The last line; the newest when not given."),
    ],
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        let id = client.invocation.argument(0) ?? ""
        let body = try body(ofReplay: client.invocation)
        let answer = try await client.api.call("POST", "/webhooks/\(id)/replay", body: body)
        client.show(answer) { replayed(id, $0) }
      }
    })

  private static func body(ofReplay invocation: Invocation) throws(ClientFailure) -> JSONObject {
    let (from, to) = (invocation.count("from"), invocation.count("to"))
    var body = JSONObject()
    guard invocation.flag("snapshot") else {
      guard let from else { throw ClientFailure("Say --snapshot, or --from a line.", .usage) }
      body["from"] = .init(from)
      body["to"] = to.map { .init($0) }
      return body
    }
    guard from == nil, to == nil else {
      throw ClientFailure("--snapshot is the present state; it has no --from and --to.", .usage)
    }
    body["snapshot"] = true
    return body
  }

  /// "12 events go to wh_…."
  package static func replayed(_ id: String, _ answer: JSONValue) -> String {
    let count = answer["events"]?.int ?? 0
    return "\(SpoolText.count(count, "event")) \(count == 1 ? "goes" : "go") to \(id)\n"
  }
}
