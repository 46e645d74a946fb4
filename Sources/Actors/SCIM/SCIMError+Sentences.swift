package import Transport

/// Every sentence an IT administrator reads. Okta shows them under "Errors reported by remote
/// server:", so each is one sentence of at most 160 characters that says what to do.
extension SCIMError {
  package static let sentenceLimit = 160

  package static let noToken = SCIMError(
    status: 401,
    detail: "No API token came with this request: enter the connection's API token and save again.")

  package static let wrongToken = SCIMError(
    status: 401,
    detail: "This API token is not valid for this Base URL: copy Base URL and API token of the "
      + "same connection and save again.")

  package static let apiKeyAsToken = SCIMError(
    status: 401,
    detail: "This is an API key, not the connection's API token: enter the API token, it starts "
      + "with scimtok_.")

  /// - Parameter date: when the token in use was replaced.
  package static func tokenReplaced(on date: Timestamp) -> SCIMError {
    SCIMError(
      status: 401,
      detail: "This API token was replaced on \(date.description.prefix(10)): enter the new API "
        + "token and save again.")
  }

  package static let connectionOff = SCIMError(
    status: 403,
    detail: "This connection is switched off: ask the application's owner to switch it on, then "
      + "retry the failed tasks.")

  package static let noConnection = SCIMError(
    status: 404,
    detail: "There is no connection at this Base URL: copy it again from the connection's page.")

  package static let baseURLEndsInUsers = SCIMError(
    status: 404,
    detail: "The Base URL must not end in /Users: remove /Users from its end and save again.")

  /// A userName an active user holds; the name itself stays out, since it can be any length.
  package static let userNameTaken = SCIMError(
    .uniqueness,
    "This userName belongs to an active user: change the userName, or deactivate that user first.")

  /// A userName held by an inactive user who is somebody else: the externalIds differ.
  package static let userNameHeld = SCIMError(
    .uniqueness,
    "This userName belongs to an inactive user with another externalId: change the userName, or "
      + "delete that user first.")

  /// - Parameter name: of an attribute whose value another resource has.
  package static func valueTaken(_ name: String) -> SCIMError {
    SCIMError(
      .uniqueness,
      "Another resource has this \(SCIMText.clipped(name)) already: change it, or delete the other."
    )
  }

  package static let groupTaken = SCIMError(
    .uniqueness,
    "There is a group of this name already: link to that group, or give this one another name.")

  /// A change was to be made only to a version that is no longer the present one.
  package static let versionPassed = SCIMError(
    status: 412,
    detail: "The resource was changed since it was read: read it again and repeat the change.")

  /// - Parameter seconds: until the next attempt counts afresh.
  package static func tooManyAttempts(retryAfter seconds: Int) -> SCIMError {
    SCIMError(
      status: 429,
      detail: "Too many requests with a wrong API token came from this address: correct the API "
        + "token, then try again in a minute.",
      retryAfter: seconds)
  }

  package static let shortOfDisk = SCIMError(
    status: 429,
    detail: "The server is short of disk space: nothing was changed, try again later.",
    retryAfter: 300)

  /// - Parameter seconds: 1 to 5, by how far behind the server is.
  package static func tooManySearches(retryAfter seconds: Int) -> SCIMError {
    SCIMError(
      status: 429,
      detail: "The server has more searches waiting than it can take: try again in a few seconds.",
      retryAfter: max(1, min(5, seconds)))
  }

  package static func backlog(retryAfter seconds: Int) -> SCIMError {
    SCIMError(
      status: 429,
      detail: "The server has more changes waiting than it can take: nothing was changed, try "
        + "again in a few seconds.",
      retryAfter: max(1, min(5, seconds)))
  }
}

/// The sentences of protocol errors.
extension SCIMError {
  /// - Parameter type: the resource type's name, such as `User`.
  package static func notFound(_ type: String, id: String) -> SCIMError {
    SCIMError(
      status: 404,
      detail: "There is no \(type) with id \(SCIMText.clipped(id)) here: it was deleted or never "
        + "created.")
  }

  package static let unknownRoute = unknownRoute(serving: [])

  /// - Parameter endpoints: as they stand in paths, such as `Users`.
  package static func unknownRoute(serving endpoints: [String]) -> SCIMError {
    let named = endpoints.prefix(2).map { "/\(SCIMText.clipped($0, to: 20)), " }.joined()
    return SCIMError(
      status: 404,
      detail: "There is nothing at this address: SCIM serves \(named)/ServiceProviderConfig, "
        + "/Schemas and /ResourceTypes below the Base URL.")
  }

  /// - Parameter allowed: as in the `Allow` field, such as `GET, POST`.
  package static func methodNotAllowed(_ method: String, allowed: String) -> SCIMError {
    SCIMError(
      status: 405,
      detail: "\(SCIMText.clipped(method, to: 20)) is not possible here: use \(allowed).")
  }

  /// - Parameter bytes: the most a body may have.
  package static func bodyTooLarge(limit bytes: Int) -> SCIMError {
    SCIMError(
      status: 413,
      detail: "The body is too large: send at most \(bytes) bytes, with fewer or shorter values.")
  }

  /// - Parameter bytes: the most a resource may have.
  package static func resourceTooLarge(limit bytes: Int) -> SCIMError {
    SCIMError(
      status: 413,
      detail: "With this change the resource would be larger than \(bytes) bytes: send fewer or "
        + "shorter values.")
  }

  package static let tooManyMembers = SCIMError(
    status: 413,
    detail: "One request can change at most 50000 members of a group: send the change in parts.")

  package static let unsupportedMediaType = SCIMError(
    status: 415,
    detail: "The body must be JSON: send it as Content-Type application/scim+json.")

  package static let failed = SCIMError(
    status: 500,
    detail: "The server failed at this request: try again, and tell the application's owner if it "
      + "goes on failing.")

  package static let meNotSupported = SCIMError(
    status: 501,
    detail: "A connection's token stands for no user, so /Me is not served: use /Users.")

  /// The outcome of a write during which the server ended twice; nobody waits for this answer.
  package static let crashed = SCIMError(
    status: 500,
    detail: "The server ended while it worked on this change: push it again.")

  package static let filterOnDiscovery = SCIMError(
    status: 403,
    detail: "This list cannot be filtered: read it without a filter.")

  /// - Parameter reason: the parser's own words, such as `unexpected character at byte 17`.
  package static func notJSON(_ reason: String) -> SCIMError {
    SCIMError(.invalidSyntax, "The body is not valid JSON: \(SCIMText.clipped(reason, to: 100)).")
  }

  package static let notAnObject = SCIMError(
    .invalidSyntax, "The body must be a JSON object: send the resource itself.")

  static func immutable(_ name: String) -> SCIMError {
    SCIMError(.mutability, "\(SCIMText.clipped(name)) cannot be changed once it is set")
  }

  static func readOnly(_ name: String) -> SCIMError {
    SCIMError(.mutability, "\(SCIMText.clipped(name)) is set by the server and cannot be changed")
  }
}
