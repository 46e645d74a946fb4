/// Every named shape of the API's answers, in the order the documents list them.
enum APISchemas {
  typealias Named = (name: String, schema: APISchema)

  static let all: [Named] =
    common + consumers + connections + credentials + mapping + employees + people + webhooks
    + deliveries + events + requests

  static func schema(named name: String) -> APISchema? {
    all.first { $0.name == name }?.schema
  }

  private static let common: [Named] = [
    (
      "Problem",
      .object([
        .init(
          "type", .choice(APIError.Kind.allCases.map { "urn:scim-hris:problem:\($0.rawValue)" }),
          "Which family of refusal."),
        .init("title", .text, example: "Invalid input", "The family in words."),
        .init("status", .count, "The HTTP status."),
        .init("detail", .text, example: "limit: must be from 1 to 1000", "What to do about it."),
        .init("instance", .id("req_"), "Names this occurrence, as x-request-id does."),
        .init("errors", .array(of: .named("Fault")), optional: true, "The inputs at fault."),
      ])
    ),
    (
      "Fault",
      .object([
        .init("in", .choice(["body", "query", "path", "header"]), "Where it stands."),
        .init("field", .text, example: "limit", "Its name."),
        .init("detail", .text, example: "must be from 1 to 1000", "What is wrong."),
      ])
    ),
    (
      "Page",
      .object([
        .init("next", .nullable(.text), "Give it as cursor for the next page; null at the end."),
        .init("current", .nullable(.text), "The cursor of this page; null for the first."),
        .init("itemsOnPage", .count, "Entries in data."),
      ])
    ),
  ]
}
