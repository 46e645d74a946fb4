import Transport

/// `delivery`: what became of each attempt, and one of them again.
package enum DeliveryCommand {
  package static let command = Command(
    "delivery", abstract: "Look at attempts to deliver, and send an event again",
    subcommands: [list, show, redeliver, dead])

  private static let delivery = CommandArgument("delivery", help: "The attempt: dlv_….")

  static let filters = [
    CommandOption(
      "result", .choice(["delivered", "retry", "dead", "failed"]),
      help: "Only what ended like this; failed is what was sent by hand, in vain."),
    CommandOption("event", .text("id"), help: "Only of this event: evt_…."),
    CommandOption("employee", .text("id"), help: "Only of this employee or group."),
    CommandOption("type", .text("type"), help: "Only of this event type."),
    CommandOption("since", .text("time"), help: "Only what ended then or later."),
    CommandOption("until", .text("time"), help: "Only what ended before."),
    CommandOption("limit", .count(1...100_000), help: "How many at most.", default: "20"),
  ]

  private static let list = Command(
    "ls", abstract: "List attempts, the newest first",
    examples: [
      .init("scim-hris delivery ls --result dead", "what was given up"),
      .init("scim-hris delivery ls --webhook wh_01JD8W --limit 100", "of one webhook"),
    ],
    options: ClientCommand.options + [
      CommandOption("webhook", .text("id"), help: "Only of this webhook; else of each.")
    ] + filters + [ConnectCommand.applicationOption],
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        let chosen = client.invocation.text("webhook")
        let webhooks: [JSONValue] =
          if let chosen {
            [
              try await client.api.call("GET", "/webhooks/\(HTTPPercent.encode(chosen))")["data"]
                ?? .null
            ]
          } else {
            try await client.api.list("/webhooks" + client.application())
          }
        try await list(webhooks, client)
      }
    })

  /// One table a webhook.
  static func list(
    _ webhooks: [JSONValue], _ client: ClientCommand
  ) async throws(ClientFailure) {
    var found: [(webhook: JSONValue, attempts: [JSONValue])] = []
    for webhook in webhooks {
      let id = HTTPPercent.encode(webhook["id"]?.string ?? "")
      let attempts = try await client.api.list(
        "/webhooks/\(id)/deliveries" + query(client.invocation),
        limit: client.invocation.count("limit") ?? 20)
      found.append((webhook, attempts))
    }
    if client.wantsJSON {
      Terminal.write(JSONValue.array(found.flatMap(\.attempts)).pretty() + "\n")
    } else {
      Terminal.write(DeliveryScreen.list(found))
    }
  }

  private static func query(_ invocation: Invocation) -> String {
    let names = [
      ("result", "result"), ("event", "event"), ("employee", "employeeId"), ("type", "type"),
      ("since", "since"), ("until", "until"),
    ]
    let items = names.compactMap { option, name in
      invocation.text(option).map { "\(name)=\(HTTPPercent.encode($0))" }
    }
    return items.isEmpty ? "" : "?" + items.joined(separator: "&")
  }

  private static let show = Command(
    "show", abstract: "Show one attempt in full",
    arguments: [delivery],
    options: ClientCommand.options + [
      CommandOption("bodies", help: "With the event that was sent."),
      ConnectCommand.applicationOption,
    ],
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        let id = HTTPPercent.encode(client.invocation.argument(0) ?? "")
        let answer = try await client.api.call("GET", "/deliveries/\(id)" + client.application())
        let hasBodies = client.invocation.flag("bodies")
        client.show(answer) { DeliveryScreen.text($0, bodies: hasBodies) }
      }
    })

  private static let redeliver = Command(
    "redeliver", abstract: "Send the event of an attempt once more, now",
    discussion: """
      It goes before what its employee waits with and is not tried again by itself. When it is the \
      event its employee waits for, and it is taken, the employee goes on.
      """,
    arguments: [delivery], options: ClientCommand.options + [ConnectCommand.applicationOption],
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        let id = HTTPPercent.encode(client.invocation.argument(0) ?? "")
        let answer = try await client.api.call(
          "POST", "/deliveries/\(id)/redeliver" + client.application(), body: JSONObject())
        try client.show(attempt: answer)
      }
    })
}

extension ClientCommand {
  /// The query that names `--application`, for the owner of several.
  func application() -> String {
    invocation.text("application").map { "?applicationId=\(HTTPPercent.encode($0))" } ?? ""
  }

  /// One attempt that was just made: a line, and a failure when it was not taken.
  func show(attempt answer: JSONValue) throws(ClientFailure) {
    show(answer) { attempt in
      let event = attempt["type"]?.string ?? attempt["event"]?.string ?? ""
      return "\(event) to \(attempt["webhook"]?.string ?? "")   \(AttemptText.result(attempt))"
        + "   \(attempt["id"]?.string ?? "")\n"
    }
    let status = answer["data"]?["status"]?.int ?? 0
    if !(200..<300).contains(status) { throw ClientFailure("The receiver did not take it.") }
  }
}
