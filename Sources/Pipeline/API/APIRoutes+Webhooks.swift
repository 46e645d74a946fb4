import Actors

extension APIRoutes {
  /// What a webhook may name: a type that is committed, or a family of them.
  static let subscribable = EventSubscription.names

  static let webhooks = [
    APIRoute(
      .application(.listWebhooks), "GET", "/webhooks", "List the application's webhooks.",
      answer: .page(of: .named("WatchedWebhook")),
      query: paging),
    APIRoute(
      .application(.createWebhook), "POST", "/webhooks", success: 201,
      "Add a webhook; this answer alone shows its signing secret.",
      answer: .data(.named("NewWebhook")), refuses: [.conflict, .cursorExpired],
      body: [
        APIInput("unifiedApi", .choice(["hris"]), "hris, the only one."),
        APIInput(
          "receiver", .choice(["url", "inspector"]),
          "url (the default) needs deliveryUrl; inspector is the receiver built into the server."),
        deliveryUrl, allowLocal, status, events, consumerIds, connectionIds, fields, settings,
        APIInput(
          "after", .text(limit: 256),
          "Where a puller stopped: meta.next of /events or an event's id; now when absent."),
      ]),
    APIRoute(
      .application(.getWebhook), "GET", "/webhooks/{id}", "Read one webhook.",
      answer: .data(.named("WatchedWebhook"))),
    APIRoute(
      .application(.updateWebhook), "PATCH", "/webhooks/{id}",
      "Change what is supplied of a webhook.", answer: .data(.named("ChangedWebhook")),
      body: [
        deliveryUrl, allowLocal, status, events, consumerIds, connectionIds, fields, settings,
      ]),
    APIRoute(
      .application(.deleteWebhook), "DELETE", "/webhooks/{id}", success: 204,
      "Remove a webhook; what still waits for it is not sent.", answer: .nothing),
    APIRoute(
      .application(.rotateSecret), "POST", "/webhooks/{id}/secret",
      "Replace the signing secret; both sign for 24 h. This answer alone shows the new one.",
      answer: .data(.named("RotatedWebhook"))),
    APIRoute(
      .application(.testWebhook), "POST", "/webhooks/{id}/test",
      "Send webhook.test now and answer with the attempt.", answer: .data(.named("NewAttempt"))),
    APIRoute(
      .application(.triggerWebhook), "POST", "/webhooks/{id}/trigger",
      "Send a sample of an event type now, marked test: true, and answer with the attempt.",
      answer: .data(.named("NewAttempt")),
      body: [
        APIInput(
          "type", .choice(EventType.allCases.map(\.rawValue)), required: true, "Of which type.")
      ]),
    APIRoute(
      .application(.replayWebhook), "POST", "/webhooks/{id}/replay", success: 202,
      "Send committed events again, or the present state; answers how many it will be.",
      answer: .data(.named("Replay")), refuses: [.conflict],
      body: replayed + [
        APIInput("snapshot", .boolean, "true: employee.snapshot for every employee instead.")
      ]),
  ]

  /// Which events, and whether to send them at all.
  static let replayed = [
    APIInput("from", .place, "The first line of 3-committed, or since when."),
    APIInput("to", .place, "The last line, or until when; the newest when absent."),
    APIInput("types", .list(of: subscribable), "Only these of the types it gets."),
    APIInput("employeeId", .text(limit: 64), "Only events of this employee or group."),
    APIInput("onlyFailed", .boolean, "true: only what was given up at the newest attempt."),
    APIInput(
      "missed", .boolean, "true: only what it was not sent while it was disabled; once."),
    APIInput("dryRun", .boolean, "true only counts."),
  ]

  private static let deliveryUrl = APIInput(
    "deliveryUrl", .text(limit: 2048), "Where events are POSTed: an http:// or https:// address.")
  private static let allowLocal = APIInput(
    "allowLocal", .boolean,
    "Opens exactly this address although it is private; over the control socket only.")
  private static let status = APIInput(
    "status", .choice(["Enabled", "Paused", "Disabled"]),
    "Paused: events wait. Disabled: they do not.")
  private static let events = APIInput(
    "events", .list(of: subscribable), "employee.created and employee.updated when absent.")
  private static let consumerIds = APIInput(
    "consumerIds", .list(of: nil), nullable: true, "Only events of these; all when null.")
  private static let connectionIds = APIInput(
    "connectionIds", .list(of: nil), nullable: true, "Only events of these; all when null.")
  private static let fields = APIInput(
    "fields", .list(of: EventTrim.names), nullable: true,
    "Members of an employee or group that are sent; all when null. id and revision always are.")
  private static let settings = APIInput(
    "settings", .object, nullable: true,
    "Numbers of this webhook's delivery in place of the server's, null for those: "
      + WebhookSettings.names.joined(separator: ", ") + ".")
}
