import Actors
package import Transport

/// Sends events on as a webhook delivery would arrive: same id, same bytes, signed now.
package struct Forwarder: Sendable {
  private let http: HTTPClient
  private let url: HTTPURL
  private let signature: WebhookSignature
  private let timeout: Duration

  /// - Parameter secrets: each a signing secret; all of them sign.
  package init(http: HTTPClient, url: HTTPURL, secrets: [Secret], timeout: Duration) {
    self.http = http
    self.url = url
    signature = WebhookSignature(secrets: secrets)
    self.timeout = timeout
  }

  /// What became of one event.
  package struct Outcome: Sendable {
    /// Nil without an answer.
    package var status: Int?
    /// In words, when there is no answer.
    package var error: String?
    /// Whether nobody was there: the event was not sent, and can be sent later.
    package var isAbsent: Bool
    package var took: Duration

    package var isTaken: Bool { status.map { (200..<300).contains($0) } ?? false }
  }

  package func send(_ event: [UInt8], id: String, at now: Timestamp = .now) async -> Outcome {
    var request = HTTPClientRequest(method: "POST", url: url, body: event)
    request.fields = signature.fields(
      id: id, at: now, body: event, userAgent: "scim-hris/\(Version.current)")
    request.totalDeadline = timeout
    switch await http.send(request) {
    case .success(let response):
      return Outcome(status: response.status, isAbsent: false, took: response.timing.total)
    case .failure(let failure):
      return Outcome(
        error: failure.description, isAbsent: Self.isAbsent(failure.error),
        took: failure.timing.total)
    }
  }

  private static func isAbsent(_ error: HTTPClientError) -> Bool {
    switch error {
    case .connectFailed, .connectTimeout, .resolveFailed, .resolverBusy,
      .deadlineExceeded(.dns), .deadlineExceeded(.connect):
      true
    default: false
    }
  }
}
