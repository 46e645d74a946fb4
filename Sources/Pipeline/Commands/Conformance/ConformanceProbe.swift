import Synchronization
import Transport

/// Asks one server the questions of the checks, and takes away what it made.
final class ConformanceProbe: Sendable {
  /// Resources remembered to be deleted at the end; a run makes about two hundred.
  private static let bookBound = 4096

  /// In the name of everything this run makes: "conformance-k3v7q2m9".
  let mark: String
  let features: ServiceFeatures
  private let caller: any ConformanceCaller
  private let book = Mutex<[String]>([])
  private let count = Mutex(0)
  private let cast = Mutex<ConformanceCast?>(nil)

  init(caller: any ConformanceCaller, features: ServiceFeatures) {
    self.caller = caller
    self.features = features
    mark = "conformance-" + Random.slug().prefix(8)
  }

  func send(
    _ method: String, _ target: String, body: [UInt8] = [], _ fields: HTTPFields = HTTPFields()
  ) async throws(Unmet) -> ProbeAnswer {
    let request = ProbeRequest(method: method, target: target, fields: fields, body: body)
    switch await caller.send(request) {
    case .failure(let silence): throw .failed("\(request.line): \(silence.reason)")
    case .success(let response):
      let answer = ProbeAnswer(request, response)
      if method == "POST", response.status == 201, let id = answer.json["id"]?.string {
        remember("\(target.prefix { $0 != "?" })/\(id)")
      }
      return answer
    }
  }

  func get(
    _ target: String, _ fields: HTTPFields = HTTPFields()
  ) async throws(Unmet) -> ProbeAnswer {
    try await send("GET", target, fields)
  }

  func post(_ target: String, _ body: JSONValue) async throws(Unmet) -> ProbeAnswer {
    try await send("POST", target, body: body.bytes)
  }

  func put(_ target: String, _ body: JSONValue) async throws(Unmet) -> ProbeAnswer {
    try await send("PUT", target, body: body.bytes)
  }

  func delete(_ target: String) async throws(Unmet) -> ProbeAnswer {
    try await send("DELETE", target)
  }

  func patch(_ target: String, _ operations: JSONValue...) async throws(Unmet) -> ProbeAnswer {
    try await send("PATCH", target, body: Self.program(operations).bytes)
  }

  static func program(_ operations: [JSONValue]) -> JSONValue {
    ["schemas": [.string(SCIMNames.patch)], "Operations": .array(operations)]
  }

  /// Users, or whatever is at `path`, that satisfy a filter.
  func list(
    _ filter: String, _ more: String = "", at path: String = "/Users"
  ) async throws(Unmet) -> ProbeAnswer {
    try await get("\(path)?filter=\(PercentEncoding.query(filter))\(more)")
  }

  /// A resource the server has now, to be deleted at the end.
  func remember(_ target: String) {
    book.withLock { book in
      if book.count < Self.bookBound { book.append(target) }
    }
  }

  /// Deletes everything this run made, the newest first.
  /// - Returns: what may still be there.
  func cleanUp() async -> [String] {
    var left: [String] = []
    let targets = book.withLock { book in
      defer { book = [] }
      return book
    }
    for target in targets.reversed() {
      let status = try? await send("DELETE", target).status
      if ![200, 202, 204, 404].contains(status) { left.append(target) }
    }
    return left
  }
}

// MARK: - People to ask about

extension ConformanceProbe {
  /// A name nobody else has.
  func freshName(_ label: String) -> String {
    let number = count.withLock { count in
      count += 1
      return count
    }
    return "\(mark)-\(label)\(number)"
  }

  /// The body of a new person, complete enough for any check.
  func person(_ changes: KeyValuePairs<String, JSONValue> = [:]) -> JSONObject {
    let name = freshName("u") + "@example.com"
    var body = JSONObject()
    body["schemas"] = [.string(SCIMNames.user)]
    body["userName"] = .string(name)
    body["name"] = ["givenName": "Conny", "familyName": "Formance"]
    body["displayName"] = "Conny Formance"
    body["emails"] = [["value": .string(name), "type": "work", "primary": true]]
    body["active"] = true
    for (name, value) in changes { body[name] = value }
    return body
  }

  func newUser(
    _ changes: KeyValuePairs<String, JSONValue> = [:]
  ) async throws(Unmet) -> ProbeAnswer {
    try await post("/Users", .object(person(changes))).answered(201)
  }

  /// Three people with known attributes; made when first asked for.
  func people() async throws(Unmet) -> ConformanceCast {
    if let made = cast.withLock({ $0 }) { return made }
    let made = try await ConformanceCast(self)
    cast.withLock { $0 = made }
    return made
  }
}
