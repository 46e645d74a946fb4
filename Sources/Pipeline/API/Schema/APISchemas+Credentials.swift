extension APISchemas {
  static let credentials: [Named] = [
    (
      "Key", .object([.init("id", .id("key_"))] + summary("apikey_EXAM…"))
    ),
    (
      "NewKey",
      .object([
        .init("id", .id("key_")), name, .init("applicationId", .id("app_")),
        .init(
          "apiKey", .text, example: "apikey_EXAMPLEexampleEXAMPLEexampleEXAMPLEexample2",
          "In this answer alone."),
        .init("createdAt", .timestamp),
      ])
    ),
    (
      "Token", .object([.init("id", .id("tok_"))] + summary("scimtok_EXAM…"))
    ),
    (
      "NewToken",
      .object([
        .init("id", .id("tok_")), name, .init("connectionId", .id("cnx_")),
        .init("baseUrl", .url, "Of the SCIM side: goes into the identity provider."),
        .init(
          "apiToken", .text, example: "scimtok_EXAMPLEexampleEXAMPLEexampleEXAMPLEexample1",
          "In this answer alone."),
        .init("createdAt", .timestamp),
      ])
    ),
    (
      "SetupLink",
      .object([
        .init("id", .id("stp_")),
        .init("state", .choice(["open", "expired", "revoked"])),
        .init("createdAt", .timestamp),
        .init("expiresAt", .nullable(.timestamp)),
        .init("revokedAt", .nullable(.timestamp)),
      ])
    ),
    (
      "NewSetupLink",
      .object([
        .init("id", .id("stp_")), .init("connectionId", .id("cnx_")),
        .init("url", .url, "The page for the customer's IT admin; in this answer alone."),
        .init("createdAt", .timestamp), .init("expiresAt", .timestamp),
      ])
    ),
    (
      "FieldReport",
      .object([
        .init("employees", .count, "Of the connection, deleted ones not counted."),
        .init("fields", .array(of: .named("FieldUse"))),
        .init(
          "neverSent", .array(of: .text),
          "Fields with a source that no employee has now, nor a deleted one had last."),
      ])
    ),
    (
      "FieldUse",
      .object([
        .init("field", .text, example: "departmentName", "Of an employee."),
        .init(
          "source", .nullable(.text), example: "title",
          "The attribute, or settings.mapping; null: by no rule, or one that reads nothing sent."),
        .init("employees", .count, "How many have it now."),
        .init("ever", .boolean, "Whether anybody has it now or, if deleted, had it last."),
      ])
    ),
  ]

  private static let name = APISchema.Member(
    "name", .nullable(.text), example: "CI", "What people call it.")

  private static func summary(_ prefix: String) -> [APISchema.Member] {
    [
      name, .init("prefix", .text, example: prefix, "Its first characters."),
      .init("createdAt", .timestamp),
      .init("lastUsedAt", .nullable(.timestamp), "null: never."),
      .init(
        "replacedAt", .nullable(.timestamp),
        "From when on it opens nothing; a time to come is the end of an overlap."),
    ]
  }
}
