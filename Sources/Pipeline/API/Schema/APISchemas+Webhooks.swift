import Actors

extension APISchemas {
  static let webhooks: [Named] = [
    ("Webhook", .object(webhook)),
    ("NewWebhook", .object(webhook + [signingSecret])),
    (
      "ChangedWebhook",
      .object(
        webhook + [
          .init(
            "missed", .nullable(.named("MissedEvents")), optional: true,
            "What it was not sent while it was disabled; null when that is nothing.")
        ])
    ),
    (
      "RotatedWebhook",
      .object(
        webhook + [
          signingSecret,
          .init("previousUntil", .timestamp, "So long the secret before signs, too."),
        ])
    ),
    ("WatchedWebhook", .object(webhook + [.init("delivery", .nullable(.named("DeliveryState")))])),
    ("WebhookSettings", .object(settings)),
    ("DeliveryState", .object(state)),
    ("MissedEvents", .object(missed)),
    (
      "LostLines",
      .object([.init("from", .count, "The first."), .init("to", .count, "The last.")])
    ),
    ("Replay", .object(replay)),
  ]

  private static let webhook: [APISchema.Member] = [
    .init("id", .id("wh_")),
    .init("applicationId", .id("app_")),
    .init("unifiedApi", .choice([Integration.universalApi])),
    .init("receiver", .choice(["url", "inspector"])),
    .init("deliveryUrl", .nullable(.url), "null for the inspector."),
    .init("status", .choice(["Enabled", "Paused", "Disabled"])),
    .init("events", .array(of: .choice(EventSubscription.names)), "What it gets."),
    .init("consumerIds", .nullable(.array(of: .id("csm_"))), "Only events of these; null: all."),
    .init("connectionIds", .nullable(.array(of: .id("cnx_"))), "Only events of these; null: all."),
    .init(
      "fields", .nullable(.array(of: .choice(EventTrim.names))),
      "What is sent of an employee or group; null: all."),
    .init("settings", .nullable(.named("WebhookSettings")), "null: the server's numbers."),
    .init("allowLocal", .boolean, "Whether the owner opened exactly this private address."),
    .init("createdAt", .timestamp),
  ]

  private static let signingSecret = APISchema.Member(
    "signingSecret", .id("whsec_"), "Shown in this answer alone.")

  private static let settings: [APISchema.Member] =
    WebhookSettings.counts.map { .init($0.name, .count, optional: true) }
    + WebhookSettings.times.map { .init($0.name, .text, optional: true, example: "10s") }
    + [
      .init("retries", .array(of: .text), optional: true, "The wait before each attempt.")
    ]

  private static let state: [APISchema.Member] = [
    .init("waiting", .count, optional: true, "Events it has not taken."),
    .init("inFlight", .count, "Attempts under way."),
    .init("failingSince", .nullable(.timestamp), optional: true),
    .init("lastError", .nullable(.text), optional: true, example: "connection refused"),
    .init("breakerOpen", .boolean, optional: true, "Whether it is left alone for a while."),
    .init("nextAttempt", .nullable(.timestamp), optional: true),
    .init("clockSkew", .nullable(.integer), optional: true, "Seconds its clock is off."),
    .init("cursor", .text, "Fetch /api/events from here; everything before it is done."),
  ]

  private static let missed: [APISchema.Member] = [
    .init("events", .nullable(.count), "null: more than anybody would wait for."),
    .init("from", .count, "The first line of 3-committed."),
    .init("to", .count, "The last."),
    .init("lost", .nullable(.named("LostLines")), "Lines no longer kept."),
    .init("needsSnapshot", .boolean, "Whether only the present state makes up for it all."),
    .init("hint", .text, "What to do."),
  ]

  private static let replay: [APISchema.Member] = [
    .init("events", .count, "How many it is."),
    .init("queued", .boolean, "false: only counted."),
    .init("lost", .nullable(.named("LostLines")), optional: true, "Lines no longer kept."),
    .init("needsSnapshot", .boolean, optional: true, "Whether only the present state helps."),
    .init("hint", .text, optional: true, "What to do."),
  ]
}
