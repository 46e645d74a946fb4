package import Transport

/// `connect mapping`: a connection's own mapping, tried before it is saved.
package enum MappingCommand {
  package static let command = Command(
    "mapping", abstract: "Show, try and save where a connection's employee fields come from",
    discussion: """
      A mapping is a JSON object: employee field or customFields.NAME, and where it comes from; \
      docs/MAPPING.md lists what it can say. It takes effect at once, for those who are there, too.
      """,
    examples: [
      .init("scim-hris connect mapping preview mapping.json", "what would change, before it does"),
      .init("scim-hris connect mapping set mapping.json", "one event for everybody who changes"),
    ],
    subcommands: [
      Command(
        "show", abstract: "Show the mapping, and how many people are still as an older one has it",
        options: options,
        run: { invocation in
          await ClientCommand.run(invocation) { client async throws(ClientFailure) in
            let place = try await place(client)
            client.show(
              try await client.api.call("GET", place.path(client), scope: place.scope), screen)
          }
        }),
      Command(
        "preview", abstract: "Try a mapping on who changed last; nothing changes",
        arguments: [file],
        options: options + [
          CommandOption(
            "limit", .count(1...1000), help: "People, and groups, to look at.", default: "100")
        ],
        run: { invocation in
          await ClientCommand.run(invocation) { client async throws(ClientFailure) in
            try await preview(client)
          }
        }),
      Command(
        "set", abstract: "Save a mapping", arguments: [file], options: options,
        run: { invocation in
          await ClientCommand.run(invocation) { client async throws(ClientFailure) in
            try await save(.object(try mapping(client)), client)
          }
        }),
      Command(
        "clear", abstract: "Go back to the standard mapping", options: options,
        run: { invocation in
          await ClientCommand.run(invocation) { client async throws(ClientFailure) in
            try await save(.null, client)
          }
        }),
    ])

  private static let file = CommandArgument(
    "file", help: "The mapping as JSON; a connection's whole settings will do, too.")

  private static let options =
    ClientCommand.options + [
      CommandOption(
        "consumer", .text("id"), help: "Whose connection, where there are several consumers."),
      CommandOption(
        "service", .text("id"), help: "Which connection of it, where there are several."),
    ]

  private struct Place {
    let scope: APIClient.Scope
    let service: String

    func path(_ client: ClientCommand, _ more: String = "") -> String {
      "/connections/hris/\(HTTPPercent.encode(service))" + more + client.query([], scope)
    }
  }

  private static func place(_ client: ClientCommand) async throws(ClientFailure) -> Place {
    let scope = try await client.consumerScope()
    if let service = client.invocation.text("service") {
      return Place(scope: scope, service: service)
    }
    let answer = try await client.api.call(
      "GET", "/connections" + client.query([], scope), scope: scope)
    let added = (answer["data"]?.array ?? []).filter { $0["id"]?.string != nil }
    let services = added.compactMap { $0["serviceId"]?.string }
    guard services.count == 1 else {
      throw ClientFailure(
        services.isEmpty
          ? "This consumer has no connection: `connect NAME` adds one."
          : "There are several connections; say --service \(services.joined(separator: " or ")).",
        .usage)
    }
    return Place(scope: scope, service: services[0])
  }

  /// The mapping in the file that the command line names.
  private static func mapping(_ client: ClientCommand) throws(ClientFailure) -> JSONObject {
    let path = client.invocation.argument(0) ?? ""
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try FileSystem.contents(of: path)
    } catch {
      throw ClientFailure("\(path) cannot be read: \(error)", .usage)
    }
    guard let object = (try? JSONValue(parsing: bytes))?.object else {
      throw ClientFailure("\(path) is no JSON object.", .usage)
    }
    return object["settings"]?.object?["mapping"]?.object ?? object["mapping"]?.object ?? object
  }

  private static func save(
    _ mapping: JSONValue, _ client: ClientCommand
  ) async throws(ClientFailure) {
    let place = try await place(client)
    var settings = JSONObject()
    settings["mapping"] = mapping
    var body = JSONObject()
    body["settings"] = .object(settings)
    client.show(
      try await client.api.call("PATCH", place.path(client), body: body, scope: place.scope),
      screen)
  }

  private static func preview(_ client: ClientCommand) async throws(ClientFailure) {
    var body = JSONObject()
    body["mapping"] = .object(try mapping(client))
    body["limit"] = JSONValue(client.invocation.count("limit") ?? 100)
    let place = try await place(client)
    client.show(
      try await client.api.call(
        "POST", place.path(client, "/mapping/preview"), body: body, scope: place.scope),
      MappingScreen.preview)
  }

  /// A connection with its mapping.
  package static func screen(_ connection: JSONValue) -> String {
    let mapping = connection["settings"]?["mapping"]
    let name = connection["serviceId"]?.string ?? ""
    let pending = connection["mapping"]?["pending"]?.int ?? 0
    let progress =
      pending == 0
      ? "" : "Up to \(pending) people and groups are still as the mapping before has them.\n"
    guard let mapping else { return "\(name) has the standard mapping.\n" + progress }
    return "\(name) has its own mapping:\n" + mapping.pretty() + "\n" + progress
  }
}
