/// What a SCIM caller gets back, before ingress makes an HTTP response of it.
package struct SCIMAnswer: Sendable, Equatable {
  package var status: Int
  /// A JSON document, or nothing (204).
  package var body: [UInt8]
  package var location: String?
  /// Integer seconds; Okta obeys nothing else (SCIM_CONTRACT: 429 and Retry-After).
  package var retryAfter: Int?

  /// The version of the one resource the answer is about (RFC 7644 §3.14).
  package var entityTag: String?

  package init(
    status: Int, body: [UInt8] = [], location: String? = nil, retryAfter: Int? = nil,
    entityTag: String? = nil
  ) {
    self.entityTag = entityTag
    self.status = status
    self.body = body
    self.location = location
    self.retryAfter = retryAfter
    self.entityTag = entityTag
  }

  package init(_ error: SCIMError) {
    self.init(status: error.status, body: error.body(), retryAfter: error.retryAfter)
  }
}
