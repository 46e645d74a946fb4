package import Transport

/// One arrival as a careful receiver sees it.
package struct ReceivedWebhook: Sendable {
  package enum Signature: String, Sendable {
    case ok, bad, missing, stale
    /// There is no secret to check with.
    case unchecked
  }

  package var at: Timestamp
  /// `webhook-id`; empty when there is none.
  package var id: String
  package var signature: Signature
  /// Seconds the sender's timestamp lies before ours; nil without one.
  package var age: Int64?
  /// 1 for the first arrival of this id.
  package var times: Int
  /// The sender says so: `webhook-replay`.
  package var isReplay: Bool
  /// A newer revision of the same employee or group came before.
  package var isOutdated: Bool
  package var body: [UInt8]
  /// Null when the body is no JSON.
  package var event: JSONValue
  package var answer: ReceiverConduct.Answer

  package var isGenuine: Bool { signature == .ok || signature == .unchecked }
}
