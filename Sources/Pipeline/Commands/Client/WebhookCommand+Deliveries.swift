import Transport

extension WebhookCommand {
  /// `webhook deliveries`: `delivery ls` of one webhook.
  static let deliveries = Command(
    "deliveries", abstract: "List the attempts at a webhook, the newest first",
    examples: [.init("scim-hris webhook deliveries wh_01JD8W --result retry", "what did not work")],
    arguments: [webhook], options: ClientCommand.options + DeliveryCommand.filters,
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        let id = HTTPPercent.encode(client.invocation.argument(0) ?? "")
        let webhook = try await client.api.call("GET", "/webhooks/\(id)")["data"] ?? .null
        try await DeliveryCommand.list([webhook], client)
      }
    })
}
