package import Transport

/// `token`: the API tokens of a connection, which identity providers present.
package enum TokenCommand {
  private static let connection = CommandArgument("connection", help: "The connection: cnx_….")

  package static let command = Command(
    "token", abstract: "Make, list and revoke the API tokens of a connection",
    subcommands: [
      Command(
        "new", abstract: "Make an API token; the others stay valid", arguments: [connection],
        options: ClientCommand.ownerOptions + [
          CommandOption(
            "overlap", .duration(0...APIRoutes.maximumOverlap * 1000),
            help: "Stop the earlier ones after this time.", absence: "they go on"),
          CommandOption("name", .text("name"), help: "What to call it."),
        ],
        run: { invocation in
          await ClientCommand.run(invocation) { client async throws(ClientFailure) in
            let path = "/connections/\(name(client))/tokens"
            var body = JSONObject()
            body["name"] = client.invocation.text("name").map { .string($0) }
            let time = client.invocation.text("overlap").flatMap { DurationText.milliseconds($0) }
            body["overlap"] = time.map { JSONValue($0 / 1000) }
            client.show(try await client.api.call("POST", path, body: body)) {
              screen($0, overlap: client.invocation.text("overlap"))
            }
          }
        }),
      Command(
        "ls", abstract: "List API tokens by their first characters", arguments: [connection],
        options: ClientCommand.ownerOptions,
        run: { invocation in
          await ClientCommand.run(invocation) { client async throws(ClientFailure) in
            let answer = try await client.api.call("GET", "/connections/\(name(client))/tokens")
            client.show(
              answer["data"]?.array ?? [], none: "This connection has no API token.",
              CredentialTable.table)
          }
        }),
      Command(
        "revoke", abstract: "Revoke an API token at once",
        arguments: [connection, CommandArgument("token", help: "Its id, as `token ls` shows it.")],
        options: ClientCommand.ownerOptions,
        run: { invocation in
          await ClientCommand.run(invocation) { client async throws(ClientFailure) in
            let token = client.invocation.argument(1) ?? ""
            let path = "/connections/\(name(client))/tokens/\(token)"
            _ = try await client.api.call("DELETE", path)
            Terminal.write("\(token) is revoked.\n")
          }
        }),
    ])

  private static func name(_ client: ClientCommand) -> String {
    client.invocation.argument(0) ?? ""
  }

  /// - Parameter overlap: after which the earlier ones stop; nil when they go on.
  package static func screen(_ made: JSONValue, overlap: String? = nil) -> String {
    let earlier = overlap.map { "stop after \($0)." } ?? "stay valid: `token revoke`."
    return """
        SCIM 2.0 Base URL     \(made["baseUrl"]?.string ?? "")
        OAuth Bearer Token    \(made["apiToken"]?.string ?? "")   (the "API token")
      Shown once; its id is \(made["id"]?.string ?? ""). Earlier tokens \(earlier)

      """
  }
}

/// API keys and API tokens in a list; never the secret itself.
package enum CredentialTable {
  package static func table(_ entries: [JSONValue]) -> TextTable {
    var table = TextTable([
      .init("id"), .init("starts with"), .init("made"), .init("last used"), .init("good until"),
    ])
    table.rows = entries.map { entry in
      [
        entry["id"]?.string ?? "", entry["prefix"]?.string ?? "",
        String((entry["createdAt"]?.string ?? "").prefix(10)), minute(entry["lastUsedAt"]),
        minute(entry["replacedAt"]),
      ]
    }
    return table
  }

  private static func minute(_ time: JSONValue?) -> String {
    time?.string.map { String($0.prefix(16)) + "Z" } ?? "-"
  }
}
