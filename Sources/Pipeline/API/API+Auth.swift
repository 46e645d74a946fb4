import Actors
import Synchronization
import Transport

/// API keys become access tokens here and nowhere else.
extension API {
  func perform(
    _ operation: APIOperation.Open, _ call: APICall
  ) async throws(APIError) -> APIAnswer {
    switch operation {
    case .createAccessToken: try exchange(call)
    case .revokeAccessToken: try await revoke(call)
    case .getOpenAPI: .document(documents.openAPI)
    case .getExplorer: .document(documents.explorer)
    }
  }

  private func exchange(_ call: APICall) throws(APIError) -> APIAnswer {
    let presented = call.text("apiKey") ?? ""
    let hash = HashedToken.hash(of: presented)
    guard let (application, key) = backend.configuration.apiKey(hash: hash),
      constantTimeEqual(key.hash, hash), key.replacedAt == nil
    else { throw refusal(of: presented, from: call.address) }
    if let named = call.text("applicationId"), named != application.id {
      throw .unauthorized("This API key belongs to another application than \(named).")
    }
    let consumerId = try consumer(for: call, in: application)
    keyUsed(key.id)
    let token = AccessToken(
      id: ULID.make(prefix: "acc_"), applicationId: application.id, keyId: key.id,
      consumerId: consumerId,
      expires: options.now().advanced(by: AccessTokens.lifetime))
    return .data([
      "accessToken": JSONValue(tokens.sign(token)), "tokenType": "Bearer",
      "expiresIn": JSONValue(Int(AccessTokens.lifetime.components.seconds)),
      "scope": JSONValue(call.text("scope") ?? ""), "applicationId": JSONValue(application.id),
      "consumerId": .text(consumerId),
    ])
  }

  /// Tokens that may be revoked within an hour; whoever revokes more revokes the key.
  static let revocations = 1000

  private func revoke(_ call: APICall) async throws(APIError) -> APIAnswer {
    guard let token = call.accessToken, !token.id.isEmpty else {
      throw .conflict("This access token was made by an earlier release and only ends by itself.")
    }
    let now = options.now()
    let application = backend.configuration.applications[token.applicationId]
    let revoked = application?.revokedAccess.values.count { $0 > now } ?? 0
    guard revoked < Self.revocations else {
      throw APIError(
        kind: .tooManyRequests,
        detail: "\(Self.revocations) access tokens were revoked within an hour; revoke the API key"
          + " instead.", retryAfter: 60)
    }
    try await backend.administer(
      [
        .accessRevoked(
          applicationId: token.applicationId, tokenId: token.id, until: token.expires, at: now)
      ], requestId: call.requestId)
    return .nothing
  }

  /// Notes that a key was used, by itself or by a token of its.
  func keyUsed(_ id: String) { options.keyActivity.used(id, at: options.now()) }

  private func consumer(
    for call: APICall, in application: Application
  ) throws(APIError) -> String? {
    let named = call.text("consumerId")
    guard call.text("scope") == "consumer" else {
      if named == nil { return nil }
      throw .invalid(.body, "consumerId", "goes with scope consumer only")
    }
    guard let named else {
      throw .invalid(.body, "consumerId", "is required with scope consumer; see GET /api/consumers")
    }
    guard let consumer = backend.configuration.consumers[named],
      consumer.applicationId == application.id
    else { throw .invalid(.body, "consumerId", "is none of this application's consumers") }
    return consumer.id
  }

  /// Guessing gets slow, a right key never does: only wrong ones are counted.
  private func refusal(of key: String, from address: IPAddress?) -> APIError {
    if let wait = tooManyFailures("api/auth", from: address) {
      return APIError(
        kind: .tooManyRequests,
        detail: "Too many wrong API keys came from this address; a right one is still accepted.",
        retryAfter: wait)
    }
    if key.hasPrefix(IssuedToken.Kind.apiToken.prefix) {
      return .unauthorized(
        "This is a connection's API token, which belongs in the identity provider; an API key"
          + " starts with apikey_.")
    }
    return .unauthorized("The API key is not valid; the owner can make one with `key new`.")
  }

  /// Counts a failure. Returns the seconds to wait when there were too many from there.
  func tooManyFailures(_ what: String, from address: IPAddress?) -> Int? {
    let source = AttemptLimiter.Source(slug: what, address: Self.site(of: address))
    let now = options.now()
    return failures.withLock { $0.failed(source, at: now) }
  }

  /// One IPv6 customer holds a whole /64 and could fail from a new address each time.
  private static func site(of address: IPAddress?) -> String {
    guard let address, address.isIPv6 else { return address?.description ?? "local" }
    return Hex.encode(Array(address.bytes.prefix(8)))
  }
}
