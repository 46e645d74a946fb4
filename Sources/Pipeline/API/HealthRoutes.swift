import Transport

/// What probes and scrapers ask: alive, ready, and how much.
struct HealthRoutes: Sendable {
  /// Nil when writes are taken, else why not.
  let refusal: @Sendable () -> WriteRefusal?
  let metrics: Metrics

  func respond(to request: HTTPRequest) -> HTTPResponse {
    guard request.method == "GET" || request.method == "HEAD" else {
      return refuse(.methodNotAllowed, "Only GET is answered here.", allow: ["GET", "HEAD"])
    }
    switch request.path.split(separator: "/").first {
    case "healthz": return Self.text(200, "alive\n")
    case "readyz": return ready
    case "metrics" where Self.isLocal(request): return exposition
    default: return refuse(.notFound, "There is nothing at this address for you.")
    }
  }

  /// `--metrics-listen`: a listener that serves nothing else, to whoever reaches it.
  func respondToScraper(_ request: HTTPRequest) -> HTTPResponse {
    let isMetrics = request.path == "/metrics"
    return isMetrics ? exposition : refuse(.notFound, "This listener serves /metrics only.")
  }

  private var ready: HTTPResponse {
    guard let refusal = refusal() else { return Self.text(200, "ready\n") }
    var response = Self.text(503, "refusing writes: \(refusal.reason)\n")
    response.fields["retry-after"] = String(refusal.retryAfter)
    return response
  }

  private var exposition: HTTPResponse {
    HTTPResponse(
      status: 200, fields: HTTPFields(["content-type": "text/plain; version=0.0.4"]),
      body: Array(metrics.text().utf8))
  }

  /// A reverse proxy on this machine also comes from loopback, for somebody who does not.
  private static func isLocal(_ request: HTTPRequest) -> Bool {
    switch request.peer {
    case .local: return true
    case .ip(let address, _):
      let forwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "cf-connecting-ip", "via"]
      return address.isLoopback && forwarded.allSatisfy { request.fields[$0] == nil }
    }
  }

  private func refuse(
    _ kind: APIError.Kind, _ detail: String, allow: [String] = []
  ) -> HTTPResponse {
    APIError(kind: kind, detail: detail, allow: allow)
      .response(requestId: ULID.make(prefix: "req_"))
  }

  private static func text(_ status: Int, _ text: String) -> HTTPResponse {
    HTTPResponse(
      status: status,
      fields: HTTPFields([
        "content-type": "text/plain; charset=utf-8", "cache-control": "no-store",
      ]),
      body: Array(text.utf8))
  }
}
