package import Transport

/// `connect ls`, `connect link`, `connect fields`: looking after connections there are.
extension ConnectCommand {
  static let list = Command(
    "ls", abstract: "List connections and how each is doing",
    options: ClientCommand.options,
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        client.show(
          try await connections(client), none: "There is no connection yet: `connect NAME`.", table)
      }
    })

  static let link = Command(
    "link", abstract: "Make a link to the set-up page for the customer's IT admin",
    discussion: "On the page are the Base URL, a button that makes an API token, and the steps.",
    arguments: [connection],
    options: ClientCommand.options + [
      CommandOption(
        "expires", .duration(60_000...SetupLinks.longest * 1000), help: "How long it works.",
        default: "7d")
    ],
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        let (path, scope) = try await place(client)
        var body = JSONObject()
        let time = client.invocation.text("expires").flatMap { DurationText.milliseconds($0) }
        body["expiresIn"] = time.map { JSONValue($0 / 1000) }
        client.show(
          try await client.api.call(
            "POST", "\(path)/setup-link" + client.query([], scope), body: body, scope: scope),
          linkScreen)
      }
    })

  static let fields = Command(
    "fields", abstract: "Show which employee fields the identity provider sends",
    arguments: [connection], options: ClientCommand.options,
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        let (path, scope) = try await place(client)
        client.show(
          try await client.api.call(
            "GET", "\(path)/fields" + client.query([], scope), scope: scope), fieldsScreen)
      }
    })

  private static let connection = CommandArgument(
    "connection", help: "The connection: cnx_…, as `connect ls` shows it.")

  private static func connections(
    _ client: ClientCommand
  ) async throws(ClientFailure) -> [JSONValue] {
    if client.api.isOwner {
      return try await client.api.call("GET", "/owner/connections")["data"]?.array ?? []
    }
    var all: [JSONValue] = []
    for consumer in try await client.api.list("/consumers", limit: .max) {
      guard let id = consumer["id"]?.string else { continue }
      let answer = try await client.api.call("GET", "/connections", scope: .consumer(id))
      for case .object(var json) in answer["data"]?.array ?? [] where json["id"]?.isNull == false {
        json["consumerName"] = consumer["name"]
        all.append(.object(json))
      }
    }
    return all
  }

  private static func place(
    _ client: ClientCommand
  ) async throws(ClientFailure) -> (path: String, APIClient.Scope) {
    let id = client.invocation.argument(0) ?? ""
    for found in try await connections(client) where found["id"]?.string == id {
      guard let service = found["serviceId"]?.string, let owner = found["consumerId"]?.string
      else { break }
      return ("/connections/hris/\(service)", .consumer(owner))
    }
    throw ClientFailure("There is no connection \(id): `connect ls` lists them.")
  }

  package static func table(_ entries: [JSONValue]) -> TextTable {
    var table = TextTable([
      .init("connection"), .init("customer"), .init("service"), .init("state"),
      .init("last request"),
    ])
    table.rows = entries.map { entry in
      [
        entry["id"]?.string ?? "", String((entry["consumerName"]?.string ?? "-").prefix(20)),
        entry["serviceId"]?.string ?? "-", entry["status"]?.string ?? "-",
        entry["lastRequestAt"]?.string.map { String($0.prefix(16)) + "Z" } ?? "-",
      ]
    }
    return table
  }

  package static func linkScreen(_ made: JSONValue) -> String {
    """
      \(made["url"]?.string ?? "")
    For the customer's IT admin, until \(made["expiresAt"]?.string ?? ""). Shown once; it can make API \
    tokens, so send
    it over a channel you trust. Its id is \(made["id"]?.string ?? "").

    """
  }

  package static func fieldsScreen(_ report: JSONValue) -> String {
    let all = report["employees"]?.int ?? 0
    var table = TextTable([
      .init("field"), .init("employees", .right), .init("ever"), .init("from"),
    ])
    table.rows = (report["fields"]?.array ?? []).map { field in
      [
        field["field"]?.string ?? "", DecimalText.grouped(field["employees"]?.int ?? 0),
        field["ever"]?.bool == true ? "yes" : "no",
        field["source"]?.string.map(short) ?? "only a rule of settings.mapping",
      ]
    }
    let never = (report["neverSent"]?.array ?? []).compactMap(\.string)
    return "\(StartScreen.count(all, "employee"))\n" + table.text
      + "never sent: \(never.isEmpty ? "none" : never.joined(separator: ", "))\n"
  }

  /// The long name of the extension says nothing that its attribute does not.
  private static func short(_ source: String) -> String {
    source.hasPrefix("urn:")
      ? "enterprise " + source.split(separator: ":").suffix(1).joined() : source
  }
}
