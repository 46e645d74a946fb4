import Transport

/// `api OPERATION`: every route of the table from the command line, so that whatever has no command
/// of its own can be done and scripted all the same.
package enum APICommand {
  package static let command = Command(
    "api", abstract: "Call any route of the API by its name",
    discussion: """
      Without a name it lists them. Prints the answer as JSON; a refusal is one line, and exit 1. \
      With --url it exchanges the API key for the access token a route needs.
      """,
    examples: [
      .init("scim-hris api listWebhooks --limit 10", "query and body members are options"),
      .init("scim-hris api getEmployee emp_…", "path parameters are arguments, in order"),
      .init("scim-hris api replayWebhook wh_… --body -", "the whole body from standard input"),
    ],
    arguments: [CommandArgument("operation", help: "The route's name.", isOptional: true)],
    options: connecting, subcommands: callable.map(command),
    run: { invocation in list(invocation) })

  /// Those that answer with one JSON document.
  static let callable = APIRoutes.all.filter { route in
    switch route.answer {
    case .media(let types): types == ["application/json"]
    default: route.operation != .owner(.followEvents)
    }
  }

  private static func list(_ invocation: Invocation) -> ExitCode {
    if let word = invocation.argument(0) {
      let names = callable.map(\.operation.id)
      let error = UsageError.unknownCommand(word, among: names)
      Terminal.write(error.message(path: ["api"]) + "\n", to: .error)
      return .usage
    }
    var table = TextTable([.init("operation"), .init("scope"), .init("route")])
    table.rows = callable.map { route in
      [route.operation.id, route.operation.scope.rawValue, "\(route.method) /api\(route.path)"]
    }
    Terminal.write(table.text)
    return .success
  }

  private static func command(_ route: APIRoute) -> Command {
    Command(
      route.operation.id, abstract: String(route.summary.dropLast()),
      discussion: "\(route.method) /api\(route.path), scope \(route.operation.scope.rawValue)",
      arguments: route.parameters.map { CommandArgument($0.name, help: $0.summary) },
      options: connecting + reach(of: route) + credential(of: route)
        + (route.query + route.fields + route.body).map(option)
        + (route.takesBody ? [body] : []),
      run: { invocation in
        await ClientCommand.run(invocation) { client async throws(ClientFailure) in
          try await client.call(route)
        }
      })
  }

  /// How the server is reached; the answer is JSON anyway.
  private static let connecting = ClientCommand.options.filter { $0.name != "json" }

  /// The one call that is about the token it comes with, whichever way the server is reached.
  private static func credential(of route: APIRoute) -> [CommandOption] {
    guard route.operation == .open(.revokeAccessToken) else { return [] }
    return [
      CommandOption(
        accessToken, .text("token"), help: "The token to revoke; arguments show in ps.",
        environment: "SCIM_HRIS_ACCESS_TOKEN")
    ]
  }

  static let accessToken = "access-token"

  private static let body = CommandOption(
    "body", .text("file"), help: "The body as JSON, - for standard input; options change it.")

  private static func reach(of route: APIRoute) -> [CommandOption] {
    switch route.operation.scope {
    case .open, .owner: []
    case .application: [ConnectCommand.applicationOption]
    case .consumer:
      [
        CommandOption("consumer", .text("id"), help: "Whose data, where there are several.")
      ]
    }
  }

  private static func option(_ input: APIInput) -> CommandOption {
    let value: OptionValue =
      switch input.kind {
      case .text: .text("text")
      case .boolean: .choice(["true", "false"])
      case .integer(let range): .count(range)
      case .choice(let words): .choice(words)
      case .list: .text("a,b,…")
      case .timestamp: .text("time")
      case .place: .text("line|time")
      case .object: .text("json")
      }
    let isNull = input.nullable && value != .choice(["true", "false"])
    return CommandOption(
      input.name, value, help: input.summary + (isNull ? " The word null clears it." : ""))
  }
}
