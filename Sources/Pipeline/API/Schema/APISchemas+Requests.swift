import Actors

extension APISchemas {
  static let requests: [Named] = [
    ("Request", .object(request)),
    ("RequestTrace", .object(request + trace)),
    (
      "TracedLine",
      .object([
        .init("seq", .count, "Its line of the hop."),
        .init("time", .timestamp, "When it was written."),
      ])
    ),
    (
      "TracedEvent",
      .object([
        .init("id", .id("evt_")),
        .init("type", .text, example: "employee.updated"),
        .init("time", .timestamp),
        .init("sequence", .nullable(.count), "null: it has none."),
        .init("recordId", .text, "The employee or group it is about."),
        .init("follows", .boolean, "true: it followed, about somebody else."),
        .init("deliveries", .array(of: .named("TracedDelivery")), "Every attempt, in order."),
        .init("waiting", .array(of: .id("wh_")), "Webhooks it was not tried at yet."),
      ])
    ),
    (
      "TracedDelivery",
      .object([
        .init("id", .id("dlv_")),
        .init("time", .timestamp, "When it had ended."),
        .init("webhookId", .id("wh_")),
        .init("attempt", .count, "From 1."),
        .init("trigger", .text, example: "schedule", "Why it was sent."),
        .init("result", .choice(DeliveryAttempt.Result.allCases.map(\.rawValue))),
        .init("status", .nullable(.count), "Of the answer."),
        .init("error", .nullable(.text), "Why there is none."),
        .init("milliseconds", .number, "All of it."),
      ])
    ),
  ]

  private static let request: [APISchema.Member] = [
    .init("id", .id("req_"), "As the answer's x-request-id said."),
    .init("time", .timestamp, "When it arrived."),
    .init("consumerId", .nullable(.id("csm_"))),
    .init("connectionId", .text, "Empty when its Base URL was nobody's: for the owner alone."),
    .init("serviceId", .nullable(.text), example: "okta-scim"),
    .init("method", .text, example: "PATCH"),
    .init("path", .text, example: "/Users/2819c223", "What stood after the Base URL."),
    .init("query", .nullable(.text), "What means something in it."),
    .init("from", .text, example: "203.0.113.7", "The address it came from."),
    .init("userAgent", .nullable(.text), example: "Okta SCIM Client 1.0.0"),
    .init("authenticated", .boolean, "Whether its API token was valid."),
    .init("status", .nullable(.count), "Of the answer; null while it has none."),
    .init(
      "outcome", .nullable(.choice(RequestOutcome.allCases.map(\.rawValue))),
      "read: nothing was to change. Null of POST /Bulk, whose writes are calls of their own."),
    .init("detail", .nullable(.text), "Why it was refused, as answered."),
    .init("milliseconds", .nullable(.count), "From its arrival to its outcome."),
    .init("recordId", .nullable(.text), "The employee or group it was about."),
  ]

  private static let trace: [APISchema.Member] = [
    .init("baseUrl", .nullable(.text), "Where it was sent; null, as all that follows, of a read."),
    .init("ifMatch", .nullable(.text)),
    .init("body", .nullable(.open([])), "As sent, without its password."),
    .init("erased", .boolean, "true: the person was erased since; only ids are left."),
    .init("accepted", .nullable(.named("TracedLine")), "In 1-accepted."),
    .init(
      "mapped",
      .nullable(
        .object([
          .init("seq", .count), .init("time", .timestamp),
          .init("kind", .nullable(.text), example: "updated"),
        ])), "In 2-mapped."),
    .init(
      "committed",
      .nullable(
        .object([
          .init("seq", .count), .init("time", .timestamp),
          .init("version", .nullable(.count), "Of the resource; null when it did not change."),
        ])), "In 3-committed."),
    .init("changedFields", .array(of: .text), "Of the employee or group."),
    .init("events", .array(of: .named("TracedEvent"))),
    .init("deliveriesComplete", .boolean, "false: newer attempts were not looked through."),
  ]
}
