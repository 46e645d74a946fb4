extension APISchemas {
  static let connections: [Named] = [
    (
      "Connection",
      .object([
        .init("id", .id("cnx_")),
        .init("serviceId", .choice(Integration.serviceIds), "Which integration."),
        .init("name", .nullable(.text), example: "Okta", "As the provider writes its own name."),
        .init("universalApi", .choice([Integration.universalApi])),
        .init("status", .choice(words), example: "live", "How it does."),
        .init(
          "statusDetail", .text, example: "GET /Users was answered 200 at 2026-01-02T03:04:05Z.",
          "Why, in a sentence."),
        .init("enabled", .boolean, "false refuses every push."),
        .init("consumerId", .id("csm_")),
        .init("applicationId", .id("app_")),
        .init("createdAt", .timestamp),
        .init(
          "lastRequestAt", .nullable(.timestamp), "When it was last heard of, whatever came."),
        .init(
          "lastSuccessAt", .nullable(.timestamp),
          "The last call with a good API token that was answered below 400."),
        .init(
          "lastRequest", .nullable(.named("ConnectionRequest")),
          "The last call that had a good API token, or was refused for its token."),
        .init("settings", .named("ConnectionSettings")),
        .init("mapping", .named("MappingProgress")),
        .init("metadata", .named("ConnectionMetadata")),
      ])
    ),
    (
      "ConnectionRequest",
      .object([
        .init("at", .timestamp),
        .init("method", .text, example: "GET"),
        .init(
          "path", .text, example: "/Users/{id}",
          "What it was about, without whom: /Users, /Users/{id}, /Schemas; GET /requests has more."),
        .init("status", .count, "What it was answered."),
      ])
    ),
    (
      "ConnectionSettings",
      .open([
        .init(
          "deactivatedStatus", .choice(["inactive", "terminated"]), optional: true,
          "The employmentStatus of somebody whom the identity provider deactivates."),
        .init(
          "membershipUpdatesEmployees", .boolean, optional: true,
          "Whether joining or leaving a group is an employee.updated too."),
        .init("mapping", .open([]), optional: true, "What differs from the standard mapping."),
      ])
    ),
    (
      "ConnectionMetadata",
      .open([
        .init("baseUrl", .url, "Of the SCIM side: goes into the identity provider."),
        .init(
          "apiToken", .nullable(.text), example: "scimtok_EXAM…",
          "The first characters; whole only in the answer that made it."),
      ])
    ),
    (
      "AvailableConnection",
      .object([
        .init("id", .nullable(.id("cnx_")), "null: it is not added."),
        .init("serviceId", .choice(Integration.serviceIds), "Which integration."),
        .init("name", .text, example: "Okta", "As the provider writes its own name."),
        .init("universalApi", .choice([Integration.universalApi])),
        .init("status", .choice(["available"])),
        .init(
          "statusDetail", .text,
          example: "Not added: POST /api/connections/hris/okta-scim adds it.", "How to add it."),
        .init("enabled", .boolean),
        .init("consumerId", .nullable(.id("csm_")), "null, as all that follow."),
        .init("applicationId", .nullable(.id("app_"))),
        .init("createdAt", .nullable(.timestamp)),
        .init("lastRequestAt", .nullable(.timestamp)),
        .init("lastSuccessAt", .nullable(.timestamp)),
        .init("lastRequest", .nullable(.named("ConnectionRequest"))),
        .init("settings", .open([]), "Empty."),
        .init("metadata", .open([]), "Empty."),
      ])
    ),
  ]

  private static let words = ConnectionStatus.Word.allCases.map(\.rawValue)
    .filter { $0 != ConnectionStatus.Word.available.rawValue }
}
