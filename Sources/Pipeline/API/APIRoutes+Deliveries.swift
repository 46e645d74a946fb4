import Actors

extension APIRoutes {
  static let deliveries = [
    APIRoute(
      .application(.listDeliveries), "GET", "/webhooks/{id}/deliveries",
      "List the attempts at a webhook, the newest first.", answer: .page(of: .named("Attempt")),
      query: paging + [
        APIInput(
          "result", .choice(DeliveryAttempt.Result.allCases.map(\.rawValue)),
          "delivered, retry (tried again later), dead (given up) or failed (sent once by hand)."),
        APIInput("event", .text(limit: 64), "Only of this event."),
        APIInput("employeeId", .text(limit: 64), "Only of events of this employee or group."),
        APIInput("type", .choice(EventType.allCases.map(\.rawValue)), "Only of this event type."),
        APIInput("since", .timestamp, "Only what ended then or later."),
        APIInput("until", .timestamp, "Only what ended before."),
      ]),
    APIRoute(
      .application(.getDelivery), "GET", "/deliveries/{id}",
      "Read one attempt in full: the request with the event, the answer, how long what took.",
      answer: .data(.named("Delivery"))),
    APIRoute(
      .application(.redeliver), "POST", "/deliveries/{id}/redeliver",
      "Send the event of an attempt once more, now, and answer with the new attempt.",
      answer: .data(.named("NewAttempt")), refuses: [.conflict]),
  ]
}
