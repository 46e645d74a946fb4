import Actors
import Synchronization
import Testing
import Transport

@testable import Pipeline

/// An API over a server in memory, called without a socket.
final class APIHarness: Sendable {
  let backend: FakeBackend
  let inspector = Inspector()
  let metrics = Metrics()
  let clock = TestTime()
  let api: API
  let router: PublicRouter

  init(feed bounds: EventFeed.Bounds = EventFeed.Bounds()) {
    let backend = FakeBackend(bounds: bounds)
    self.backend = backend
    let clock = clock
    api = API(
      backend: backend, tokens: AccessTokens(key: Array(repeating: 7, count: 32)),
      inspector: inspector,
      options: .init(
        permits: { address in
          if case .success = AddressPolicy().judge([address], port: 80) { true } else { false }
        },
        isOwner: { $0 == 1000 }, connectionActivity: { backend.activity[$0] },
        keyActivity: backend.keys,
        now: { clock.now }),
      log: .silent)
    router = PublicRouter(
      scim: { _ in HTTPResponse(status: 299) }, api: api,
      health: HealthRoutes(refusal: { backend.writeRefusal }, metrics: metrics))
  }

  /// Sends one request through the first router.
  func send(
    _ method: String, _ target: String, _ body: JSONValue? = nil, token: String? = nil,
    fields: KeyValuePairs<String, String> = [:], from peer: HTTPRequest.Peer = .stranger
  ) async -> Answer {
    var request = HTTPRequest(
      method: method, target: target, fields: HTTPFields(fields), body: body?.bytes ?? [],
      peer: peer)
    if body != nil, request.fields["content-type"] == nil {
      request.fields["content-type"] = "application/json"
    }
    if let token { request.fields["authorization"] = "Bearer \(token)" }
    return await Answer(router.respond(to: request))
  }

  /// As the owner, over the control socket.
  func own(_ method: String, _ target: String, _ body: JSONValue? = nil) async -> Answer {
    await send(method, target, body, from: .local(uid: 1000, pid: 4711))
  }
}

/// The time of a test; it moves only when told.
final class TestTime: Sendable {
  private let time = Mutex(Timestamp(milliseconds: 1_767_323_045_678))

  var now: Timestamp { time.withLock { $0 } }
  func advance(by duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }
}

extension HTTPRequest.Peer {
  static let stranger = ip("198.51.100.9")

  static func ip(_ text: String) -> HTTPRequest.Peer {
    .ip(IPAddress(parsing: text) ?? .loopback, port: 40_000)
  }
}

/// An answer read the way a client would.
struct Answer: Sendable {
  let status: Int
  let fields: HTTPFields
  let text: String

  init(_ response: HTTPResponse) async {
    status = response.status
    fields = response.fields
    switch response.body {
    case .bytes(let bytes): text = String(decoding: bytes, as: UTF8.self)
    case .stream(let produce):
      var all: [UInt8] = []
      try? await produce { chunk in all += chunk }
      text = String(decoding: all, as: UTF8.self)
    case .reset: text = ""
    }
  }

  var json: JSONValue { (try? JSONValue(parsing: text)) ?? .null }
  var data: JSONValue { json["data"] ?? .null }
  var detail: String { json["detail"]?.string ?? "" }
  var ids: [String] { data.array?.compactMap { $0["id"]?.string } ?? [] }
}

/// One application with a key, two consumers and a webhook.
struct Tenant: Sendable {
  var application = ""
  var apiKey = ""
  var token = ""
  var consumers: [String] = []
  var consumerTokens: [String] = []
  var webhook = ""

  init(_ name: String, in harness: APIHarness) async throws {
    let made = await harness.own("POST", "/api/applications", ["name": JSONValue(name)])
    application = try #require(made.data["id"]?.string)
    apiKey = try #require(made.data["apiKey"]?.string)
    token = try await exchange(["scope": "application"], in: harness)
    for number in 1...2 {
      let made = await harness.send(
        "POST", "/api/consumers",
        ["name": JSONValue("\(name) \(number)"), "externalId": JSONValue("x\(number)")],
        token: token)
      let id = try #require(made.data["id"]?.string)
      consumers.append(id)
      consumerTokens.append(
        try await exchange(["scope": "consumer", "consumerId": JSONValue(id)], in: harness))
    }
    let hook = await harness.send(
      "POST", "/api/webhooks", ["receiver": "inspector"], token: token)
    webhook = try #require(hook.data["id"]?.string)
  }

  func exchange(_ body: JSONValue, in harness: APIHarness) async throws -> String {
    var object = try #require(body.object)
    object["apiKey"] = JSONValue(apiKey)
    let answer = await harness.send("POST", "/api/auth", .object(object))
    return try #require(answer.data["accessToken"]?.string, "\(answer.text)")
  }
}
