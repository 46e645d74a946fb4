import Synchronization
package import Transport

/// Speaks the HTTP API for the commands: over the control socket as the owner, or with an API key.
package final class APIClient: Sendable {
  package enum Door: Sendable {
    /// `SPOOL/control.sock`; whoever may open it needs no key.
    case owner(spool: String)
    case network(url: HTTPURL, apiKey: Secret)
  }

  /// What an access token is for.
  package enum Scope: Sendable, Hashable {
    case application
    case consumer(String)
  }

  private static let answerBound = 16 << 20
  /// Longer than any call may wait for something to tell, which is a minute.
  private static let patience: Duration = .seconds(90)

  package let door: Door
  private let http: HTTPClient
  private let tokens = Mutex<[Scope: Secret]>([:])

  package init(_ door: Door, http: HTTPClient) {
    self.door = door
    self.http = http
  }

  package var isOwner: Bool { if case .owner = door { true } else { false } }

  /// The whole answer: `{"data": …}`, with `meta` for a list.
  /// - Parameter path: below `/api`, query included: "/webhooks?limit=10".
  package func call(
    _ method: String, _ path: String, body: JSONObject? = nil, scope: Scope = .application,
    fields extra: HTTPFields = HTTPFields()
  ) async throws(ClientFailure) -> JSONValue {
    var fields: HTTPFields = ["Accept": "application/json"]
    for field in extra.fields { fields[field.name] = field.value }
    if case .network(_, let key) = door, fields["Authorization"] == nil {
      fields["Authorization"] = "Bearer " + (try await token(for: scope, key: key)).reveal()
    }
    return try await send(method, path, fields, body)
  }

  /// Every page of a list, up to `limit` entries.
  package func list(
    _ path: String, limit: Int = 1000, scope: Scope = .application
  ) async throws(ClientFailure) -> [JSONValue] {
    var entries: [JSONValue] = []
    var cursor: String?
    repeat {
      let mark = path.contains("?") ? "&" : "?"
      let next = cursor.map { "&cursor=" + HTTPPercent.encode($0) } ?? ""
      let count = min(1000, limit - entries.count)
      let page = try await call("GET", "\(path)\(mark)limit=\(count)\(next)", scope: scope)
      entries += page["data"]?.array ?? []
      cursor = page["meta"]?["next"]?.string
    } while cursor != nil && entries.count < limit
    return entries
  }

  /// One page asked for, its answer as it came: of a feed the bytes count, and a failure may pass.
  ///
  /// A token that has run out is replaced once.
  /// - Parameter patience: longer than the server may wait for something to tell.
  func fetch(
    _ path: String, within patience: Duration, scope: Scope = .application,
    fields: HTTPFields = HTTPFields()
  ) async throws(ClientFailure) -> HTTPClientResult {
    var result = try await get(path, within: patience, scope: scope, fields: fields)
    if case .network = door, case .success(let response) = result, response.status == 401 {
      tokens.withLock { $0.removeAll() }
      result = try await get(path, within: patience, scope: scope, fields: fields)
    }
    return result
  }

  /// The bytes of an answer as they came: what is too much to be taken apart as a whole.
  ///
  /// A server that is busy is asked again, a few times.
  func bytes(
    _ path: String, scope: Scope, fields: HTTPFields = HTTPFields()
  ) async throws(ClientFailure) -> [UInt8] {
    var asked = 0
    while true {
      asked += 1
      switch try await fetch(path, within: Self.patience, scope: scope, fields: fields) {
      case .failure(let failure): throw explain(failure)
      case .success(let response):
        if asked < Self.attempts, let pause = Self.pause(after: response) {
          try? await ContinuousClock().sleep(for: pause)
          continue
        }
        if response.status != 200 { _ = try Self.read(response) }
        return response.body
      }
    }
  }

  private static let attempts = 6
  /// Seconds a server can ask for.
  private static let longestPause = 60

  /// Nil for an answer that will not be another in a moment.
  private static func pause(after response: HTTPClientResponse) -> Duration? {
    guard response.status == 429 || response.status == 503 else { return nil }
    let seconds = response.fields["Retry-After"].flatMap { Int($0) } ?? 1
    return .seconds(min(max(0, seconds), longestPause))
  }

  private func get(
    _ path: String, within patience: Duration, scope: Scope = .application,
    fields: HTTPFields = HTTPFields()
  ) async throws(ClientFailure) -> HTTPClientResult {
    var fields = fields
    fields["Accept"] = "application/json"
    if case .network(_, let key) = door {
      fields["Authorization"] = "Bearer " + (try await token(for: scope, key: key)).reveal()
    }
    var request = try request("GET", path, fields, nil)
    request.totalDeadline = patience
    return await http.send(request)
  }

  private func token(for scope: Scope, key: Secret) async throws(ClientFailure) -> Secret {
    if let token = tokens.withLock({ $0[scope] }) { return token }
    var body = JSONObject()
    body["apiKey"] = .string(key.reveal())
    body["scope"] = "application"
    if case .consumer(let id) = scope {
      body["scope"] = "consumer"
      body["consumerId"] = .string(id)
    }
    let answer = try await send("POST", "/auth", HTTPFields(), body)
    guard let text = answer["data"]?["accessToken"]?.string else {
      throw ClientFailure("The server gave no access token for this API key.")
    }
    tokens.withLock { $0[scope] = Secret(text) }
    return Secret(text)
  }

  private func send(
    _ method: String, _ path: String, _ fields: HTTPFields, _ body: JSONObject?
  ) async throws(ClientFailure) -> JSONValue {
    switch await http.send(try request(method, path, fields, body)) {
    case .failure(let failure): throw explain(failure)
    case .success(let response): return try Self.read(response)
    }
  }

  private func request(
    _ method: String, _ path: String, _ fields: HTTPFields, _ body: JSONObject?
  ) throws(ClientFailure) -> HTTPClientRequest {
    var request = HTTPClientRequest(method: method, url: try url(path), fields: fields)
    if let body {
      request.body = body.bytes
      request.fields["Content-Type"] = "application/json"
    }
    if case .owner(let spool) = door { request.unixSocket = spool + "/control.sock" }
    request.totalDeadline = Self.patience
    request.maxBody = Self.answerBound
    return request
  }

  private func url(_ path: String) throws(ClientFailure) -> HTTPURL {
    switch door {
    case .network(let url, _):
      var base = url.target
      while base.hasSuffix("/") { base.removeLast() }
      return url.with(target: (base.hasSuffix("/api") ? base : base + "/api") + path)
    case .owner:
      do throws(HTTPURLError) {
        return try HTTPURL(parsing: "http://localhost/api" + path)
      } catch {
        throw ClientFailure("\(error)".prefix(1).uppercased() + "\(error)".dropFirst() + ".")
      }
    }
  }

  /// A problem document's own words when the answer is one.
  static func read(_ response: HTTPClientResponse) throws(ClientFailure) -> JSONValue {
    // Nothing to tell, or nothing that whoever named its tag does not have.
    if [204, 304].contains(response.status) { return ["data": nil] }
    let value = (try? JSONValue(parsing: response.body)) ?? .null
    if (200..<300).contains(response.status) { return value }
    guard let detail = value["detail"]?.string else {
      throw ClientFailure("The server answered \(response.status) and no reason.")
    }
    let faults = (value["errors"]?.array ?? []).compactMap { fault in
      fault["detail"]?.string.map { "\(option(for: fault["field"]?.string ?? "input")) \($0)" }
    }
    throw ClientFailure(faults.isEmpty ? detail : faults.joined(separator: "; "))
  }

  /// What a person types for an input of the API.
  private static func option(for field: String) -> String {
    switch field {
    case "consumerId": "--consumer"
    case "applicationId": "--application"
    default: field
    }
  }

  func explain(_ failure: HTTPClientFailure) -> ClientFailure {
    guard case .owner(let spool) = door else {
      return ClientFailure("The server cannot be reached: \(failure).", .inputOutput)
    }
    return ControlSocket.explain(failure.error, spool: spool)
  }
}
