import Transport

/// What the client commands share: how they reach the server, print, and fail.
package struct ClientCommand: Sendable {
  package let invocation: Invocation
  package let api: APIClient
  let http: HTTPClient

  /// Reached over the control socket only.
  static let ownerOptions = [
    CommandOption(
      "spool", .text("directory"), help: "The spool of the server that runs here.",
      default: "./spool", environment: "SCIM_HRIS_SPOOL"),
    CommandOption("json", help: "Print the answer as JSON."),
  ]

  /// Reached over the control socket, or from elsewhere with an API key.
  static let options =
    ownerOptions + [
      CommandOption(
        "url", .url, help: "A server elsewhere; its API key is read from SCIM_HRIS_API_KEY.",
        environment: "SCIM_HRIS_URL"),
      .authorities,
    ]

  /// Runs the body with a client and turns a failure into one line and an exit code.
  static func run(
    _ invocation: Invocation, _ body: (ClientCommand) async throws(ClientFailure) -> Void
  ) async -> ExitCode {
    let loop = EventLoop(name: "client")
    defer { loop.stop() }
    let http = HTTPClient(loop: loop, trust: TLSTrust(invocation))
    do throws(ClientFailure) {
      let door = try door(for: invocation)
      let client = ClientCommand(
        invocation: invocation, api: APIClient(door, http: http), http: http)
      try await body(client)
      return .success
    } catch {
      Terminal.write("Error: \(error.sentence)\n", to: .error)
      return error.exit
    }
  }

  private static func door(for invocation: Invocation) throws(ClientFailure) -> APIClient.Door {
    guard let text = invocation.text("url") else {
      return .owner(spool: invocation.text("spool") ?? "./spool")
    }
    guard let url = try? HTTPURL(parsing: text) else {
      throw ClientFailure("'\(text)' is not a URL.", .usage)
    }
    guard let key = invocation.environment["SCIM_HRIS_API_KEY"], !key.isEmpty else {
      throw ClientFailure("With --url the API key is read from SCIM_HRIS_API_KEY.", .usage)
    }
    return .network(url: url, apiKey: Secret(key))
  }

  var wantsJSON: Bool { invocation.flag("json") }

  /// Prints the raw answer with `--json`, else what the screen makes of its data.
  func show(_ answer: JSONValue, _ screen: (JSONValue) -> String) {
    let data = answer["data"] ?? answer
    Terminal.write(wantsJSON ? data.pretty() + "\n" : screen(data))
  }

  /// Prints the entries as JSON with `--json`, else as a table, or a sentence when there is none.
  func show(_ entries: [JSONValue], none: String, _ table: ([JSONValue]) -> TextTable) {
    if wantsJSON {
      Terminal.write(JSONValue.array(entries).pretty() + "\n")
    } else {
      Terminal.write(entries.isEmpty ? none + "\n" : table(entries).text)
    }
  }

  /// The consumer a call is about: as named, or the only one there is.
  func consumerScope() async throws(ClientFailure) -> APIClient.Scope {
    if let id = invocation.text("consumer") { return .consumer(id) }
    if api.isOwner { return .consumer("") }
    let consumers = try await api.list("/consumers")
    if consumers.count == 1, let id = consumers[0]["id"]?.string { return .consumer(id) }
    let names = consumers.prefix(8).map { consumer in
      "\(consumer["id"]?.string ?? "") (\(consumer["name"]?.string ?? ""))"
    }
    throw ClientFailure(
      names.isEmpty
        ? "There is no consumer yet: make one with `connect NAME`."
        : "Say which consumer with --consumer: \(names.joined(separator: ", ")).", .usage)
  }
}
