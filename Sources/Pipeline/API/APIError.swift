/// Why the API refuses a call: facts for the caller, rendered as a problem document at the edge.
struct APIError: Error, Equatable {
  let kind: Kind
  /// One sentence: what is wrong and what to do.
  let detail: String
  /// Which inputs are at fault, when it is about inputs.
  var faults: [Fault] = []
  /// Seconds, for `Retry-After`.
  var retryAfter: Int?
  /// The methods that would be answered, for 405.
  var allow: [String] = []

  /// One input at fault.
  struct Fault: Equatable {
    let place: Place
    let name: String
    let detail: String

    enum Place: String {
      case body, query, path, header
    }
  }

  /// The families of refusal; each has one status, one title and one problem type.
  enum Kind: String, CaseIterable {
    case badRequest = "bad-request"
    case invalidInput = "invalid-input"
    case unauthorized
    case forbidden
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case requestTimeout = "request-timeout"
    case conflict
    case cursorExpired = "cursor-expired"
    case lengthRequired = "length-required"
    case tooLarge = "content-too-large"
    case unsupportedMediaType = "unsupported-media-type"
    case expectationFailed = "expectation-failed"
    case tooManyRequests = "too-many-requests"
    case headersTooLarge = "header-fields-too-large"
    case internalFault = "internal-error"
    case notImplemented = "not-implemented"
    case unavailable
    case versionNotSupported = "http-version-not-supported"
  }
}

extension APIError {
  /// A refusal about one input.
  static func invalid(_ place: Fault.Place, _ name: String, _ detail: String) -> APIError {
    invalid([Fault(place: place, name: name, detail: detail)])
  }

  /// A refusal about several inputs at once; `faults` is not empty.
  static func invalid(_ faults: [Fault]) -> APIError {
    let first = faults[0]
    let rest = faults.count > 1 ? " (and \(faults.count - 1) more, see errors)" : ""
    return APIError(
      kind: .invalidInput, detail: "\(first.name): \(first.detail)\(rest)", faults: faults)
  }

  static func notFound(_ what: String, _ id: String) -> APIError {
    APIError(kind: .notFound, detail: "There is no \(what) \(id) within your reach.")
  }

  static func conflict(_ detail: String) -> APIError { APIError(kind: .conflict, detail: detail) }

  /// The store takes no writes now.
  static func unavailable(_ detail: String, retryAfter: Int) -> APIError {
    APIError(kind: .unavailable, detail: detail, retryAfter: retryAfter)
  }
}

extension APIError.Kind {
  var status: Int {
    switch self {
    case .badRequest, .invalidInput: 400
    case .unauthorized: 401
    case .forbidden: 403
    case .notFound: 404
    case .methodNotAllowed: 405
    case .requestTimeout: 408
    case .conflict: 409
    case .cursorExpired: 410
    case .lengthRequired: 411
    case .tooLarge: 413
    case .unsupportedMediaType: 415
    case .expectationFailed: 417
    case .tooManyRequests: 429
    case .headersTooLarge: 431
    case .internalFault: 500
    case .notImplemented: 501
    case .unavailable: 503
    case .versionNotSupported: 505
    }
  }

  var title: String {
    switch self {
    case .badRequest: "Bad request"
    case .invalidInput: "Invalid input"
    case .unauthorized: "Not authenticated"
    case .forbidden: "Not allowed"
    case .notFound: "Not found"
    case .methodNotAllowed: "Method not allowed"
    case .requestTimeout: "Request timeout"
    case .conflict: "Conflict"
    case .cursorExpired: "Cursor expired"
    case .lengthRequired: "Length required"
    case .tooLarge: "Content too large"
    case .unsupportedMediaType: "Unsupported media type"
    case .expectationFailed: "Expectation failed"
    case .tooManyRequests: "Too many requests"
    case .headersTooLarge: "Header fields too large"
    case .internalFault: "Internal error"
    case .notImplemented: "Not implemented"
    case .unavailable: "Temporarily unavailable"
    case .versionNotSupported: "HTTP version not supported"
    }
  }
}
