extension APISchemas {
  static let consumers: [Named] = [
    (
      "AccessToken",
      .object([
        .init("accessToken", .text, "Send it as Authorization: Bearer."),
        .init("tokenType", .choice(["Bearer"])),
        .init("expiresIn", .count, "Seconds."),
        .init("scope", .choice(["application", "consumer"]), "What it opens."),
        .init("applicationId", .id("app_")),
        .init("consumerId", .nullable(.id("csm_")), "Whose data; null for scope application."),
      ])
    ),
    (
      "Consumer",
      .object([
        .init("id", .id("csm_")),
        .init("name", .text, example: "Acme Inc", "As people know the customer."),
        .init(
          "externalId", .nullable(.text), example: "acme", "The application's own id of it."),
        .init("applicationId", .id("app_")),
        .init("createdAt", .timestamp),
      ])
    ),
  ]
}
