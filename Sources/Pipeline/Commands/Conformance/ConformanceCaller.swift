import Transport

/// Sends the probe's requests; a protocol so that a test can stand between probe and server.
protocol ConformanceCaller: Sendable {
  func send(_ request: ProbeRequest) async -> Result<ProbeResponse, ProbeSilence>
}

struct ProbeRequest: Sendable {
  var method: String
  /// What follows the Base URL, percent-encoded.
  var target: String
  /// Beside those every request has, or in place of them; an empty value takes one away.
  var fields = HTTPFields()
  var body: [UInt8] = []

  /// "GET /Users?count=1", as failures name it.
  var line: String { "\(method) \(target)" }
}

struct ProbeResponse: Sendable {
  var status: Int
  var fields = HTTPFields()
  var body: [UInt8] = []
}

/// Why there was no answer, in words.
struct ProbeSilence: Error, Sendable {
  var reason: String
}

/// The probe's requests over HTTP, with a bearer token.
struct HTTPConformanceCaller: ConformanceCaller {
  /// What clients commonly wait for an answer.
  private static let patience: Duration = .seconds(60)
  private static let answerBound = 8 << 20

  let http: HTTPClient
  let base: HTTPURL
  let token: Secret

  func send(_ request: ProbeRequest) async -> Result<ProbeResponse, ProbeSilence> {
    var prefix = base.target
    while prefix.hasSuffix("/") { prefix.removeLast() }
    var call = HTTPClientRequest(
      method: request.method, url: base.with(target: prefix + request.target),
      fields: [
        "User-Agent": "scim-hris/\(Version.current) conformance",
        "Authorization": "Bearer \(token.reveal())", "Accept": "application/scim+json",
      ], body: request.body)
    if !request.body.isEmpty { call.fields["Content-Type"] = "application/scim+json" }
    for field in request.fields.fields {
      call.fields[field.name] = field.value.isEmpty ? nil : field.value
    }
    call.totalDeadline = Self.patience
    call.maxBody = Self.answerBound
    switch await http.send(call) {
    case .failure(let failure): return .failure(ProbeSilence(reason: failure.description))
    case .success(let answer):
      return .success(
        ProbeResponse(status: answer.status, fields: answer.fields, body: answer.body))
    }
  }
}
