/// One request to send, with everything that bounds it.
package struct HTTPClientRequest: Sendable {
  package var method: String
  package var url: HTTPURL
  /// Host, Content-Length and Connection are added when they are not here.
  package var fields: HTTPFields
  package var body: [UInt8]
  /// For each address that is tried.
  package var connectTimeout: Duration = .seconds(5)
  /// For the TLS handshake with an https host.
  package var tlsTimeout: Duration = .seconds(5)
  /// From `send` to the last byte of the response, all phases and a retry included.
  package var totalDeadline: Duration = .seconds(20)
  /// Bytes of the response's head.
  package var maxHead = 16 * 1024
  /// Bytes of the response's body that are read; what is longer is cut, and the connection closed.
  package var maxBody = 64 * 1024
  /// Whether a body that lasts until the peer closes may end without a TLS close: for those to whom
  /// the status says everything. It then counts as truncated.
  package var takesCutBody = false
  /// Decides on *all* resolved addresses which are dialled, in which order. Asked before each
  /// connection and before a pooled one is used again.
  package var dial: @Sendable ([IPAddress]) -> Result<[IPAddress], HTTPDialRefusal> = {
    .success($0)
  }
  /// Dialled instead of what the host resolves to; `dial` is not asked.
  package var fixedAddress: (address: IPAddress, port: UInt16)?
  /// A local socket instead of TCP, without TLS; the URL gives Host and target only.
  package var unixSocket: String?

  package init(
    method: String, url: HTTPURL, fields: HTTPFields = HTTPFields(), body: [UInt8] = []
  ) {
    self.method = method
    self.url = url
    self.fields = fields
    self.body = body
  }
}

/// Why the address policy of a request refuses, for a person to read.
package struct HTTPDialRefusal: Error, Sendable, Hashable {
  package let address: IPAddress
  package let reason: String

  package init(address: IPAddress, reason: String) {
    self.address = address
    self.reason = reason
  }
}

/// Where the time of a request went; nil for a phase that did not happen.
package struct HTTPClientTiming: Sendable, Hashable {
  package var dns: Duration?
  package var connect: Duration?
  package var tls: Duration?
  /// From the request's last byte sent to the response's first byte.
  package var firstByte: Duration?
  package var total: Duration = .zero

  package init() {}
}

package struct HTTPClientResponse: Sendable {
  package let status: Int
  package let fields: HTTPFields
  /// At most `maxBody` bytes.
  package let body: [UInt8]
  package let isTruncated: Bool
  package let timing: HTTPClientTiming
  /// Nil for a local socket.
  package let address: IPAddress?
  /// Whether an earlier request's connection was used.
  package let reused: Bool
}

/// A request without a response: the reason, and how far it came.
package struct HTTPClientFailure: Error, Sendable, CustomStringConvertible {
  package let error: HTTPClientError
  package let timing: HTTPClientTiming
  package let address: IPAddress?

  package var description: String { error.description }
}

package typealias HTTPClientResult = Result<HTTPClientResponse, HTTPClientFailure>

/// Why a request has no response.
package enum HTTPClientError: Error, Sendable, Hashable {
  package enum Phase: String, Sendable { case dns, connect, tls, sending, response, body }

  /// The host name has no address.
  case resolveFailed(host: String)
  /// Too many names are being looked up already.
  case resolverBusy
  case refusedByPolicy(HTTPDialRefusal)
  /// The number is an errno; all addresses were tried.
  case connectFailed(Int32)
  case connectTimeout
  case deadlineExceeded(Phase)
  /// The connection broke; the number is an errno when there is one.
  case connectionBroken(Phase, Int32?)
  case invalidResponse(HTTPResponseFailure)
  /// No TLS connection to an https host, or no more.
  case tls(TLSFailure)
  case cancelled
}

extension HTTPClientError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .resolveFailed(let host): "the host name \(host) has no address"
    case .resolverBusy: "too many host names are being looked up"
    case .refusedByPolicy(let refusal): refusal.reason
    case .connectFailed(let code): SystemErrorText.describe(code)
    case .connectTimeout: "no connection within the time allowed"
    case .deadlineExceeded(.dns): "the host name was not resolved within the time allowed"
    case .deadlineExceeded(.connect): "no connection within the time allowed"
    case .deadlineExceeded(.tls): TLSFailure.timedOut.description
    case .deadlineExceeded(.sending): "the request was not taken within the time allowed"
    case .deadlineExceeded(.response), .deadlineExceeded(.body):
      "no complete response within the time allowed"
    case .connectionBroken(_, let code?): SystemErrorText.describe(code)
    case .connectionBroken(.sending, nil): "the connection was closed while the request was sent"
    case .connectionBroken(.body, nil): "the connection was closed inside the response"
    case .connectionBroken(_, nil): "the connection was closed before a response"
    case .invalidResponse(let failure): failure.description
    case .tls(let failure): failure.description
    case .cancelled: "cancelled"
    }
  }
}
