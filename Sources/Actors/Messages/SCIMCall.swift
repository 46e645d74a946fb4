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
  package let body: [UInt8]
  /// Who called: the client's address after trusted proxies, and its User-Agent.
  package let client: String
  package let agent: String
  /// Where the connection is reached from outside, without a trailing slash.
  package let baseURL: String
  package let reply: PendingReply

  package init(
    id: String, received: Timestamp, slug: String, operation: SCIMOperation, query: String,
    credentials: Secret?, contentType: String?, body: [UInt8], client: String, agent: String,
    baseURL: String, reply: PendingReply
  ) {
    self.id = id
    self.received = received
    self.slug = slug
    self.operation = operation
    self.query = query
    self.credentials = credentials
    self.contentType = contentType
    self.body = body
    self.client = client
    self.agent = agent
    self.baseURL = baseURL
    self.reply = reply
  }
}
