package import Transport

/// Authentication → mapping: a write of a known connection, already in `1-accepted`.
package final class AcceptedWrite: Sendable {
  package enum Verb: String, Sendable {
    case create = "POST"
    case replace = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
  }

  /// The request id; the outcome names the write by it.
  package let request: String
  /// Its line in `1-accepted`.
  package let accepted: UInt64
  package let received: Timestamp
  package let verb: Verb
  package let connection: Connection
  /// "User".
  package let type: SCIMResourceType
  /// From the path, or drawn at acceptance for a POST.
  package let resourceId: String
  /// Without secrets; empty for DELETE.
  package let body: JSONObject
  /// As sent, still percent-encoded.
  package let query: String
  package let baseURL: String
  /// The entity tags the caller is willing to change (RFC 7644 §3.14); nil when he does not say.
  package let ifMatch: String?
  package let reply: PendingReply

  /// One resource is one key: its writes are mapped in order, and its events delivered in order.
  package let key: ResourceKey

  package init(
    request: String, accepted: UInt64, received: Timestamp, verb: Verb, connection: Connection,
    type: SCIMResourceType, resourceId: String, body: JSONObject, query: String, baseURL: String,
    ifMatch: String? = nil, reply: PendingReply
  ) {
    self.request = request
    self.accepted = accepted
    self.received = received
    self.verb = verb
    self.connection = connection
    self.type = type
    self.ifMatch = ifMatch
    self.resourceId = resourceId
    self.body = body
    self.query = query
    self.baseURL = baseURL
    self.reply = reply
    key = ResourceKey(connection: connection.id, type: type.segment, id: resourceId)
  }
}
