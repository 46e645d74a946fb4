package import Transport

/// `connect NAME`: one more customer, ready to be set up in its identity provider.
package enum ConnectCommand {
  package static let command = Command(
    "connect", abstract: "Add a customer: a consumer with a connection, and its first API token",
    discussion: "Prints the Base URL and the API token for the customer's IT admin, once.",
    examples: [
      .init("scim-hris connect \"Acme Inc\" --external-id acme", "Okta at Acme"),
      .init("scim-hris connect ls", "every connection and how it is doing"),
      .init("scim-hris connect link cnx_…", "a page for the customer's IT admin"),
    ],
    arguments: [CommandArgument("name", help: "The customer, as people know it.")],
    options: ClientCommand.options + [
      CommandOption(
        "service",
        .choice(["okta-scim", "entra-scim", "onelogin-scim", "jumpcloud-scim", "scim"]),
        help: "The customer's identity provider.", default: "okta-scim"),
      CommandOption(
        "external-id", .text("id"), help: "Your own id of the customer, echoed in events."),
      applicationOption,
    ],
    subcommands: [list, link, fields, MappingCommand.command],
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        client.show(try await connect(client), screen)
      }
    })

  static let applicationOption = CommandOption(
    "application", .text("id"), help: "Which application, where there are several.")

  private static func connect(_ client: ClientCommand) async throws(ClientFailure) -> JSONValue {
    var body = JSONObject()
    body["name"] = client.invocation.argument(0).map { .string($0) }
    body["externalId"] = client.invocation.text("external-id").map { .string($0) }
    let service = client.invocation.text("service") ?? "okta-scim"
    if client.api.isOwner {
      body["serviceId"] = .string(service)
      body["applicationId"] = client.invocation.text("application").map { .string($0) }
      return try await client.api.call("POST", "/connect", body: body)
    }
    let consumer = try await client.api.call("POST", "/consumers", body: body)["data"] ?? .null
    guard let id = consumer["id"]?.string else {
      throw ClientFailure("The server's answer names no consumer.")
    }
    let connection = try await client.api.call(
      "POST", "/connections/hris/\(service)", body: JSONObject(), scope: .consumer(id))
    return ["data": ["consumer": consumer, "connection": connection["data"] ?? .null]]
  }

  package static func screen(_ made: JSONValue) -> String {
    let (consumer, connection) = (made["consumer"], made["connection"])
    let base = connection?["metadata"]?["baseUrl"]?.string ?? ""
    let token = connection?["metadata"]?["apiToken"]?.string ?? ""
    let warning =
      base.hasPrefix("https://")
      ? "" : "  ! Okta needs a public https address: start the server with --public-url.\n"
    return """
      \(consumer?["name"]?.string ?? "")   consumer \(consumer?["id"]?.string ?? "")   \
      connection \(connection?["id"]?.string ?? "") (\(connection?["serviceId"]?.string ?? ""))
        SCIM 2.0 Base URL     \(base)
        OAuth Bearer Token    \(token)   (the "API token")
      \(warning)Shown once. Lost it? `token new`.

      """
  }
}
