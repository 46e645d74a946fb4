import Transport

extension APIError {
  /// The problem document (RFC 9457 §3) and the header fields its status calls for.
  ///
  /// - Parameter requestId: names this occurrence, in `instance` and in `x-request-id`.
  func response(requestId: String) -> HTTPResponse {
    var fields = HTTPFields([
      "content-type": "application/problem+json", "cache-control": "no-store",
      "x-request-id": requestId,
    ])
    if let retryAfter { fields["retry-after"] = String(retryAfter) }
    if !allow.isEmpty { fields["allow"] = allow.joined(separator: ", ") }
    if kind == .unauthorized {
      // RFC 6750 §3: a 401 names the scheme to use.
      fields["www-authenticate"] = "Bearer realm=\"scim-hris\""
    }
    return HTTPResponse(status: kind.status, fields: fields, body: document(requestId).bytes)
  }

  private func document(_ requestId: String) -> JSONValue {
    let document: JSONValue = [
      "type": JSONValue("urn:scim-hris:problem:\(kind.rawValue)"),
      "title": JSONValue(kind.title),
      "status": JSONValue(kind.status),
      "detail": JSONValue(detail),
      "instance": JSONValue(requestId),
    ]
    guard !faults.isEmpty, case .object(var members) = document else { return document }
    members["errors"] = .array(
      faults.map { fault in
        [
          "in": JSONValue(fault.place.rawValue), "field": JSONValue(fault.name),
          "detail": JSONValue(fault.detail),
        ]
      })
    return .object(members)
  }
}
