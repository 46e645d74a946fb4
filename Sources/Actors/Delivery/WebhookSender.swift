package import Transport

/// Carries one attempt over the network; delivery itself knows no sockets.
package protocol WebhookSender: Sendable {
  /// Never throws: whatever happens becomes a result, within `totalDeadline`.
  ///
  /// One immediate repeat is the sender's own affair when a connection it had kept open dies before
  /// any byte of the answer. It refuses addresses by `AddressPolicy` and follows no redirect.
  func send(_ request: WebhookRequest) async -> WebhookResult
}

/// One attempt, ready to be sent.
package struct WebhookRequest: Sendable {
  package var webhookId: String
  package var receiver: Webhook.Receiver
  /// Whether the address policy lets local addresses pass.
  package var localAllowed: Bool
  /// Everything but what the sender must frame: host, length, connection.
  package var fields: HTTPFields
  package var body: [UInt8]
  package var times: DeliveryOptions.Times
  package var sizes: DeliveryOptions.Sizes
}

/// How one attempt ended, with what a person needs to see why.
package struct WebhookResult: Sendable {
  package enum Ending: Sendable, Equatable {
    case answered(status: Int)
    /// No answer; the words go to the ledger: "connection refused".
    case failed(String)
  }

  package struct Durations: Sendable, Equatable {
    package var dns: Duration
    package var connect: Duration
    /// Zero for http, and on a connection that was used before.
    package var tls: Duration
    /// From the request's last byte sent to the answer's first.
    package var firstByte: Duration
    package var total: Duration

    package init(
      dns: Duration = .zero, connect: Duration = .zero, tls: Duration = .zero,
      firstByte: Duration = .zero, total: Duration = .zero
    ) {
      self.dns = dns
      self.connect = connect
      self.tls = tls
      self.firstByte = firstByte
      self.total = total
    }
  }

  package var ending: Ending
  /// The value of `Retry-After`, as received.
  package var retryAfter: String?
  /// The receiver's clock, by the answer's Date field.
  package var date: Timestamp?
  package var durations: Durations
  /// What was dialled.
  package var address: String?
  /// Status line and fields, as text.
  package var responseHead: String
  package var responseBody: [UInt8]

  package init(
    _ ending: Ending, retryAfter: String? = nil, durations: Durations = Durations(),
    address: String? = nil, responseHead: String = "", responseBody: [UInt8] = []
  ) {
    self.ending = ending
    self.retryAfter = retryAfter
    self.durations = durations
    self.address = address
    self.responseHead = responseHead
    self.responseBody = responseBody
  }

  package var status: Int? {
    if case .answered(let status) = ending { status } else { nil }
  }

  package var isSuccess: Bool { status.map { (200..<300).contains($0) } ?? false }
}
