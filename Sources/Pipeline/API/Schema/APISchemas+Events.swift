import Actors

extension APISchemas {
  static let events: [Named] = [
    ("Event", .either([.named("RecordEvent"), .named("OperationalEvent")])),
    ("RecordEvent", .object(recordEvent)),
    ("OperationalEvent", .object(operationalEvent)),
    ("GroupRecord", .object(group)),
    (
      "ErasedRecord",
      .object([
        .init("id", .id("emp_"), "The person is forgotten; only ids are left to tell."),
        .init("remoteId", .text), .init("deleted", .boolean), .init("erased", .boolean),
        .init("erasedAt", .timestamp), .init("revision", .count),
        .init("connection", .named("RecordOrigin")),
      ])
    ),
    (
      "MovedMember",
      .object([
        .init("id", .text), .init("remoteId", .text),
        .init("type", .choice(["employee", "group"])),
      ])
    ),
    (
      "EventConnection",
      .object([
        .init("unifiedApi", .choice([Integration.universalApi])),
        .init("serviceId", .choice(Integration.serviceIds)), .init("id", .id("cnx_")),
      ])
    ),
    (
      "Cause",
      .object([
        .init("method", .text, optional: true, example: "PATCH", "Of the request, if one."),
        .init("requestId", .text, optional: true),
        .init("reason", .text, optional: true, "Why, when no request asked for it itself."),
      ])
    ),
  ]

  private static let records = EventType.committed.filter { !EventType.operational.contains($0) }

  private static let recordEvent: [APISchema.Member] = [
    .init("id", .id("evt_"), "The webhook-id of every attempt, too."),
    .init("type", .choice(records.map(\.rawValue))),
    .init("timestamp", .timestamp),
    .init("sequence", .count, "Counts the connection's events without gaps."),
    .init("epoch", .count, "Rises when a backup is restored."),
    .init("consumerId", .id("csm_")),
    .init("consumerExternalId", .nullable(.text)),
    .init("connection", .named("EventConnection")),
    .init(
      "data", .either([.named("Employee"), .named("GroupRecord"), .named("ErasedRecord")]),
      "The record as it is then."),
    .init("changedFields", .array(of: .text)),
    .init("previous", .nullable(.open([])), "The changed fields as they were."),
    .init("cause", .named("Cause")),
  ]

  private static let operationalEvent: [APISchema.Member] = [
    .init("id", .id("evt_"), "The webhook-id of every attempt, too."),
    .init("type", .choice(EventType.operational.map(\.rawValue))),
    .init("timestamp", .timestamp),
    .init("epoch", .count),
    .init("applicationId", .id("app_")),
    .init("consumerId", .id("csm_"), optional: true),
    .init("connection", .named("EventConnection"), optional: true),
    .init("data", .open([.init("id", .text)]), "What it is about."),
    .init("cause", .named("Cause")),
  ]

  private static let group: [APISchema.Member] = [
    .init("id", .id("grp_")),
    .init("remoteId", .text),
    .init("externalId", .nullable(.text)),
    .init("name", .text, example: "Engineering"),
    .init("type", .nullable(.text), "By mapping rule."),
    .init("createdAt", .timestamp),
    .init("updatedAt", .timestamp),
    .init("deleted", .boolean),
    .init("deletedAt", .nullable(.timestamp)),
    .init("revision", .count),
    .init("connection", .named("RecordOrigin")),
    .init(
      "members", .array(of: .named("MovedMember")), optional: true,
      "Who came or went, at most 500."),
  ]
}
