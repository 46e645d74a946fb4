import Actors

extension APISchemas {
  static let deliveries: [Named] = [
    ("Attempt", .object(attempt + [time])),
    (
      "NewAttempt",
      .object(
        attempt + [
          .init("response", .named("Response"), optional: true, "What the receiver answered."),
          .init("durableSeq", .count, "How far the log was on disk."),
        ])
    ),
    (
      "Delivery",
      .object(
        attempt + [
          time,
          .init("response", .nullable(.named("Response")), "null: there was none."),
          .init("request", .nullable(.named("SentRequest")), "null: its webhook is gone."),
        ])
    ),
    (
      "Durations",
      .object(
        ["dns", "connect", "tls", "firstByte", "total"].map { .init($0, .number, "Milliseconds.") })
    ),
    (
      "Response",
      .object([
        .init("head", .text, example: "HTTP/1.1 200 OK", "Status line and fields."),
        .init("body", .text, example: "ok", "At most its beginning."),
      ])
    ),
    (
      "SentRequest",
      .object([
        .init("url", .nullable(.url)),
        .init("head", .text, "Request line and fields, without the signatures."),
        .init("body", .nullable(.open([])), "The event; null when it is no longer kept."),
      ])
    ),
    ("DeadLetter", .object(letter)),
    (
      "Retry",
      .object([
        .init("letter", .text, "The id of the event."),
        .init("done", .boolean, "Whether the letter is gone."),
        .init("detail", .text, example: "delivered", "How it went."),
      ])
    ),
  ]

  private static let time = APISchema.Member("time", .timestamp, "When it had ended.")

  private static let attempt: [APISchema.Member] = [
    .init("id", .id("dlv_")),
    .init("event", .id("evt_")),
    .init("type", .choice(EventType.allCases.map(\.rawValue)), optional: true),
    .init("webhook", .id("wh_")),
    .init("key", .text, "The employee or group it is about."),
    .init("seq", .count, optional: true, "The event's line of 3-committed; 0: it has none."),
    .init("place", .count, optional: true, "The same of a snapshot."),
    .init("index", .count, optional: true, "Which event of that line; absent: the first."),
    .init("attempt", .count, "From 1."),
    .init(
      "trigger", .choice(["schedule", "manual", "replay", "snapshot"]), "Why it was sent."),
    .init("run", .text, optional: true, "The replay or snapshot it belongs to."),
    .init("probe", .boolean, optional: true, "true: it looked whether the receiver is back."),
    .init("result", .choice(DeliveryAttempt.Result.allCases.map(\.rawValue))),
    .init("status", .count, optional: true, "Of the answer."),
    .init("error", .text, optional: true, example: "connection refused", "Why there is none."),
    .init("durations", .named("Durations")),
    .init("address", .text, optional: true, example: "203.0.113.7", "What was dialled."),
    .init("next", .timestamp, optional: true, "When it is tried again."),
    .init("holds", .boolean, optional: true, "true: later events of the same key wait."),
  ]

  private static let letter: [APISchema.Member] = [
    .init("name", .text, "Names it in the calls about it."),
    .init("webhook", .nullable(.id("wh_"))),
    .init("event", .text),
    .init("type", .nullable(.text), example: "employee.updated"),
    .init("key", .nullable(.text), "The employee or group it is about."),
    .init("class", .text, "What kind of failure it was."),
    .init("reason", .text, example: "answered 500", "Of the last attempt."),
    .init("attempts", .count),
    .init("first", .nullable(.timestamp), "When it was given up first."),
    .init("last", .nullable(.timestamp), "When it was given up last."),
  ]
}
