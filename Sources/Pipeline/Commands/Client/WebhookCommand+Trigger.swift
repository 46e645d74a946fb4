import Actors
import Transport

extension WebhookCommand {
  /// `webhook trigger`: what a receiver will see one day, now.
  static let trigger = Command(
    "trigger", abstract: "Send a sample of an event type now and show what came back",
    discussion: """
      The person, the group and all ids are made up, the event is marked "test": true and has no \
      place in any sequence. Types: \(EventType.allCases.map(\.rawValue).joined(separator: ", ")).
      """,
    examples: [
      .init("scim-hris webhook trigger wh_01JD8W employee.deactivated", "somebody leaves")
    ],
    arguments: [webhook, CommandArgument("type", help: "The event type.")],
    options: ClientCommand.options,
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        let id = HTTPPercent.encode(client.invocation.argument(0) ?? "")
        let body = JSONObject([
          .init(name: "type", value: .string(client.invocation.argument(1) ?? ""))
        ])
        let answer = try await client.api.call("POST", "/webhooks/\(id)/trigger", body: body)
        try client.show(attempt: answer)
      }
    })
}
