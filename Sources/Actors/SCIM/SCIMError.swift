import Transport

/// What a refused SCIM request is told (RFC 7644 §3.12); the status line and the body say the same.
package struct SCIMError: Error, Sendable, Equatable {
  package let status: Int
  package let scimType: SCIMErrorType?
  /// One sentence an administrator can act on.
  package let detail: String
  /// Seconds, only with 429; identity providers obey an integer and nothing else.
  package var retryAfter: Int?

  package init(
    status: Int, scimType: SCIMErrorType? = nil, detail: String, retryAfter: Int? = nil
  ) {
    self.status = status
    self.scimType = scimType
    self.detail = detail
    self.retryAfter = retryAfter
  }

  package static let schema = "urn:ietf:params:scim:api:messages:2.0:Error"

  /// The JSON Error message; `status` is a string there.
  package func body() -> [UInt8] {
    var object: JSONObject = JSONObject([
      .init(name: "schemas", value: [.string(Self.schema)]),
      .init(name: "status", value: .string(String(status))),
    ])
    if let scimType { object["scimType"] = .string(scimType.rawValue) }
    object["detail"] = .string(detail)
    return object.bytes
  }
}

/// The detail keywords of RFC 7644 §3.12, table 9.
package enum SCIMErrorType: String, Sendable, CaseIterable {
  case invalidFilter, tooMany, uniqueness, mutability, invalidSyntax
  case invalidPath, noTarget, invalidValue, invalidVers, sensitive
  /// Of RFC 9865 §2.1.
  case invalidCursor, expiredCursor, invalidCount

  /// The status that goes with the keyword.
  package var status: Int {
    switch self {
    case .uniqueness: 409
    case .sensitive: 403
    default: 400
    }
  }
}

extension SCIMError {
  /// An error of that keyword with the status that belongs to it; the sentence gets its full stop.
  package init(_ type: SCIMErrorType, _ detail: String) {
    self.init(
      status: type.status, scimType: type,
      detail: detail.utf8.last == UInt8(ascii: ".") ? detail : detail + ".")
  }

  /// The same error, its sentence led by where in the request it arose.
  package func located(_ place: String) -> SCIMError {
    SCIMError(
      status: status, scimType: scimType, detail: "\(place): \(detail)", retryAfter: retryAfter)
  }
}
