import Actors
import Testing
import Transport

@testable import Pipeline

/// What a webhook is sent and how, by the API.
struct APIWebhookSettingsTests {
  private let harness = APIHarness()

  private func patch(_ body: JSONValue, _ tenant: Tenant) async -> Answer {
    await harness.send("PATCH", "/api/webhooks/\(tenant.webhook)", body, token: tenant.token)
  }

  @Test func `a webhook says which fields, connections and numbers it has`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let plain = await harness.send("GET", "/api/webhooks/\(tenant.webhook)", token: tenant.token)
    #expect(plain.data["fields"] == .null && plain.data["settings"] == .null)
    #expect(plain.data["connectionIds"] == .null)
    let made = await harness.send(
      "POST", "/api/webhooks",
      [
        "receiver": "inspector", "fields": ["email", "manager", "members"],
        "settings": [
          "window": 2, "timeout": "3s", "retries": ["0s", "5m"], "jitter": 0,
          "disableAfter": "48h",
        ],
      ], token: tenant.token)
    #expect(made.status == 201, "\(made.text)")
    #expect(made.data["fields"] == ["email", "manager", "members"])
    #expect(made.data["settings"]?["retries"] == ["0s", "5m"])
    #expect(made.data["settings"]?["disableAfter"] == "2d")
    #expect(made.data["settings"]?["probeAfter"] == nil)
  }

  @Test func `a record keeps them, and older ones are read without`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let old = try #require(harness.backend.configuration.webhooks[tenant.webhook])
    #expect(old.json["settings"] == nil && old.json["fields"] == nil)
    #expect(try Webhook(json: try #require(old.json.object)) == old)
    _ = await patch(
      ["fields": ["email"], "settings": ["window": 7, "probeMax": "90s", "retries": ["1s"]]], tenant
    )
    let new = try #require(harness.backend.configuration.webhooks[tenant.webhook])
    #expect(new.json["settings"] == ["window": 7, "probeMax": 90_000, "retries": [1000]])
    let read = try Webhook(json: try #require(new.json.object))
    #expect(read == new && read.settings.probeMax == .seconds(90))
  }

  @Test func `only what is supplied changes, and null is the server's`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    _ = await patch(["settings": ["window": 7, "timeout": "1s"], "fields": ["email"]], tenant)
    let second = await patch(["settings": ["window": nil, "jitter": 5]], tenant)
    #expect(second.data["settings"] == ["jitter": 5, "timeout": "1s"])
    #expect(second.data["fields"] == ["email"])
    let cleared = await patch(["settings": nil, "fields": nil], tenant)
    #expect(cleared.data["settings"] == .null && cleared.data["fields"] == .null)
  }

  @Test(arguments: [
    ("fields", #"["emial"]"#, "did you mean \"email\"?"), ("fields", "[]", "must name one"),
    ("settings", #"{"window":0}"#, "window must be a whole number from 1 to 32"),
    ("settings", #"{"timeout":20}"#, "timeout must be a time from 1ms to 10m"),
    ("settings", #"{"timeout":"2h"}"#, "timeout must be a time"),
    ("settings", #"{"windw":2}"#, "windw is no setting; did you mean window?"),
    ("settings", #"{"retries":[]}"#, "retries must be 1 to 32 times"),
    ("settings", #"{"retries":["1s",2]}"#, "retries must be"),
    ("settings", #"{"jitter":101}"#, "from 0 to 100"), ("settings", "7", "must be an object"),
    ("connectionIds", #"["cnx_9"]"#, "none of this application's connections"),
  ])
  func `what cannot be is refused in words`(
    member: String, value: String, words: String
  ) async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let before = harness.backend.configuration
    let answer = await patch(
      .object(JSONObject([.init(name: member, value: try JSONValue(parsing: value))])), tenant)
    #expect(answer.status == 400)
    let error = answer.json["errors"]?.array?.first
    #expect(error?["field"]?.string == member)
    #expect(error?["detail"]?.string?.contains(words) == true, "\(answer.text)")
    #expect(harness.backend.configuration == before)
  }

  @Test func `a connection must be the application's own`() async throws {
    let (tenant, other) = (
      try await Tenant("Acme", in: harness), try await Tenant("Other", in: harness)
    )
    let made = await harness.send(
      "POST", "/api/connections/hris/okta-scim", [:], token: tenant.consumerTokens[0])
    let id = try #require(made.data["id"]?.string)
    #expect(
      await patch(["connectionIds": [JSONValue(id)]], tenant).data["connectionIds"] == [
        JSONValue(id)
      ])
    #expect(await patch(["connectionIds": [JSONValue(id)]], other).status == 400)
  }

  @Test func `the command line says the same in its own words`() throws {
    let parser = CommandParser(
      root: CommandTree.root, standard: "serve", version: "", environment: [:])
    let words = [
      "webhook", "set", "wh_1", "--window", "2", "--connect-timeout", "1s", "--retries", "0s,5s",
      "--field", "email", "--default", "consumers", "--default", "probe-max",
    ]
    guard case .run(let invocation) = parser.parse(words) else { throw ExitCode.usage }
    #expect(
      JSONValue.object(WebhookCommand.choices(invocation)) == [
        "fields": ["email"], "consumerIds": nil,
        "settings": [
          "window": 2, "connectTimeout": "1s", "retries": ["0s", "5s"], "probeMax": nil,
        ],
      ])
    let screen = WebhookCommand.details([
      "id": "wh_1", "deliveryUrl": "http://hooks.example.com/", "status": "Enabled",
      "events": ["employee.created"], "consumerIds": nil, "fields": ["email", "manager"],
      "settings": ["window": 2, "retries": ["0s", "5s"]],
    ])
    #expect(
      screen == """
        webhook wh_1   http://hooks.example.com/
          status                Enabled
          events                employee.created
          consumers             all
          connections           all
          fields                email, manager
          window                2
          retries               0s,5s

        """)
  }
}
