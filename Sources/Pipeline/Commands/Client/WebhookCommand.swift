package import Transport

/// `webhook`: where events go.
package enum WebhookCommand {
  package static let command = Command(
    "webhook", abstract: "Add, list, change, pause and test webhooks",
    subcommands: [
      add, list, set, rotate, change("pause", to: "Paused"), change("resume", to: "Enabled"), test,
      trigger, replay, snapshot, deliveries,
    ])

  static let webhook = CommandArgument("webhook", help: "The webhook: wh_….")

  private static let add = Command(
    "add", abstract: "Send events to a URL; prints the signing secret, once",
    examples: [
      .init("scim-hris webhook add https://hooks.example.com/hris", "created and updated employees")
    ],
    arguments: [
      CommandArgument("url", help: "Where events are POSTed; \"inspector\" is the built-in one.")
    ],
    options: ClientCommand.options + choices + [
      CommandOption(
        "after", .text("cursor"),
        help: "Begin where a puller stopped: a cursor of the feed, or an event's id."),
      ConnectCommand.applicationOption,
    ],
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        let body = body(client.invocation)
        client.show(try await client.api.call("POST", "/webhooks", body: body), added)
      }
    })

  private static let list = Command(
    "ls", abstract: "List webhooks",
    options: ClientCommand.options + [ConnectCommand.applicationOption],
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        let filter = client.invocation.text("application").map { "?applicationId=\($0)" } ?? ""
        let webhooks = try await client.api.list("/webhooks" + filter)
        client.show(["data": .array(webhooks)]) { _ in
          webhooks.isEmpty
            ? "There is no webhook yet.\n" : WebhookScreen.list(webhooks, now: .now)
        }
      }
    })

  private static func change(_ name: String, to status: String) -> Command {
    let isPause = status == "Paused"
    return Command(
      name,
      abstract: isPause
        ? "Hold a webhook's events back until it is resumed" : "Let a webhook's events flow again",
      arguments: [webhook], options: ClientCommand.options,
      run: { invocation in
        await ClientCommand.run(invocation) { client async throws(ClientFailure) in
          let id = client.invocation.argument(0) ?? ""
          let body = JSONObject([.init(name: "status", value: .string(status))])
          let answer = try await client.api.call("PATCH", "/webhooks/\(id)", body: body)
          client.show(answer) { webhook in
            isPause ? "\(id) is paused; its events wait.\n" : WebhookScreen.enabled(webhook)
          }
        }
      })
  }

  private static let test = Command(
    "test", abstract: "Send a test event now and show what came back", arguments: [webhook],
    options: ClientCommand.options,
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        let id = client.invocation.argument(0) ?? ""
        let answer = try await client.api.call(
          "POST", "/webhooks/\(id)/test", body: JSONObject())
        client.show(answer) { "webhook.test to \(id)   \(AttemptText.result($0))\n" }
        let status = answer["data"]?["status"]?.int ?? 0
        if !(200..<300).contains(status) {
          throw ClientFailure("The receiver did not take the test event.")
        }
      }
    })

  private static func body(_ invocation: Invocation) -> JSONObject {
    var body = choices(invocation)
    let url = invocation.argument(0) ?? ""
    if url == "inspector" {
      body["receiver"] = "inspector"
    } else {
      body["deliveryUrl"] = .string(url)
    }
    body["after"] = invocation.text("after").map { .string($0) }
    body["applicationId"] = invocation.text("application").map { .string($0) }
    return body
  }

  package static func added(_ made: JSONValue) -> String {
    let events = (made["events"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
    return """
      webhook \(made["id"]?.string ?? "")   \(made["deliveryUrl"]?.string ?? "built-in inspector")
        signing secret        \(made["signingSecret"]?.string ?? "")
        events                \(events)
      Shown once. Try it: `webhook test \(made["id"]?.string ?? "")`.

      """
  }
}
