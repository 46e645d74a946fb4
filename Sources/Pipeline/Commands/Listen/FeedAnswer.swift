package import Transport

/// What an answer of the event feed means for whoever pulls.
package enum FeedAnswer: Sendable {
  /// Events as the bytes that were committed, and where to go on.
  case page([[UInt8]], next: String)
  /// The server has too much to do.
  case later(Duration)
  /// Going on as before leads nowhere.
  case refused(ClientFailure)

  /// Longest pause a server can ask for.
  private static let longestPause = 60

  package init(_ response: HTTPClientResponse) {
    self.init(status: response.status, fields: response.fields, body: response.body)
  }

  package init(status: Int, fields: HTTPFields = HTTPFields(), body: [UInt8]) {
    switch status {
    case 200: self = Self.page(body)
    case 429, 502, 503, 504:
      let seconds = fields["Retry-After"].flatMap { Int($0) } ?? 1
      self = .later(.seconds(min(max(1, seconds), Self.longestPause)))
    default:
      let detail = (try? JSONValue(parsing: body))?["detail"]?.string
      self = .refused(
        ClientFailure(detail ?? "The server answered \(status) where events were expected."))
    }
  }

  private static func page(_ body: [UInt8]) -> FeedAnswer {
    guard let slices = JSONSlices(body), slices.bytes("data") != nil,
      let meta = slices.bytes("meta"),
      let next = (try? JSONValue(parsing: meta))?["next"]?.string
    else { return .refused(ClientFailure("The server's answer is no page of events.")) }
    return .page(slices.elements("data"), next: next)
  }
}
