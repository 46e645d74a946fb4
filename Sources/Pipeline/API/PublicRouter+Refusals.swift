import Actors
import Transport

/// What the HTTP server asks before and instead of a route.
extension PublicRouter {
  /// How long a body may be, from the head alone; a longer one is refused while it arrives.
  static func bodyLimit(of head: HTTPRequest) -> Int {
    switch area(of: head) {
    case .scim: scimBodyLimit(of: head.path)
    case .api: APICall.bodyLimit
    case .health: 0
    case .setup: SetupPages.bodyLimit
    // Events are at most this long when they are sent.
    case .inspector: 512 * 1024
    }
  }

  /// By what follows `/scim/v2/{slug}`, in any case.
  private static func scimBodyLimit(of path: Substring) -> Int {
    switch path.split(separator: "/").dropFirst(3).first?.lowercased() {
    case "groups": 8 * 1024 * 1024
    case "bulk": SCIMBulkRequest.maxPayloadSize
    default: 64 * 1024
    }
  }

  /// Answers in place of a route, and has it noted.
  func refuse(_ rejection: HTTPRejection, head: HTTPRequest?) -> HTTPResponse {
    let response = Self.refusal(rejection, head: head)
    if let head, Self.area(of: head) == .scim {
      refused(
        head, response.fields["X-Request-Id"] ?? "", response.status, rejection.description)
    }
    return response
  }

  /// A refusal of the HTTP server in the format of the area it was meant for; a request too
  /// broken to tell is answered as the API would.
  static func refusal(_ rejection: HTTPRejection, head: HTTPRequest?) -> HTTPResponse {
    switch head.map({ area(of: $0) }) {
    case .scim: return scimRefusal(rejection)
    case .setup: return SetupPages.refusal(status: rejection.status)
    default: break
    }
    let error = APIError(kind: rejection.kind, detail: rejection.description)
    return error.response(requestId: ULID.make(prefix: "req_"))
  }

  private static func scimRefusal(_ rejection: HTTPRejection) -> HTTPResponse {
    let error: SCIMError =
      switch rejection {
      case .bodyTooLarge(let limit): .bodyTooLarge(limit: limit)
      default: SCIMError(status: rejection.status, detail: rejection.description)
      }
    return HTTPResponse(
      status: error.status,
      fields: HTTPFields([
        "content-type": "application/scim+json", "x-request-id": ULID.make(prefix: "req_"),
      ]),
      body: error.body())
  }
}

extension HTTPRejection {
  fileprivate var kind: APIError.Kind {
    switch self {
    case .badRequest, .bothLengthAndTransferEncoding: .badRequest
    case .headerTooLarge: .headersTooLarge
    case .bodyTooLarge: .tooLarge
    case .unsupportedTransferEncoding, .methodNotImplemented: .notImplemented
    case .versionNotSupported: .versionNotSupported
    case .expectationFailed: .expectationFailed
    case .timeout: .requestTimeout
    }
  }
}
