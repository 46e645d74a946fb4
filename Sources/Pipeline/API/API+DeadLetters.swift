import Actors
import Transport

/// What an application's webhooks did not take.
extension API {
  func listDeadLetters(
    of application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    var webhooks = Set(backend.configuration.webhooks(of: application.id).map(\.id))
    if let chosen = call.queryText("webhook") {
      guard webhooks.contains(chosen) else { throw .notFound("webhook", chosen) }
      webhooks = [chosen]
    }
    let after = try APICursor(of: call)?.after
    if let after, !after.hasPrefix("wh_") || !after.contains("-") { throw .unknownCursor }
    let page = try await backend.deadLetters(of: webhooks, after: after, limit: call.limit)
    return .page(
      page.letters.map(\.publicJSON.bytes), current: call.queryText("cursor"),
      next: page.next.map { APICursor(after: $0).text })
  }

  func retryDeadLetter(
    of application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    .data(.object(try await backend.retryDeadLetter(try letter(of: application, call))))
  }

  func dropDeadLetter(
    of application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    try await backend.dropDeadLetter(try letter(of: application, call))
    return .nothing
  }

  /// Its name begins with its webhook's id, so another application's is told without reading it.
  private func letter(of application: Application, _ call: APICall) throws(APIError) -> String {
    let name = call.path("name")
    let webhook = backend.configuration.webhooks[String(name.prefix { $0 != "-" })]
    guard webhook?.applicationId == application.id else { throw .notFound("dead letter", name) }
    return name
  }
}

/// Dead letters in the order in which they are listed.
struct DeadLetterPage: Sendable {
  var letters: [SpoolDeadLetter] = []
  /// The name to go on after; nil at the end.
  var next: String?
}

extension SpoolDeadLetter {
  /// Without the event, which the feed and the deliveries have.
  var publicJSON: JSONValue {
    let event = event.flatMap { JSONSlices($0) }
    let key = event?.bytes("data").flatMap { JSONSlices($0) }?.text("id")
    var json = JSONObject()
    json["name"] = JSONValue(name)
    json["webhook"] = .text(webhook)
    json["event"] = JSONValue(id)
    json["type"] = .text(event?.text("type"))
    json["key"] = .text(key)
    json["class"] = JSONValue(kind)
    json["reason"] = JSONValue(reason)
    json["attempts"] = JSONValue(attempts)
    json["first"] = .time(first)
    json["last"] = .time(last)
    return .object(json)
  }
}
