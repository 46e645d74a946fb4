import Transport

/// A temporary server with customers, their people and webhooks: what a delivery benchmark plays on.
struct DeliveryBenchStage: Sendable {
  /// One customer with the people its events are about.
  struct Customer: Sendable {
    let consumerId: String
    let base: HTTPURL
    let token: Secret
    let caller: HTTPSCIMCaller
    var people: [String] = []
  }

  let server: TemporaryServer
  let loop: EventLoop
  let http: HTTPClient
  let api: APIClient

  /// - Parameter options: words for the server beside those a benchmark needs.
  static func open(
    in directory: String, options: [String], environment: [String: String]
  ) async throws(ClientFailure) -> DeliveryBenchStage {
    let server = try await TemporaryServer.start(
      in: directory,
      options: ["--allow-webhook-net", "127.0.0.0/8", "--log-level", "error"] + options,
      environment: environment)
    do throws(ClientFailure) {
      let loop = EventLoop(name: "bench")
      let http = HTTPClient(loop: loop)
      let api = APIClient(
        .network(url: try server.base.with(target: "/api"), apiKey: server.made.apiKey), http: http)
      // The built-in inspector would be one more receiver, in the server's own process.
      _ = try await api.call("DELETE", "/webhooks/\(server.made.webhookId)")
      return DeliveryBenchStage(server: server, loop: loop, http: http, api: api)
    } catch {
      await server.stop()
      throw error
    }
  }

  func close() async {
    http.closeIdle()
    await server.stop()
    loop.stop()
  }

  /// The customer that every server has from the start.
  var first: Customer {
    get throws(ClientFailure) {
      customer(server.made.consumerId, try server.base, server.made.apiToken)
    }
  }

  func addCustomer(_ name: String) async throws(ClientFailure) -> Customer {
    let consumer = try await api.call(
      "POST", "/consumers", body: JSONObject([.init(name: "name", value: .string(name))]))
    guard let id = consumer["data"]?["id"]?.string else {
      throw ClientFailure("The server's answer names no consumer.")
    }
    let made = try await api.call(
      "POST", "/connections/hris/okta-scim", body: JSONObject(), scope: .consumer(id))
    let metadata = made["data"]?["metadata"]
    guard let base = metadata?["baseUrl"]?.string.flatMap({ try? HTTPURL(parsing: $0) }),
      let token = metadata?["apiToken"]?.string
    else { throw ClientFailure("The server's answer names no Base URL and API token.") }
    return customer(id, base, Secret(token))
  }

  private func customer(_ id: String, _ base: HTTPURL, _ token: Secret) -> Customer {
    Customer(
      consumerId: id, base: base, token: token,
      caller: HTTPSCIMCaller(http: http, base: base, token: token))
  }

  /// - Returns: the customer with that many people.
  func people(_ count: Int, of customer: Customer) async throws(ClientFailure) -> Customer {
    var customer = customer
    for number in 0..<count {
      let body =
        #"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"#
        + #""userName":"p\#(number)@example.com","title":"Tour Guide","active":true}"#
      let reply = await customer.caller.call("POST", "/Users", body: Array(body.utf8))
      guard case .answered(201, _, let bytes) = reply,
        let id = (try? JSONValue(parsing: bytes))?["id"]?.string
      else { throw ClientFailure("A person for the benchmark was not made: \(reply).") }
      customer.people.append(id)
    }
    return customer
  }

  /// - Returns: its id.
  func addWebhook(
    _ url: String, consumer: String? = nil, isPaused: Bool = false
  ) async throws(ClientFailure) -> String {
    var body = JSONObject()
    body["deliveryUrl"] = .string(url)
    body["consumerIds"] = consumer.map { .array([.string($0)]) }
    if isPaused { body["status"] = "Paused" }
    let made = try await api.call("POST", "/webhooks", body: body)
    guard let id = made["data"]?["id"]?.string else {
      throw ClientFailure("The server's answer names no webhook.")
    }
    return id
  }

  /// Gives a person the job title that carries this number.
  /// - Returns: whether the server took it.
  func change(_ person: String, of customer: Customer, to number: Int) async -> Bool {
    let body =
      #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":"#
      + #"[{"op":"replace","value":{"title":"\#(Self.title(number))"}}]}"#
    let reply = await customer.caller.call("PATCH", "/Users/\(person)", body: Array(body.utf8))
    if case .answered(200, _, _) = reply { return true }
    return false
  }

  static func title(_ number: Int) -> String {
    let digits = String(number)
    return "n" + String(repeating: "0", count: BenchRequest.width - digits.count) + digits
  }
}
