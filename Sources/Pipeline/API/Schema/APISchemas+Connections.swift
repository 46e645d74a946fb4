extension APISchemas {
  static let connections: [Named] = [
    (
      "Connection",
      .object([
        .init("id", .id("cnx_")),
        .init("serviceId", .choice(Integration.serviceIds), "Which integration."),
        .init("name", .nullable(.text), example: "Okta", "As the provider writes its own name."),
        .init("universalApi", .choice([Integration.universalApi])),
        .init("status", .text, example: "connected", "How it does."),
        .init("enabled", .boolean, "false refuses every push."),
        .init("consumerId", .id("csm_")),
        .init("applicationId", .id("app_")),
        .init("createdAt", .timestamp),
        .init("lastRequestAt", .nullable(.timestamp), "When it was last heard of."),
        .init("settings", .named("ConnectionSettings")),
        .init("mapping", .named("MappingProgress")),
        .init("metadata", .named("ConnectionMetadata")),
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
        .init("enabled", .boolean),
      ])
    ),
  ]
}
