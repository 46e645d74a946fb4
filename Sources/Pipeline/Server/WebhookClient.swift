import Actors
import Transport

/// Sends delivery's attempts with the HTTP client; decides at each dial where they may go.
struct WebhookClient: WebhookSender {
  let client: HTTPClient
  /// What `--allow-webhook-net` opens.
  let allowed: [IPNetwork]
  /// Where the inspector is: our own listener at a loopback address, and the path of a webhook.
  let inspector: Inspector
  let own: OwnAddress
  private let urls = DeliveryURLs()

  func send(_ request: WebhookRequest) async -> WebhookResult {
    await own.known()
    guard var outgoing = outgoing(request) else {
      return WebhookResult(.failed("the delivery URL cannot be understood"))
    }
    outgoing.fields = request.fields
    outgoing.body = request.body
    outgoing.takesCutBody = true
    outgoing.connectTimeout = request.times.connect
    outgoing.tlsTimeout = request.times.tls
    outgoing.totalDeadline = request.times.total
    outgoing.maxBody = request.sizes.response
    outgoing.maxHead = request.sizes.head
    switch await client.send(outgoing) {
    case .success(let response): return WebhookResult(response)
    case .failure(let failure): return WebhookResult(failure)
    }
  }

  var policy: AddressPolicy { AddressPolicy(allowed: allowed, ownListeners: own.listeners) }

  private func outgoing(_ request: WebhookRequest) -> HTTPClientRequest? {
    switch request.receiver {
    case .inspector:
      guard let (address, port) = own.loopback else { return nil }
      let host = HostPort(host: address.description, port: port)
      let path = inspector.path(webhookId: request.webhookId)
      guard let url = try? HTTPURL(parsing: "http://\(host)\(path)") else { return nil }
      var outgoing = HTTPClientRequest(method: "POST", url: url)
      outgoing.fixedAddress = (address, port)
      return outgoing
    case .url(let text):
      guard let url = urls.url(text) else { return nil }
      var outgoing = HTTPClientRequest(method: "POST", url: url)
      let (policy, localAllowed) = (policy, request.localAllowed)
      outgoing.dial = { policy.judge($0, port: url.port, localAllowed: localAllowed) }
      return outgoing
    }
  }
}

extension WebhookResult {
  fileprivate init(_ response: HTTPClientResponse) {
    var head = "HTTP/1.1 \(response.status)\r\n"
    for field in response.fields.fields { head += "\(field.name): \(field.value)\r\n" }
    self.init(
      .answered(status: response.status), retryAfter: response.fields["Retry-After"],
      durations: Durations(response.timing), address: response.address?.description,
      responseHead: head, responseBody: response.body)
    date = response.fields["Date"].flatMap { HTTPDate.parse($0) }
  }

  fileprivate init(_ failure: HTTPClientFailure) {
    self.init(
      .failed(failure.description), durations: Durations(failure.timing),
      address: failure.address?.description)
  }
}

extension WebhookResult.Durations {
  fileprivate init(_ timing: HTTPClientTiming) {
    self.init(
      dns: timing.dns ?? .zero, connect: timing.connect ?? .zero, tls: timing.tls ?? .zero,
      firstByte: timing.firstByte ?? .zero, total: timing.total)
  }
}
