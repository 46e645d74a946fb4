extension APIRoutes {
  /// Served on the control socket only, to whoever owns the spool directory.
  static let owner =
    [
      APIRoute(.owner(.getStatus), "GET", "/status", "The server at a glance."),
      APIRoute(
        .owner(.connect), "POST", "/connect", success: 201,
        "Add a consumer and a connection in one go.",
        body: [
          APIInput("name", .text(limit: 200), required: true, "Of the consumer."),
          APIInput("serviceId", .choice(Integration.serviceIds), "okta-scim when absent."),
          APIInput("externalId", .text(limit: 200), "The application's own id of the customer."),
          applicationId,
        ]),
      APIRoute(
        .owner(.listApplications), "GET", "/applications", "List applications.", query: paging),
      APIRoute(
        .owner(.createApplication), "POST", "/applications", success: 201,
        "Add an application; this answer alone shows its first API key.",
        body: [APIInput("name", .text(limit: 200), required: true, "Of the application.")]),
      APIRoute(
        .owner(.createApplicationKey), "POST", "/applications/{id}/keys", success: 201,
        "Add an API key; shown in this answer alone.", body: [credentialName]),
      APIRoute(
        .owner(.deleteApplicationKey), "DELETE", "/applications/{id}/keys/{keyId}", success: 204,
        "Revoke an API key and every access token made with it."),
      APIRoute(
        .owner(.listConnectionTokens), "GET", "/connections/{id}/tokens",
        "List a connection's API tokens by prefix."),
      APIRoute(
        .owner(.createConnectionToken), "POST", "/connections/{id}/tokens", success: 201,
        "Add an API token; shown in this answer alone.", body: tokenMembers),
      APIRoute(
        .owner(.deleteConnectionToken), "DELETE", "/connections/{id}/tokens/{tokenId}",
        success: 204, "Revoke an API token."),
      APIRoute(
        .owner(.listAllConnections), "GET", "/owner/connections",
        "List every connection of every application, with its state."),
      APIRoute(
        .owner(.prepareSimulator), "POST", "/simulator",
        "Make or reuse the simulator's connection, with a fresh API token."),
      APIRoute(
        .owner(.listInspectedEvents), "GET", "/inspector",
        "What the built-in inspector received, newest first, with the signature verdict.",
        query: [APIInput("limit", .integer(1...Inspector.Bounds.events), "All when absent.")]),
      APIRoute(
        .owner(.followEvents), "GET", "/owner/events",
        "Events and attempts as JSON lines: the recent ones, then with follow=1 each new one.",
        query: [
          APIInput("follow", .choice(["0", "1"]), "1 keeps the answer open."),
          APIInput("recent", .integer(0...200), "How many past lines come first; 20 when absent."),
        ]),
    ] + delivery + erasing

  private static let delivery = [
    APIRoute(
      .owner(.holdDelivery), "POST", "/owner/hold",
      "Send nothing to a webhook, or nothing of one employee or group, until it is released.",
      body: held),
    APIRoute(
      .owner(.releaseDelivery), "POST", "/owner/release", "Let what is held go on.", body: held),
    APIRoute(
      .owner(.replayEvents), "POST", "/owner/replay",
      "Send a stretch of committed events to a webhook once more, marked as a replay.",
      body: [
        heldWebhook,
        APIInput("from", .place, required: true, "The first line of 3-committed, or since when."),
        APIInput("to", .place, "The last line, or until when; the newest when absent."),
        APIInput("dryRun", .boolean, "true only counts."),
      ]),
    APIRoute(
      .owner(.retryDeadLetter), "POST", "/owner/dead/{letter}/retry",
      "Try a dead letter again now; it goes away when that succeeds."),
    APIRoute(
      .owner(.dropDeadLetter), "DELETE", "/owner/dead/{letter}", success: 204,
      "Remove a dead letter for good."),
  ]

  private static let erasing = [
    APIRoute(
      .owner(.eraseAnyEmployee), "POST", "/owner/employees/{id}/erase", success: 202,
      "Forget a person for good, whosever employee it is.",
      body: [
        APIInput(
          "now", .boolean,
          "true: the files that tell of it go now, and with them what else they hold.")
      ]),
    APIRoute(
      .owner(.listErasures), "GET", "/owner/erasures",
      "List the erasures of which files of the spool still tell, the oldest first."),
  ]

  private static let heldWebhook = APIInput(
    "webhook", .text(limit: 64), required: true, "The webhook's id.")
  private static let held = [
    heldWebhook, APIInput("key", .text(limit: 64), "Only this employee or group."),
  ]

  /// With several applications the owner says which; over a network the access token does.
  static let applicationId = APIInput(
    "applicationId", .text(limit: 64), "Which application, for the owner of several.")
  static let consumerId = APIInput(
    "consumerId", .text(limit: 64), "Which consumer, for the owner of several.")
}
