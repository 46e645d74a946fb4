import Actors
import Transport

/// One delivery the inspector took, with what a careful receiver would say of its signature.
struct InspectedEvent: Sendable, Equatable {
  /// `webhook-id`.
  let id: String
  let webhookId: String
  let receivedAt: Timestamp
  let verdict: Verdict
  /// As received; never parsed and written again.
  let body: [UInt8]

  enum Verdict: String, Sendable {
    case ok, bad, missing
    /// Signed right, but its timestamp is minutes off.
    case stale
  }

  /// What it counts for in the inspector's bound.
  var size: Int { body.count + id.utf8.count + 256 }

  /// `body` is the event itself when it is JSON, else a string.
  var bytes: [UInt8] {
    let parsed = try? JSONValue(parsing: body)
    let json: JSONValue = [
      "id": JSONValue(id), "webhookId": JSONValue(webhookId),
      "receivedAt": JSONValue(receivedAt.description), "signature": JSONValue(verdict.rawValue),
      "type": parsed?["type"] ?? .null,
      "body": parsed ?? JSONValue(String(decoding: body, as: UTF8.self)),
    ]
    return json.bytes
  }
}

extension InspectedEvent.Verdict {
  /// Verifies as Standard Webhooks 1.0.0 asks: over id, timestamp and the raw body.
  init(of request: HTTPRequest, keys: [Secret], at now: Timestamp) {
    guard let id = request.fields["webhook-id"], let time = request.fields["webhook-timestamp"],
      let signatures = request.fields["webhook-signature"], let seconds = Int64(time)
    else {
      self = .missing
      return
    }
    let wanted = WebhookSignature(secrets: keys)
      .header(id: id, timestamp: seconds, body: request.body).split(separator: " ").map(String.init)
    let given = signatures.split(separator: " ").map(String.init)
    let matches = given.contains { one in wanted.contains { constantTimeEqual($0, one) } }
    guard matches else {
      self = .bad
      return
    }
    let skew = abs(seconds.subtractingReportingOverflow(now.seconds).partialValue)
    self = skew <= Inspector.Bounds.skew ? .ok : .stale
  }
}
