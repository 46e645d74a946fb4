import TestSupport
import Testing
import Transport

@testable import Pipeline

/// An application of a running server with two consumers, and one of everything that has an id.
struct WalkTenant: Sendable {
  struct Customer: Sendable {
    var id = ""
    var token = ""
    var connectionId = ""
    /// By what stands before the parameter in a path.
    var ids: [String: String] = [:]
  }

  var apiKey = ""
  var token = ""
  var customers: [Customer] = []
  /// By what stands before the parameter in a path; of the application's own.
  var ids: [String: String] = [:]

  init(_ name: String, on server: TestServer) async throws {
    let owner = try server.owner()
    let made = try await owner.post("/applications", ["name": JSONValue(name)])
    let stranger = try TestClient(try server.made.apiURL, as: .nobody)
    apiKey = try #require(made["data"]?["apiKey"]?.string)
    token = try await exchange(["scope": "application"], stranger)
    let api = try TestClient(try server.made.apiURL, as: .application(token: token))
    ids["webhooks"] = try await Self.made(
      api, "/webhooks", ["receiver": "inspector", "events": ["employee.*", "group.*"]])
    ids["dead"] = try await Self.made(
      api, "/webhooks",
      ["deliveryUrl": "http://127.0.0.1:1/", "settings": ["retries": ["0s"]]])
    for number in 1...2 {
      customers.append(try await customer("\(name) \(number)", api, stranger, server))
    }
    ids["keys"] = try await Self.made(api, "/keys", ["name": "Second"])
    ids["requests"] = try await Self.first("id", api, "/requests")
    // One that has nothing, and so can be removed.
    ids["consumers"] = try await Self.made(api, "/consumers", ["name": "Spare"])
    let webhook = try #require(ids["webhooks"])
    ids["deliveries"] = try await Self.first("id", api, "/webhooks/\(webhook)/deliveries")
    ids["dead-letters"] = try await Self.first("name", api, "/dead-letters")
  }

  private func exchange(_ body: JSONValue, _ stranger: TestClient) async throws -> String {
    var body = try #require(body.object)
    body["apiKey"] = JSONValue(apiKey)
    let answer = try await stranger.post("/auth", .object(body))
    return try #require(answer["data"]?["accessToken"]?.string, "\(answer)")
  }

  private static func made(
    _ client: TestClient, _ path: String, _ body: JSONValue
  ) async throws -> String {
    let answer = try await client.post(path, body)
    return try #require(answer["data"]?["id"]?.string, "\(answer)")
  }

  /// Waits for the first entry of a list.
  private static func first(
    _ member: String, _ client: TestClient, _ path: String
  ) async throws -> String {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(30)
    while clock.now < deadline {
      let page = try await client.get(path)
      if let found = page["data"]?.array?.first?[member]?.string { return found }
      try await clock.sleep(for: .milliseconds(20))
    }
    return try #require(nil as String?, "\(path) stays empty")
  }
}

extension WalkTenant {
  private func customer(
    _ name: String, _ api: TestClient, _ stranger: TestClient, _ server: TestServer
  ) async throws -> Customer {
    var customer = Customer()
    customer.id = try await Self.made(api, "/consumers", ["name": JSONValue(name)])
    customer.token = try await exchange(
      ["scope": "consumer", "consumerId": JSONValue(customer.id)], stranger)
    let own = try TestClient(
      try server.made.apiURL, as: .application(token: customer.token))
    let connection = try await own.post("/connections/hris/okta-scim", [:])
    let data = try #require(connection["data"], "\(connection)")
    customer.connectionId = try #require(data["id"]?.string)
    let baseURL = try #require(data["metadata"]?["baseUrl"]?.string)
    let secret = try #require(data["metadata"]?["apiToken"]?.string)
    try await push(try TestClient(baseURL, as: .okta(token: secret)))
    let connected = "/connections/hris/okta-scim"
    customer.ids["tokens"] = try await Self.made(own, connected + "/tokens", [:])
    customer.ids["setup-link"] = try await Self.made(own, connected + "/setup-link", [:])
    customer.ids["employees"] = try await Self.first("id", own, "/hris/employees")
    customer.ids["groups"] = try await Self.first("id", own, "/hris/groups")
    return customer
  }

  /// Somebody with a manager, and a group of both.
  private func push(_ okta: TestClient) async throws {
    var members: [JSONValue] = []
    for name in ["boss", "sam"] {
      let user = OktaUser("\(name)@example.com", title: "Tester").creation
        .setting("schemas", to: [JSONValue(OktaUser.core), JSONValue(OktaUser.enterprise)])
        .setting(
          OktaUser.enterprise,
          to: ["department": "Law", "manager": ["value": "boss@example.com"]])
      let answer = try await okta.post("/Users", user)
      members.append(["value": try #require(answer["id"], "\(answer)")])
    }
    let group = try await okta.post(
      "/Groups",
      [
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Law",
        "members": .array(members),
      ])
    #expect(group.status == 201, "\(group)")
  }
}
