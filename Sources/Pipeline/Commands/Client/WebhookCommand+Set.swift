import Actors
package import Transport

/// What `webhook add` and `webhook set` say of a webhook besides its address.
extension WebhookCommand {
  static let set = Command(
    "set", abstract: "Change what a webhook is sent, and how",
    discussion: "What is not named stays; it takes effect at once, without a restart.",
    examples: [
      .init("scim-hris webhook set wh_… --retries 0s,1m,1h", "three attempts, then a dead letter"),
      .init("scim-hris webhook set wh_… --default retries", "the server's again"),
    ],
    arguments: [webhook],
    options: ClientCommand.options + [
      CommandOption("delivery-url", .text("url"), help: "Where events are POSTed from now on.")
    ] + choices + [
      CommandOption(
        "default", .text("name"),
        help: "Back to all events, consumers, connections or fields, or to the server's number.",
        isRepeating: true)
    ],
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        let id = client.invocation.argument(0) ?? ""
        for name in client.invocation.values("default").values where !defaultable.contains(name) {
          throw ClientFailure(
            "'\(name)' has no default; these have: \(defaultable.joined(separator: ", ")).", .usage)
        }
        var body = choices(client.invocation)
        body["deliveryUrl"] = client.invocation.text("delivery-url").map { .string($0) }
        if body.isEmpty {
          throw ClientFailure("Say what to change: `webhook set --help` lists it.", .usage)
        }
        client.show(try await client.api.call("PATCH", "/webhooks/\(id)", body: body), details)
      }
    })

  /// Of a webhook, however it is made.
  static let choices: [CommandOption] =
    [
      CommandOption(
        "event", .text("type"), help: "An event type; without any, created and updated.",
        isRepeating: true),
      CommandOption(
        "consumer", .text("id"), help: "Only events of this consumer.", isRepeating: true),
      CommandOption(
        "connection", .text("id"), help: "Only events of this connection.", isRepeating: true),
      CommandOption(
        "field", .text("name"), help: "Send only this member of an employee or group.",
        isRepeating: true),
      CommandOption(
        "allow-local",
        help: "Allow exactly this address although it is not public; owner only."),
    ] + settings

  /// Each in place of the server's `--webhook-…`.
  private static let settings: [CommandOption] = {
    func option(_ name: String, _ value: OptionValue) -> CommandOption {
      CommandOption(
        flag(name), value, help: "In place of the server's --webhook-\(flag(name)).")
    }
    return WebhookSettings.counts.map { option($0.name, .count($0.range)) }
      + WebhookSettings.times.map { option($0.name, .duration($0.range)) }
      + [
        option(
          "retries",
          .durations(
            count: WebhookSettings.Bounds.attempts, each: WebhookSettings.Bounds.wait))
      ]
  }()

  /// What `--default` may name, and the member of the body.
  private static let lists = [
    ("events", "events"), ("consumers", "consumerIds"), ("connections", "connectionIds"),
    ("fields", "fields"),
  ]
  private static let defaultable = lists.map(\.0) + WebhookSettings.names.map(flag)

  /// "connectTimeout" → "connect-timeout".
  static func flag(_ name: String) -> String {
    name.reduce(into: "") { flag, character in
      flag += character.isUppercase ? "-" + character.lowercased() : String(character)
    }
  }

  /// The members of the body that were chosen.
  static func choices(_ invocation: Invocation) -> JSONObject {
    func list(_ name: String) -> JSONValue? {
      let values = invocation.values(name).values
      return values.isEmpty ? nil : .array(values.map { .string($0) })
    }
    var body = JSONObject()
    body["events"] = list("event")
    body["consumerIds"] = list("consumer")
    body["connectionIds"] = list("connection")
    body["fields"] = list("field")
    if invocation.flag("allow-local") { body["allowLocal"] = true }
    var settings = JSONObject()
    for count in WebhookSettings.counts {
      settings[count.name] = invocation.count(flag(count.name)).map { JSONValue($0) }
    }
    for time in WebhookSettings.times {
      settings[time.name] = invocation.text(flag(time.name)).map { .string($0) }
    }
    settings["retries"] = invocation.text("retries").map { text in
      .array(text.split(separator: ",").map { .string(String($0)) })
    }
    let defaults = Set(invocation.values("default").values)
    for (word, member) in lists where defaults.contains(word) {
      body[member] = member == "events" ? .array([]) : .null
    }
    for name in WebhookSettings.names where defaults.contains(flag(name)) { settings[name] = .null }
    if !settings.isEmpty { body["settings"] = .object(settings) }
    return body
  }

  /// What `set` shows: the webhook as it is now.
  package static func details(_ webhook: JSONValue) -> String {
    func list(_ name: String) -> String {
      webhook[name]?.array?.compactMap(\.string).joined(separator: ", ") ?? "all"
    }
    var rows = [
      ("status", webhook["status"]?.string ?? ""), ("events", list("events")),
      ("consumers", list("consumerIds")), ("connections", list("connectionIds")),
      ("fields", list("fields")),
    ]
    for setting in webhook["settings"]?.object?.members ?? [] {
      let value = setting.value
      let text =
        value.string ?? value.int.map { "\($0)" }
        ?? value.array?.compactMap(\.string).joined(separator: ",") ?? ""
      rows.append((flag(setting.name), text))
    }
    let receiver = webhook["deliveryUrl"]?.string ?? "built-in inspector"
    return "webhook \(webhook["id"]?.string ?? "")   \(receiver)\n"
      + rows.map { name, value in
        "  " + name + String(repeating: " ", count: max(1, 22 - name.count)) + value + "\n"
      }.joined()
  }
}
