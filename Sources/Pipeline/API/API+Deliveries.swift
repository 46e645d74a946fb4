import Actors
import Transport

/// The attempts at an application's webhooks.
extension API {
  func listDeliveries(
    of application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let webhook = try webhook(of: application, call)
    var query = DeliveryQuery(webhookId: webhook.id, limit: call.limit)
    query.result = call.queryText("result")
    query.event = call.queryText("event")
    query.key = call.queryText("employeeId")
    query.type = call.queryText("type")
    query.since = call.queryText("since").flatMap { Timestamp(parsing: $0) }
    query.until = call.queryText("until").flatMap { Timestamp(parsing: $0) }
    if let cursor = try APICursor(of: call) {
      guard let before = UInt64(cursor.after) else {
        throw .invalid(.query, "cursor", "is not one that meta.next gave")
      }
      query.before = before
    }
    let page = try await backend.deliveries(query)
    return .page(
      page.deliveries.map(\.summary.bytes), current: call.queryText("cursor"),
      next: page.next.map { APICursor(after: String($0)).text })
  }

  func getDelivery(
    of application: Application, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    let record = try await delivery(of: application, call)
    return .data(record.bytes(try await backend.request(of: record)))
  }

  func redeliver(of application: Application, _ call: APICall) async throws(APIError) -> APIAnswer {
    let record = try await delivery(of: application, call)
    return .data(.object(try await backend.redeliver(record)))
  }

  /// Somebody else's is as unknown as one that never was.
  private func delivery(
    of application: Application, _ call: APICall
  ) async throws(APIError) -> DeliveryRecord {
    let id = call.path("id")
    guard let record = try await backend.delivery(id),
      backend.configuration.webhooks[record.webhookId]?.applicationId == application.id
    else { throw .notFound("delivery", id) }
    return record
  }
}
