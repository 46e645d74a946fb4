import Actors

/// The route table: every address of the API with its scope, inputs and meaning, as data.
///
/// Served under `/api` and, word for word, without it. Only what stands here exists.
enum APIRoutes {
  static let all: [APIRoute] =
    open + keys + consumers + webhooks + deliveries + deadLetters + feed + requests + connections
    + credentials + mapping + employees + groups + owner

  static let paging = [
    APIInput("cursor", .text(limit: 256), "Where the page starts: meta.next of the page before."),
    APIInput("limit", .integer(1...1000), "Entries on a page; 100 when absent."),
  ]

  private static let open = [
    APIRoute(
      .open(.createAccessToken), "POST", "/auth",
      "Exchange an API key for an access token.", answer: .data(.named("AccessToken")),
      refuses: [.unauthorized, .tooManyRequests],
      body: [
        APIInput("apiKey", .text(limit: 256), required: true, "The application's API key."),
        APIInput(
          "scope", .choice(["application", "consumer"]), required: true,
          "application: consumers and webhooks; consumer: connections and employees of one."),
        APIInput(
          "applicationId", .text(limit: 64), "Refused when the key belongs to another one."),
        APIInput("consumerId", .text(limit: 64), "Whose data; required with scope consumer."),
      ]),
    APIRoute(
      .open(.revokeAccessToken), "DELETE", "/auth", success: 204,
      "Revoke the access token this call comes with.", answer: .nothing,
      refuses: [.unauthorized, .conflict, .tooManyRequests]),
    APIRoute(
      .open(.getOpenAPI), "GET", "/openapi.json", "This API in OpenAPI 3.1.",
      answer: .media(["application/json"])),
    APIRoute(
      .open(.getExplorer), "GET", "/explorer", "A page to try every call in a browser.",
      answer: .media(["text/html"])),
  ]

  private static let consumers = [
    APIRoute(
      .application(.listConsumers), "GET", "/consumers", "List the application's consumers.",
      answer: .page(of: .named("Consumer")),
      query: paging),
    APIRoute(
      .application(.createConsumer), "POST", "/consumers", success: 201,
      "Add a consumer: one customer of the application.", answer: .data(.named("Consumer")),
      refuses: [.conflict],
      body: [
        APIInput("name", .text(limit: 200), required: true, "As people know the customer."),
        externalId,
      ]),
    APIRoute(
      .application(.getConsumer), "GET", "/consumers/{id}", "Read one consumer.",
      answer: .data(.named("Consumer"))),
    APIRoute(
      .application(.updateConsumer), "PATCH", "/consumers/{id}",
      "Change what is supplied of a consumer.", answer: .data(.named("Consumer")),
      refuses: [.conflict],
      body: [
        APIInput("name", .text(limit: 200), "As people know the customer."), externalId,
      ]),
    APIRoute(
      .application(.deleteConsumer), "DELETE", "/consumers/{id}", success: 204,
      "Remove a consumer that has no connection.", answer: .nothing, refuses: [.conflict]),
  ]

  private static let externalId = APIInput(
    "externalId", .text(limit: 200), nullable: true,
    "The application's own id of the customer, echoed in events; unique in the application.")

  static let serviceId = APIInput(
    "x-uapi-service-id", .choice(Integration.serviceIds),
    "Which connection, where the consumer has several.")
}
