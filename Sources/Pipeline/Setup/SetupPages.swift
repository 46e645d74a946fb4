import Actors
import Transport

/// The page behind a set-up link: what the customer's IT administrator sees of one connection.
///
/// No account, no cookie: the address itself is the permission, so it must not leak to others
/// (`Referrer-Policy`), and what is no link is answered the same whatever it was once.
struct SetupPages: Sendable {
  let api: API

  /// One form with a short id in it.
  static let bodyLimit = 1024
  /// What the form sends: the newest token there was when the page was made. A page that is sent
  /// twice makes no second token.
  static let field = "after"

  func respond(to request: HTTPRequest) async -> HTTPResponse {
    let parts = request.path.split(separator: "/")
    let isState = parts.count == 3 && parts[2] == "state"
    guard parts.count == 2 || isState, let link = link(String(parts[1])) else {
      return missing(request)
    }
    switch request.method {
    case "GET" where isState, "HEAD" where isState: return state(of: link.connection)
    case "GET", "HEAD": return page(of: link, request)
    case "POST" where !isState: return await makeToken(for: link, request)
    default:
      var response = Self.response(405, Array("Not answered here.\n".utf8), type: "text/plain")
      response.fields["allow"] = isState ? "GET, HEAD" : "GET, HEAD, POST"
      return response
    }
  }

  private func link(_ text: String) -> (connection: Connection, link: HashedToken)? {
    guard text.utf8.count <= 128 else { return nil }
    let hash = HashedToken.hash(of: text)
    guard let found = api.backend.configuration.setupLink(hash: hash),
      constantTimeEqual(found.link.hash, hash), found.link.isGood(at: api.options.now())
    else { return nil }
    return found
  }

  /// Unknown, revoked and expired look alike; who tries many is put off.
  private func missing(_ request: HTTPRequest) -> HTTPResponse {
    if let wait = api.tooManyFailures("setup", from: api.options.clientAddress(request)) {
      var response = Self.html(429, SetupPage.tooMany)
      response.fields["retry-after"] = String(wait)
      return response
    }
    return Self.html(404, SetupPage.missing)
  }

  private func state(of connection: Connection) -> HTTPResponse {
    let status = status(of: connection)
    let json: JSONValue = [
      "status": JSONValue(status.word.rawValue), "detail": JSONValue(status.forAdministrators),
    ]
    return Self.response(200, json.bytes, type: "application/json")
  }

  private func page(
    of link: (connection: Connection, link: HashedToken), _ request: HTTPRequest
  ) -> HTTPResponse {
    let page = SetupPage(
      connection: link.connection, customer: customer(of: link.connection),
      application: application(of: link.connection), baseURL: api.baseURL(of: link.connection),
      status: status(of: link.connection), expiresAt: link.link.expiresAt)
    return Self.html(200, page.html)
  }

  private func status(of connection: Connection) -> ConnectionStatus {
    ConnectionStatus(
      of: connection, api.options.connectionActivity(connection.id), at: api.options.now())
  }

  private func customer(of connection: Connection) -> String {
    api.backend.configuration.consumers[connection.consumerId]?.name ?? ""
  }

  private func application(of connection: Connection) -> String {
    api.backend.configuration.applications[connection.applicationId]?.name ?? ""
  }
}

// MARK: - The button

extension SetupPages {
  private func makeToken(
    for link: (connection: Connection, link: HashedToken), _ request: HTTPRequest
  ) async -> HTTPResponse {
    guard await api.turns.enter() else { return Self.busy(retryAfter: 1) }
    defer { api.turns.leave() }
    // As it is now that the turn has come.
    guard let (connection, link) = self.link(String(request.path.split(separator: "/")[1])) else {
      return missing(request)
    }
    let sent = HTTPQuery(Substring(String(decoding: request.body, as: UTF8.self))).items
      .first { $0.name == Self.field }?.value
    var page = SetupPage(
      connection: connection, customer: customer(of: connection),
      application: application(of: connection), baseURL: api.baseURL(of: connection),
      status: status(of: connection), expiresAt: link.expiresAt)
    guard sent == page.newestToken else {
      page.notice = SetupPage.alreadyMade
      return Self.html(409, page.html)
    }
    do throws(APIError) {
      if let refusal = api.backend.writeRefusal {
        throw .unavailable(refusal.reason, retryAfter: refusal.retryAfter)
      }
      let (changes, token) = try api.newToken(for: connection, name: "set-up page")
      try await api.backend.administer(changes, requestId: ULID.make(prefix: "req_"))
      page.made = token
      return Self.html(200, page.html)
    } catch {
      if error.kind == .unavailable { return Self.busy(retryAfter: error.retryAfter ?? 1) }
      page.notice = SetupPage.tooManyTokens
      return Self.html(error.kind.status, page.html)
    }
  }

  private static func busy(retryAfter: Int) -> HTTPResponse {
    var response = html(503, SetupPage.busy)
    response.fields["retry-after"] = String(retryAfter)
    return response
  }
}

// MARK: - Answers

extension SetupPages {
  /// In place of a page: a request that the HTTP server does not take is a person's all the same.
  static func refusal(status: Int) -> HTTPResponse { html(status, SetupPage.refused) }

  private static func html(_ status: Int, _ text: String) -> HTTPResponse {
    response(status, Array(text.utf8), type: "text/html; charset=utf-8")
  }

  private static func response(_ status: Int, _ body: [UInt8], type: String) -> HTTPResponse {
    HTTPResponse(
      status: status,
      fields: [
        "content-type": type, "cache-control": "no-store", "referrer-policy": "no-referrer",
        "content-security-policy": policy, "x-content-type-options": "nosniff",
        "x-frame-options": "DENY", "x-robots-tag": "noindex",
      ], body: body)
  }

  /// Nothing from anywhere else, and of this page only the style and the script that are ours.
  private static let policy =
    "default-src 'none'; style-src \(hash(SetupPage.style)); script-src \(hash(SetupPage.script));"
    + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

  private static func hash(_ text: String) -> String {
    "'sha256-\(Base64.encode(SHA256.hash(Array(text.utf8)), .standard))'"
  }
}
