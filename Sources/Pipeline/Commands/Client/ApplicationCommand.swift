package import Transport

/// `application`: the products that receive employees; most installations have one.
package enum ApplicationCommand {
  package static let command = Command(
    "application", abstract: "Create and list applications, and make keys for one",
    subcommands: [
      Command(
        "create", abstract: "Create an application with its first API key",
        arguments: [CommandArgument("name", help: "As people know it.")],
        options: ClientCommand.ownerOptions,
        run: { invocation in
          await ClientCommand.run(invocation) { client async throws(ClientFailure) in
            let body = JSONObject([
              .init(name: "name", value: .string(client.invocation.argument(0) ?? ""))
            ])
            client.show(
              try await client.api.call("POST", "/applications", body: body), created)
          }
        }),
      Command(
        "list", abstract: "List applications and their API keys",
        options: ClientCommand.ownerOptions,
        run: { invocation in
          await ClientCommand.run(invocation) { client async throws(ClientFailure) in
            client.show(
              try await client.api.list("/applications"), none: "There is no application yet.",
              table)
          }
        }),
      Command(
        "key", abstract: "Make another API key for an application",
        arguments: [CommandArgument("application", help: "Its id: app_….")],
        options: ClientCommand.ownerOptions,
        run: { invocation in
          await ClientCommand.run(invocation) { client async throws(ClientFailure) in
            try await KeyCommand.make(for: client.invocation.argument(0) ?? "", client)
          }
        }),
    ])

  package static func created(_ made: JSONValue) -> String {
    """
    \(made["name"]?.string ?? "")   application \(made["id"]?.string ?? "")
      API key               \(made["apiKey"]?.string ?? "")
    Shown once. Lost it? `application key \(made["id"]?.string ?? "")`.

    """
  }

  /// One line for each key; an application's name stands on its first.
  package static func table(_ entries: [JSONValue]) -> TextTable {
    var table = TextTable([.init("application"), .init("name"), .init("key"), .init("made")])
    for entry in entries {
      let keys = entry["keys"]?.array ?? []
      let head = [entry["id"]?.string ?? "", entry["name"]?.string ?? ""]
      if keys.isEmpty { table.rows.append(head + ["-", entry["createdAt"]?.string ?? ""]) }
      for (index, key) in keys.enumerated() {
        let id = key["id"]?.string ?? ""
        let shown = "\(id) \(key["prefix"]?.string ?? "")"
        table.rows.append(
          (index == 0 ? head : ["", ""]) + [shown, key["createdAt"]?.string ?? ""])
      }
    }
    return table
  }
}
