package import Transport

/// Sends an identity provider's calls over HTTP, with the header fields it sends.
package struct HTTPSCIMCaller: SCIMCaller {
  /// Okta closes a socket that stays silent for so long.
  private static let patience: Duration = .seconds(60)
  private static let answerBound = 8 << 20

  private let http: HTTPClient
  private let base: HTTPURL
  private let token: Secret
  private let headers: ProviderHeaders
  private let dialled: (address: IPAddress, port: UInt16)?
  /// A local socket instead.
  private let socket: String?

  /// - Parameters:
  ///   - base: the Base URL; a slash at its end is tolerated.
  ///   - headers: those of the provider; Okta's unless another is named.
  ///   - dialled: where the server really listens, when the Base URL names a proxy in front.
  ///   - socket: the server's control socket, when its listener speaks TLS to a name of its own.
  package init(
    http: HTTPClient, base: HTTPURL, token: Secret,
    headers: ProviderHeaders = OktaDialect().headers,
    dialled: (address: IPAddress, port: UInt16)? = nil, socket: String? = nil
  ) {
    self.http = http
    self.base = base
    self.token = token
    self.headers = headers
    self.dialled = dialled
    self.socket = socket
  }

  package func call(_ method: String, _ target: String, body: [UInt8]) async -> SCIMReply {
    var prefix = base.target
    while prefix.hasSuffix("/") { prefix.removeLast() }
    var request = HTTPClientRequest(
      method: method, url: base.with(target: prefix + target), fields: fields, body: body)
    if !body.isEmpty { request.fields["Content-Type"] = headers.mediaType }
    request.totalDeadline = Self.patience
    request.maxBody = Self.answerBound
    request.fixedAddress = dialled
    request.unixSocket = socket
    switch await http.send(request) {
    case .failure(let failure): return .failed(failure.description)
    case .success(let response):
      let seconds = response.fields["retry-after"].flatMap { Int($0) }
      return .answered(status: response.status, retryAfter: seconds, body: response.body)
    }
  }

  private var fields: HTTPFields {
    var fields = headers.others
    if let agent = headers.userAgent { fields["User-Agent"] = agent }
    let secret = token.reveal()
    fields["Authorization"] = headers.scheme.map { "\($0) \(secret)" } ?? secret
    return fields
  }
}
