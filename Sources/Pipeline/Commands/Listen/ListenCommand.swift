/// `listen`: brings a server's events to a laptop, signed, without a tunnel.
enum ListenCommand {
  static let command = Command(
    "listen", abstract: "Forward a server's events to a receiver on this machine, signed",
    discussion: """
      Reads the event feed, so nobody needs to reach this machine, and no webhook is needed. Each \
      event goes out with the id and the bytes a webhook gets, signed now with your secret, one \
      after the other. While nobody listens there it waits and keeps its place; while the server is \
      away, too. An answer that is no success is shown, and the next event follows.
      """,
    examples: [
      .init(
        "scim-hris listen --forward-to http://localhost:3000/hooks", "the server that runs here"),
      .init(
        "scim-hris listen --url https://scim.example.com --forward-to http://localhost:3000",
        "one elsewhere, with SCIM_HRIS_API_KEY"),
    ],
    options: [
      CommandOption("forward-to", .url, help: "Where each event is POSTed."),
      CommandOption(
        "after", .text("place"),
        help: "An event's id or a cursor of the feed; latest, or oldest for all that is kept.",
        default: "latest"),
      CommandOption(
        "type", .text("type"), help: "Only events of this type.", isRepeating: true),
      CommandOption("consumer", .text("id"), help: "Only events of this consumer."),
      ConnectCommand.applicationOption,
      ReceiveCommand.secret,
      CommandOption("count", .count(1...Int.max), help: "End after so many events."),
      CommandOption(
        "timeout", .duration(1...3_600_000), help: "How long an answer may take.", default: "20s"),
    ] + ClientCommand.options,
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        try await ListenRun(client).run()
      }
    })
}
