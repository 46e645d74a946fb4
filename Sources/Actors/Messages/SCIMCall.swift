import Synchronization
package import Transport

/// Ingress → authentication: one framed SCIM request, before anybody knows whether to trust it.
///
/// Messages are objects, because a stream copies what it carries several times.
package final class SCIMCall: Sendable {
  /// `req_…`, drawn by ingress; it names the request in every hop, log line and event.
  package let id: String
  package let received: Timestamp
  /// The connection's part of the Base URL.
  package let slug: String
  package let operation: SCIMOperation
  /// As sent, still percent-encoded.
  package let query: String
  /// The Authorization value as sent; it travels no further than authentication.
  package let credentials: Secret?
  package let contentType: String?
  /// The entity tags the caller is willing to change, as sent.
  package let ifMatch: String?
  /// The versions a reader has already.
  package let ifNoneMatch: String?
  package let body: [UInt8]
  /// Who called: the client's address after trusted proxies, and its User-Agent.
  package let client: String
  package let agent: String
  /// Where the connection is reached from outside, without a trailing slash.
  package let baseURL: String
  package let reply: PendingReply
  /// The id that a POST gives its resource; nil draws one at acceptance.
  package let resourceId: String?
  private let found = Mutex(CallStanding.stranger)

  package init(
    id: String, received: Timestamp, slug: String, operation: SCIMOperation, query: String,
    credentials: Secret?, contentType: String?, ifMatch: String? = nil, body: [UInt8],
    client: String, agent: String, baseURL: String, reply: PendingReply, resourceId: String? = nil,
    ifNoneMatch: String? = nil
  ) {
    self.id = id
    self.received = received
    self.slug = slug
    self.operation = operation
    self.query = query
    self.credentials = credentials
    self.contentType = contentType
    self.ifMatch = ifMatch
    self.ifNoneMatch = ifNoneMatch
    self.body = body
    self.client = client
    self.agent = agent
    self.baseURL = baseURL
    self.reply = reply
    self.resourceId = resourceId
  }
}

extension SCIMCall {
  /// What authentication found out; it says so before anybody answers.
  var standing: CallStanding {
    get { found.withLock { $0 } }
    set { found.withLock { $0 = newValue } }
  }

  /// The body as what every SCIM body is.
  ///
  /// - Throws: 415 for what says it is no JSON, 400 for what is none.
  func object() throws(SCIMError) -> JSONObject {
    guard Self.isJSON(contentType) else { throw .unsupportedMediaType }
    let parsed: JSONValue
    do throws(JSONError) {
      parsed = try JSONValue(parsing: body)
    } catch {
      throw .notJSON(error.description)
    }
    guard case .object(let body) = parsed else { throw .notAnObject }
    return body
  }

  /// Both media types of RFC 7644 §3.1, with any parameter; none at all is taken for JSON.
  private static func isJSON(_ contentType: String?) -> Bool {
    guard let contentType else { return true }
    let essence = contentType.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
    return essence == "application/scim+json" || essence == "application/json" || essence == ""
  }
}
