package import Transport

/// Sends an identity provider's calls over HTTP, with the header fields Okta sends.
package struct HTTPSCIMCaller: SCIMCaller {
  /// Okta closes a socket that stays silent for so long.
  private static let patience: Duration = .seconds(60)
  private static let answerBound = 8 << 20

  private let http: HTTPClient
  private let base: HTTPURL
  private let authorization: Secret
  private let dialled: (address: IPAddress, port: UInt16)?

  /// - Parameters:
  ///   - base: the Base URL; a slash at its end is tolerated.
  ///   - token: sent as it is, which is what Okta's Header Auth does.
  ///   - dialled: where the server really listens, when the Base URL names a proxy in front.
  package init(
    http: HTTPClient, base: HTTPURL, token: Secret,
    dialled: (address: IPAddress, port: UInt16)? = nil
  ) {
    self.http = http
    self.base = base
    self.authorization = token
    self.dialled = dialled
  }

  package func call(_ method: String, _ target: String, body: [UInt8]) async -> SCIMReply {
    var prefix = base.target
    while prefix.hasSuffix("/") { prefix.removeLast() }
    var request = HTTPClientRequest(
      method: method, url: base.with(target: prefix + target),
      fields: [
        "User-Agent": "Okta SCIM Client 1.0.0", "Authorization": authorization.reveal(),
        "Accept": "application/scim+json", "Accept-Charset": "utf-8",
        "Accept-Encoding": "gzip,deflate",
      ], body: body)
    if !body.isEmpty {
      request.fields["Content-Type"] = "application/scim+json; charset=utf-8"
    }
    request.totalDeadline = Self.patience
    request.maxBody = Self.answerBound
    request.fixedAddress = dialled
    switch await http.send(request) {
    case .failure(let failure): return .failed(failure.description)
    case .success(let response):
      let seconds = response.fields["retry-after"].flatMap { Int($0) }
      return .answered(status: response.status, retryAfter: seconds, body: response.body)
    }
  }
}
