package import Transport

extension WebhookCommand {
  static let rotate = Command(
    "rotate", abstract: "Replace a webhook's signing secret; prints the new one, once",
    discussion: """
      Every attempt is signed with both for 24 h, so that the receiver can follow. Rotated more \
      often than that, the newest five sign.
      """,
    arguments: [webhook], options: ClientCommand.options,
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        let id = client.invocation.argument(0) ?? ""
        client.show(
          try await client.api.call("POST", "/webhooks/\(id)/secret", body: JSONObject()), rotated)
      }
    })

  package static func rotated(_ webhook: JSONValue) -> String {
    """
    webhook \(webhook["id"]?.string ?? "")   \(webhook["deliveryUrl"]?.string ?? "built-in inspector")
      signing secret        \(webhook["signingSecret"]?.string ?? "")
      the one before        signs too until \(webhook["previousUntil"]?.string ?? "")
    Shown once. Give it to the receiver within that time.

    """
  }
}
