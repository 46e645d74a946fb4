package import Transport

/// `key`: the API keys an application's own server uses.
package enum KeyCommand {
  package static let command = Command(
    "key", abstract: "Make, list and revoke API keys of an application",
    subcommands: [
      Command(
        "ls", abstract: "List API keys by their first characters, with their last use",
        options: ClientCommand.ownerOptions + [ConnectCommand.applicationOption],
        run: { invocation in
          await ClientCommand.run(invocation) { client async throws(ClientFailure) in
            let id = try await application(client, client.invocation.text("application"))
            let answer = try await client.api.call("GET", "/keys?applicationId=\(id)")
            client.show(
              answer["data"]?.array ?? [], none: "This application has no API key.",
              CredentialTable.table)
          }
        }),
      Command(
        "new", abstract: "Make an API key; the others stay valid",
        options: ClientCommand.ownerOptions + [ConnectCommand.applicationOption],
        run: { invocation in
          await ClientCommand.run(invocation) { client async throws(ClientFailure) in
            let id = try await application(client, client.invocation.text("application"))
            try await make(for: id, client)
          }
        }),
      Command(
        "revoke", abstract: "Revoke an API key and every access token made with it",
        arguments: [CommandArgument("key", help: "Its id, as `key ls` shows it.")],
        options: ClientCommand.ownerOptions + [ConnectCommand.applicationOption],
        run: { invocation in
          await ClientCommand.run(invocation) { client async throws(ClientFailure) in
            let id = try await application(client, client.invocation.text("application"))
            let key = client.invocation.argument(0) ?? ""
            _ = try await client.api.call("DELETE", "/applications/\(id)/keys/\(key)")
            Terminal.write("\(key) is revoked.\n")
          }
        }),
    ])

  static func make(for application: String, _ client: ClientCommand) async throws(ClientFailure) {
    let path = "/applications/\(application)/keys"
    client.show(try await client.api.call("POST", path, body: JSONObject()), screen)
  }

  /// The application named, or the only one that is not the simulator's.
  static func application(
    _ client: ClientCommand, _ named: String?
  ) async throws(ClientFailure) -> String {
    if let named { return named }
    let all = try await client.api.list("/applications").filter {
      $0["name"]?.string != "Simulator"
    }
    if all.count == 1, let id = all[0]["id"]?.string { return id }
    let names = all.map { "\($0["id"]?.string ?? "") (\($0["name"]?.string ?? ""))" }
    throw ClientFailure(
      names.isEmpty
        ? "There is no application yet: make one with `application create NAME`."
        : "Say which application with --application: \(names.joined(separator: ", ")).", .usage)
  }

  package static func screen(_ made: JSONValue) -> String {
    """
      API key               \(made["apiKey"]?.string ?? "")
    Shown once; its id is \(made["id"]?.string ?? ""). Earlier keys stay valid: `key revoke`.

    """
  }
}
