package import Transport

/// `employees`: what an application would read, without writing a line of code.
package enum EmployeesCommand {
  static let consumer = CommandOption(
    "consumer", .text("id"), help: "Whose employees, where there are several consumers.")

  package static let command = Command(
    "employees", abstract: "List employees, show one, export all, erase one",
    subcommands: [
      Command(
        "ls", abstract: "List employees",
        options: ClientCommand.options + [
          consumer,
          CommandOption(
            "limit", .count(1...1_000_000), help: "How many at most.", default: "100"),
        ] + narrowing + [
          CommandOption("email", .text("address"), help: "Only who has this address.")
        ],
        run: { invocation in
          await ClientCommand.run(invocation) { client async throws(ClientFailure) in
            try await list(client)
          }
        }),
      Command(
        "show", abstract: "Show one employee as the API gives it",
        arguments: [CommandArgument("employee", help: "The employee: emp_….")],
        options: ClientCommand.options + [consumer],
        run: { invocation in
          await ClientCommand.run(invocation) { client async throws(ClientFailure) in
            let scope = try await client.consumerScope()
            let id = HTTPPercent.encode(client.invocation.argument(0) ?? "")
            let path = "/hris/employees/\(id)" + client.query([], scope)
            client.show(try await client.api.call("GET", path, scope: scope)) {
              $0.pretty() + "\n"
            }
          }
        }),
      erasing,
      exportCommand,
    ])

  private static func list(_ client: ClientCommand) async throws(ClientFailure) {
    let scope = try await client.consumerScope()
    let filters = ["status", "department", "group", "email"].compactMap { name in
      client.invocation.text(name).map { (name, $0) }
    }
    let entries = try await client.api.list(
      "/hris/employees" + client.query(filters, scope),
      limit: client.invocation.count("limit") ?? 100, scope: scope)
    client.show(entries, none: "There is no such employee.", table)
  }

  package static func table(_ entries: [JSONValue]) -> TextTable {
    var table = TextTable([
      .init("employee"), .init("name"), .init("email"), .init("department"), .init("status"),
      .init("rev", .right),
    ])
    table.rows = entries.map { entry in
      [
        entry["id"]?.string ?? "", entry["displayName"]?.string ?? "-",
        entry["email"]?.string ?? "-", entry["departmentName"]?.string ?? "-",
        entry["employmentStatus"]?.string ?? "-", "\(entry["revision"]?.int ?? 0)",
      ]
    }
    return table
  }
}

extension ClientCommand {
  /// "?a=b&c=d"; the owner names the consumer in it, others have it in their access token.
  func query(_ items: [(String, String)], _ scope: APIClient.Scope) -> String {
    var items = items
    if api.isOwner, case .consumer(let id) = scope, !id.isEmpty { items.append(("consumerId", id)) }
    if items.isEmpty { return "" }
    return "?" + items.map { "\($0)=\(HTTPPercent.encode($1))" }.joined(separator: "&")
  }
}
