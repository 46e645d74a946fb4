import Transport

extension DeliveryCommand {
  private static let letters = CommandArgument(
    "letter", help: "The id of its event, or wh_… for all of a webhook's.", isRepeating: true)

  /// `delivery dead`: what webhooks did not take, from anywhere; `spool dead` has writes, too.
  static let dead = Command(
    "dead", abstract: "Events that were given up: list them, send them again, drop them",
    subcommands: [deadList, deadRetry, deadDrop])

  private static let deadList = Command(
    "ls", abstract: "List events that were given up, the newest first",
    options: ClientCommand.options + [
      CommandOption("webhook", .text("id"), help: "Only of this webhook."),
      ConnectCommand.applicationOption,
    ],
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        let letters = try await all(client, of: client.invocation.text("webhook"))
        if client.wantsJSON {
          Terminal.write(JSONValue.array(letters).pretty() + "\n")
        } else {
          Terminal.write(DeliveryScreen.dead(letters, now: .now))
        }
      }
    })

  private static let deadRetry = Command(
    "retry", abstract: "Send given up events once more; those that are taken go away",
    examples: [
      .init("scim-hris delivery dead retry wh_01JD8W", "everything this webhook did not take")
    ],
    arguments: [letters], options: ClientCommand.options + [ConnectCommand.applicationOption],
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        var failed = 0
        for letter in try await chosen(client) {
          let answer = try await client.api.call(
            "POST", path(letter) + "/retry" + client.application(), body: JSONObject())
          let isDone = answer["data"]?["done"]?.bool == true
          if !isDone { failed += 1 }
          client.show(answer) { result in
            "\(letter["event"]?.string ?? "")  \(isDone ? "done" : "stays")"
              + "  \(result["detail"]?.string ?? "")\n"
          }
        }
        if failed > 0 { throw ClientFailure("\(SpoolText.count(failed, "letter")) stayed.") }
      }
    })

  private static let deadDrop = Command(
    "drop", abstract: "Remove given up events for good",
    arguments: [letters], options: ClientCommand.options + [ConnectCommand.applicationOption],
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        let chosen = try await chosen(client)
        for letter in chosen {
          _ = try await client.api.call("DELETE", path(letter) + client.application())
        }
        let events = JSONValue.array(chosen.map { $0["event"] ?? .null })
        client.show(["data": events]) { _ in
          "\(SpoolText.count(chosen.count, "letter")) dropped\n"
        }
      }
    })

  private static func path(_ letter: JSONValue) -> String {
    "/dead-letters/" + HTTPPercent.encode(letter["name"]?.string ?? "")
  }

  private static func all(
    _ client: ClientCommand, of webhook: String?
  ) async throws(ClientFailure) -> [JSONValue] {
    var filter = client.application()
    if let webhook {
      filter += (filter.isEmpty ? "?" : "&") + "webhook=\(HTTPPercent.encode(webhook))"
    }
    return try await client.api.list("/dead-letters" + filter, limit: 100_000)
  }

  private static func chosen(_ client: ClientCommand) async throws(ClientFailure) -> [JSONValue] {
    let all = try await all(client, of: nil)
    var chosen: [JSONValue] = []
    for what in client.invocation.arguments {
      let found = all.filter { letter in
        ["name", "event", "webhook"].contains { letter[$0]?.string == what }
      }
      if found.isEmpty { throw ClientFailure("There is no dead letter \(what).") }
      chosen += found.filter { letter in !chosen.contains { $0["name"] == letter["name"] } }
    }
    return chosen
  }
}
