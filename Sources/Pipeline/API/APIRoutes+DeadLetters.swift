extension APIRoutes {
  static let deadLetters = [
    APIRoute(
      .application(.listDeadLetters), "GET", "/dead-letters",
      "List the events that webhooks did not take in all their attempts, the newest first.",
      answer: .page(of: .named("DeadLetter")), refuses: [.notFound],
      query: paging + [APIInput("webhook", .text(limit: 64), "Only of this webhook.")]),
    APIRoute(
      .application(.resendDeadLetter), "POST", "/dead-letters/{name}/retry",
      "Send its event once more, now; it goes away when that succeeds.",
      answer: .data(.named("Retry")), refuses: [.conflict]),
    APIRoute(
      .application(.removeDeadLetter), "DELETE", "/dead-letters/{name}", success: 204,
      "Remove it for good; the event is not sent again.", answer: .nothing),
  ]
}
