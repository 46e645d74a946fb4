import Actors
import Transport

/// Who asks: an access token over a network, the socket itself for the owner.
extension API {
  func caller(of request: HTTPRequest, for route: APIRoute) throws(APIError) -> APICall.Caller {
    if case .local(let user, _) = request.peer {
      if options.isOwner(user) { return .owner }
      throw APIError(kind: .forbidden, detail: "Only the owner of the spool may use this socket.")
    }
    switch route.operation.scope {
    case .open: return .anyone
    case .owner:
      throw APIError(
        kind: .forbidden,
        detail: "This is for the owner of the spool: use the command line on the server itself.")
    case .application, .consumer:
      let token = try accessToken(in: request.fields["authorization"])
      return try caller(with: token, for: route)
    }
  }

  /// The token a call came with, when it is itself what the call is about.
  func accessToken(of request: HTTPRequest, for route: APIRoute) throws(APIError) -> AccessToken? {
    guard route.operation == .open(.revokeAccessToken) else { return nil }
    let token = try accessToken(in: request.fields["authorization"])
    _ = try application(with: token)
    return token
  }

  private func accessToken(in field: String?) throws(APIError) -> AccessToken {
    guard let field else {
      throw .unauthorized("Send Authorization: Bearer and an access token of POST /api/auth.")
    }
    let parts = field.split(separator: " ", maxSplits: 1)
    let bearer = parts.count == 2 && parts[0].lowercased() == "bearer"
    let text = String(parts.last ?? "").trimmingSpaces
    try refuseOtherCredentials(text)
    guard bearer else {
      throw .unauthorized("The Authorization field must read: Bearer, a space, an access token.")
    }
    guard let token = tokens.verify(text, at: options.now()) else {
      throw .unauthorized("The access token is not valid or has expired; get one at /api/auth.")
    }
    return token
  }

  /// The wrong kind of credential in the right place is the commonest mistake, so it is named.
  private func refuseOtherCredentials(_ text: String) throws(APIError) {
    if text.hasPrefix(IssuedToken.Kind.apiKey.prefix) {
      throw .unauthorized(
        "This is an API key; exchange it at POST /api/auth and send the accessToken instead.")
    }
    if text.hasPrefix(IssuedToken.Kind.apiToken.prefix) {
      throw .unauthorized(
        "This is a connection's API token, which belongs in the identity provider, not here.")
    }
    if text.hasPrefix(WebhookSignature.secretPrefix) {
      throw .unauthorized("This is a webhook's signing secret; it is never sent anywhere.")
    }
  }

  /// The application a token was made for, while its key and the token itself are good.
  private func application(with token: AccessToken) throws(APIError) -> Application {
    guard let application = backend.configuration.applications[token.applicationId],
      application.keys.contains(where: { $0.id == token.keyId && $0.replacedAt == nil })
    else { throw .unauthorized("The API key behind this access token has been revoked.") }
    guard application.revokedAccess[token.id] == nil else {
      throw .unauthorized("This access token has been revoked; get another at /api/auth.")
    }
    return application
  }

  private func caller(
    with token: AccessToken, for route: APIRoute
  ) throws(APIError) -> APICall.Caller {
    let application = try application(with: token)
    keyUsed(token.keyId)
    guard let consumerId = token.consumerId else {
      if route.operation.scope == .application { return .application(application) }
      throw APIError(
        kind: .forbidden,
        detail: "This needs an access token of scope consumer: POST /api/auth with consumerId.")
    }
    guard let consumer = backend.configuration.consumers[consumerId],
      consumer.applicationId == application.id
    else { throw .unauthorized("The consumer of this access token no longer exists.") }
    if route.operation.scope == .consumer { return .consumer(consumer) }
    throw APIError(
      kind: .forbidden, detail: "This needs an access token of scope application: POST /api/auth.")
  }
}

extension APIError {
  static func unauthorized(_ detail: String) -> APIError {
    APIError(kind: .unauthorized, detail: detail)
  }
}

extension String {
  /// Without the spaces around it that pasting leaves.
  fileprivate var trimmingSpaces: String {
    let start = drop { $0 == " " || $0 == "\t" }
    let end = start.lastIndex { $0 != " " && $0 != "\t" }
    return end.map { String(start[...$0]) } ?? ""
  }
}
