/// Why the server itself refuses a request, before any route sees it.
package enum HTTPRejection: Error, Sendable, Hashable {
  /// The bytes are not a request by RFC 9112.
  case badRequest(Reason)
  /// Both Content-Length and Transfer-Encoding (RFC 9112 §6.1: a smuggling attempt).
  case bothLengthAndTransferEncoding
  /// The request line and fields together, or the trailers, are over the limit, in bytes.
  case headerTooLarge(limit: Int)
  /// The body is over the limit of this head, in bytes.
  case bodyTooLarge(limit: Int)
  case unsupportedTransferEncoding
  case methodNotImplemented
  case versionNotSupported
  case expectationFailed
  /// The request did not arrive completely within its time.
  case timeout

  package enum Reason: Sendable, Hashable, CaseIterable {
    case requestLine, target, fieldLine, fieldName, fieldValue, folding, lineEnding, host
    case contentLength, transferEncoding, chunk
  }

  package var status: Int {
    switch self {
    case .badRequest, .bothLengthAndTransferEncoding: 400
    case .timeout: 408
    case .bodyTooLarge: 413
    case .expectationFailed: 417
    case .headerTooLarge: 431
    case .unsupportedTransferEncoding, .methodNotImplemented: 501
    case .versionNotSupported: 505
    }
  }
}

extension HTTPRejection: CustomStringConvertible {
  /// One sentence for whoever sent the request.
  package var description: String {
    switch self {
    case .badRequest(let reason): reason.description
    case .bothLengthAndTransferEncoding:
      "The request has both a Content-Length and a Transfer-Encoding header."
    case .headerTooLarge(let limit): "The request header is larger than \(limit) bytes."
    case .bodyTooLarge(let limit): "The request body is larger than \(limit) bytes."
    case .unsupportedTransferEncoding: "The only Transfer-Encoding understood is chunked."
    case .methodNotImplemented: "This request method is not implemented."
    case .versionNotSupported: "The server speaks HTTP/1.1 and HTTP/1.0."
    case .expectationFailed: "The only expectation understood is 100-continue."
    case .timeout: "The request did not arrive in time."
    }
  }
}

extension HTTPRejection.Reason: CustomStringConvertible {
  package var description: String {
    switch self {
    case .requestLine: "The request line is malformed."
    case .target: "The request target is malformed."
    case .fieldLine: "A header line is malformed."
    case .fieldName: "A header name is malformed."
    case .fieldValue: "A header value contains a forbidden character."
    case .folding: "A header is folded over several lines."
    case .lineEnding: "A line does not end in CR LF."
    case .host: "The Host header is missing, repeated or malformed."
    case .contentLength: "The Content-Length header is malformed or repeated."
    case .transferEncoding: "The Transfer-Encoding header is malformed."
    case .chunk: "The chunked body is malformed."
    }
  }
}
