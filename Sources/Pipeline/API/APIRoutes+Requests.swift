extension APIRoutes {
  static let requests = [
    APIRoute(
      .application(.listRequests), "GET", "/requests",
      "List what identity providers asked, the newest first: every write, and reads and refusals as far "
        + "as there is room to note them.",
      answer: .page(of: .named("Request")), refuses: [.notFound, .tooManyRequests],
      query: paging + [
        APIInput("connectionId", .text(limit: 64), "Only at this connection."),
        APIInput("consumerId", .text(limit: 64), "Only at connections of this consumer."),
        APIInput(
          "method", .choice(["GET", "POST", "PUT", "PATCH", "DELETE"]), "Only of this method."),
        APIInput("status", .integer(100...599), "Only what was answered so."),
        APIInput(
          "outcome", .choice(RequestOutcome.allCases.map(\.rawValue)),
          "applied, unchanged (it changed nothing), refused, or read (nothing was to change)."),
        APIInput("employeeId", .text(limit: 64), "Only about this employee or group."),
        APIInput(
          "q", .text(limit: 320),
          "Only about whom this names, a userName, an e-mail address or an id, or where it occurs."),
        APIInput("since", .timestamp, "Only what arrived then or later."),
        APIInput("until", .timestamp, "Only what arrived before."),
      ]),
    APIRoute(
      .application(.getRequest), "GET", "/requests/{id}",
      "Trace one call: request, change, events, and the attempts to deliver them.",
      answer: .data(.named("RequestTrace")), refuses: [.tooManyRequests]),
  ]
}
