package import Transport

/// Signs what a webhook receives, so that its owner can tell our events from anybody's
/// (Standard Webhooks 1.0.0).
package struct WebhookSignature: Sendable {
  /// The prefix of every signing secret; what follows is base64 of the key.
  package static let secretPrefix = "whsec_"

  private let keys: [HMACKey]

  /// - Parameter secrets: each `whsec_` + base64; several while one replaces another. Those that
  ///   are no secret are left out.
  package init(secrets: [Secret]) {
    keys = secrets.compactMap { Self.key(of: $0) }
  }

  /// Whether there is nothing to sign with.
  package var isEmpty: Bool { keys.isEmpty }

  /// The value of `webhook-signature`: one signature per key, a space between.
  /// - Parameter timestamp: whole seconds, as in `webhook-timestamp`.
  package func header(id: String, timestamp: Int64, body: [UInt8]) -> String {
    let head = Array("\(id).\(timestamp).".utf8)
    return keys.map { "v1," + Base64.encode($0.code(for: head, body)) }.joined(separator: " ")
  }

  /// The fields of a signed request but those that frame it.
  package func fields(
    id: String, at now: Timestamp, body: [UInt8], userAgent: String
  ) -> HTTPFields {
    [
      "Content-Type": "application/json", "User-Agent": userAgent, "webhook-id": id,
      "webhook-timestamp": String(now.seconds),
      "webhook-signature": header(id: id, timestamp: now.seconds, body: body),
    ]
  }

  /// Standard Webhooks wants 24 to 64; the fewest keep the secret short enough for a line.
  private static let secretBytes = 24

  /// A new secret of random bytes.
  package static func makeSecret() -> Secret {
    Secret(secretPrefix + Base64.encode(Random.bytes(secretBytes)))
  }

  private static func key(of secret: Secret) -> HMACKey? {
    let text = secret.reveal()
    guard text.hasPrefix(secretPrefix),
      let key = Base64.decode(String(text.dropFirst(secretPrefix.count)))
    else { return nil }
    return HMACKey(key)
  }
}
