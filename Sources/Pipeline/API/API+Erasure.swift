import Actors
import Transport

/// Erasing people, for their consumer's application and for the owner of the spool.
extension API {
  func eraseEmployee(of consumer: Consumer, _ call: APICall) async throws(APIError) -> APIAnswer {
    guard call.query["erase"]?.bool == true else {
      throw .invalid(.query, "erase", Self.warning)
    }
    return try await erase(call.path("id"), of: consumer.id, atOnce: false, call)
  }

  private static let warning =
    "must be true: this forgets the person for good, as if it had never been here. It is answered"
    + " 404 from then on, undelivered events of it are cancelled, employee.erased is sent, and the"
    + " files that tell of it go by the time the answer names. Nothing brings it back"

  /// The same for the owner, who knows no consumer.
  func eraseEmployee(_ call: APICall) async throws(APIError) -> APIAnswer {
    try await erase(call.path("id"), of: nil, atOnce: call.bool("now") ?? false, call)
  }

  private func erase(
    _ id: String, of consumer: String?, atOnce: Bool, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    if let refusal = backend.writeRefusal {
      throw .unavailable(refusal.reason, retryAfter: refusal.retryAfter)
    }
    let erasure = try await backend.erase(
      employee: id, consumerId: consumer, atOnce: atOnce, requestId: call.requestId)
    return .data(erasure.publicJSON)
  }

  /// The oldest first.
  func listErasures(_ call: APICall) -> APIAnswer {
    let erasures = backend.configuration.erasures.values.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
    return .page(erasures.map { $0.publicJSON.bytes }, current: nil, next: nil)
  }
}

extension Erasure {
  /// As the API shows it.
  var publicJSON: JSONValue {
    [
      "id": JSONValue(id), "consumerId": JSONValue(consumerId),
      "erasedAt": JSONValue(at.description), "erasedBy": JSONValue(erasedBy.description),
      "now": JSONValue(isAtOnce),
    ]
  }
}

extension APIError {
  static func erased(_ id: String) -> APIError {
    APIError(kind: .notFound, detail: "The employee \(id) was erased; nothing of it is left.")
  }
}
