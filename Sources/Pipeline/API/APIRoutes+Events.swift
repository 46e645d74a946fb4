extension APIRoutes {
  static let feed = [
    APIRoute(
      .application(.listEvents), "GET", "/events",
      "Fetch events as they were committed, with the bytes webhooks get; with Accept:"
        + " text/event-stream as a stream.", answer: .page(of: .named("Event")),
      refuses: [.cursorExpired, .tooManyRequests],
      fields: [APIInput("last-event-id", .text(limit: 256), "Where a stream goes on.")],
      query: [
        after,
        APIInput("limit", .integer(1...1000), "Events on a page; 100 when absent."),
        APIInput(
          "wait", .integer(0...60),
          "Seconds to wait for an event when there is none; 0 when absent."
        ),
        APIInput("types", .list(of: subscribable), "Only these, with commas in between."),
        APIInput("consumerId", .text(limit: 64), "Only events of this consumer."),
        APIInput(
          "connectionId", .text(limit: 64),
          "Only events of this connection; their sequence then has no gaps."),
      ])
  ]

  static let after = APIInput(
    "after", .text(limit: 256),
    "meta.next of a page, the id of an event, or latest; the oldest event kept when absent.")
}
