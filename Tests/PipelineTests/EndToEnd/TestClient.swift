import Testing
import Transport

/// Sends requests as one kind of caller does, and gives answers a test can look into.
struct TestClient: Sendable {
  enum Caller {
    case okta(token: String)
    case application(token: String)
    case nobody
  }

  struct Failed: Error, CustomStringConvertible {
    let what: HTTPClientFailure
    var description: String { "no answer: \(what)" }
  }

  /// One client for all tests: it holds nothing but idle connections.
  static let http = HTTPClient(loop: EventLoop(name: "test client"))

  private let base: HTTPURL
  private var fields = HTTPFields()
  private let mediaType: String
  /// A local socket instead of TCP.
  var socket: String?
  /// Another client, which believes other authorities.
  var http = TestClient.http
  var patience: Duration = .seconds(30)

  init(_ base: String, as caller: Caller) throws {
    self.base = try HTTPURL(parsing: base)
    switch caller {
    case .okta(let token):
      mediaType = "application/scim+json; charset=utf-8"
      fields = [
        "User-Agent": "Okta SCIM Client 1.0.0", "Authorization": token,
        "Accept": "application/scim+json", "Accept-Charset": "utf-8",
        "Accept-Encoding": "gzip,deflate",
      ]
    case .application(let token):
      mediaType = "application/json"
      fields = ["Authorization": "Bearer \(token)"]
    case .nobody: mediaType = "application/json"
    }
  }

  /// The header field it proves itself with.
  var authorization: String? { fields["Authorization"] }

  /// The same caller with one field changed, nil takes it away.
  func with(_ name: String, _ value: String?) -> TestClient {
    var other = self
    other.fields[name] = value
    return other
  }

  /// - Parameters:
  ///   - path: what follows the base, percent-encoded, as it shall stand on the request line.
  ///   - fields: in place of those the caller sends.
  func send(
    _ method: String, _ path: String, bytes: [UInt8] = [], _ extra: HTTPFields = HTTPFields()
  ) async throws -> TestAnswer {
    var request = HTTPClientRequest(
      method: method, url: base.with(target: base.target + path), fields: fields, body: bytes)
    if !bytes.isEmpty { request.fields["Content-Type"] = mediaType }
    for field in extra.fields { request.fields[field.name] = field.value }
    request.totalDeadline = patience
    request.maxBody = 8 << 20
    request.unixSocket = socket
    switch await http.send(request) {
    case .success(let response): return TestAnswer(response)
    case .failure(let failure): throw Failed(what: failure)
    }
  }

  func get(_ path: String) async throws -> TestAnswer { try await send("GET", path) }
  func delete(_ path: String) async throws -> TestAnswer { try await send("DELETE", path) }

  func post(_ path: String, _ body: JSONValue) async throws -> TestAnswer {
    try await send("POST", path, bytes: body.bytes)
  }

  func put(_ path: String, _ body: JSONValue) async throws -> TestAnswer {
    try await send("PUT", path, bytes: body.bytes)
  }

  func patch(_ path: String, _ body: JSONValue) async throws -> TestAnswer {
    try await send("PATCH", path, bytes: body.bytes)
  }
}

/// An answer and what a test asks of it.
struct TestAnswer: Sendable, CustomStringConvertible {
  let status: Int
  let fields: HTTPFields
  let body: [UInt8]

  init(_ response: HTTPClientResponse) {
    (status, fields, body) = (response.status, response.fields, response.body)
  }

  var text: String { String(decoding: body, as: UTF8.self) }
  var description: String { "\(status) \(text)" }
  /// Null when it is no JSON.
  var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }

  subscript(name: String) -> JSONValue? { json[name] }

  /// The resources of a list.
  var resources: [JSONValue] { self["Resources"]?.array ?? [] }
  var detail: String { self["detail"]?.string ?? "" }

  /// Whether this is an Error of RFC 7644 §3.12 with that status and a sentence.
  func isSCIMError(_ wanted: Int) -> Bool {
    status == wanted && self["status"]?.string == String(wanted) && !detail.isEmpty
      && self["schemas"]?.array == ["urn:ietf:params:scim:api:messages:2.0:Error"]
      && fields["Content-Type"]?.hasPrefix("application/scim+json") == true
  }
}
