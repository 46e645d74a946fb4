import Actors
import Synchronization
import Testing
import Transport

@testable import Pipeline

struct APIWebhooksTests {
  private let harness = APIHarness()

  private func create(_ body: JSONValue, _ tenant: Tenant) async -> Answer {
    await harness.send("POST", "/api/webhooks", body, token: tenant.token)
  }

  @Test func `a webhook is made with its secret shown once`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let made = await create(["deliveryUrl": "http://hooks.example.com/okta"], tenant)
    #expect(made.status == 201)
    let secret = try #require(made.data["signingSecret"]?.string)
    #expect(secret.hasPrefix("whsec_"))
    #expect(Base64.decode(String(secret.dropFirst(6)))?.count == 24)
    #expect(made.data["status"] == "Enabled")
    #expect(made.data["unifiedApi"] == "hris")
    #expect(made.data["events"] == ["employee.created", "employee.updated"])
    #expect(made.data["consumerIds"] == .null)
    let id = try #require(made.data["id"]?.string)
    let read = await harness.send("GET", "/api/webhooks/\(id)", token: tenant.token)
    #expect(read.data["signingSecret"] == nil)
    #expect(!read.text.contains(secret))
    #expect(harness.backend.signingKeys(webhookId: id) == [Secret(secret)])
  }

  @Test func `the secret is on disk before the record that names it`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    _ = await create(["deliveryUrl": "http://hooks.example.com/"], tenant)
    #expect(harness.backend.calls.suffix(2) == ["secret", "admin webhook.created"])
  }

  @Test func `a webhook that begins somewhere cannot begin disabled`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let refused = await create(
      ["receiver": "inspector", "after": "latest", "status": "Disabled"], tenant)
    #expect(refused.status == 400)
    #expect(refused.json["errors"]?.array?.first?["field"] == "after")
    let paused = await create(
      ["receiver": "inspector", "after": "latest", "status": "Paused"], tenant)
    #expect(paused.status == 201)
  }

  @Test func `https is taken as it is given`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let answer = await create(["deliveryUrl": "https://hooks.example.com/a?b=c"], tenant)
    #expect(answer.status == 201)
    #expect(answer.json["data"]?["deliveryUrl"] == "https://hooks.example.com/a?b=c")
  }

  @Test(arguments: [
    "ftp://example.com/", "hooks.example.com/x", "http://", "http://u:p@example.com/",
    "http://example.com/#x", "",
  ])
  func `what is no web address is refused`(url: String) async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let answer = await create(["deliveryUrl": JSONValue(url)], tenant)
    #expect(answer.status == 400, "\(url)")
    #expect(answer.json["errors"]?.array?.first?["field"] == "deliveryUrl")
  }

  @Test(arguments: [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "LOCALHOST.",
    "app.localhost", "[::1]", "[::ffff:127.0.0.1]", "10.1.2.3", "127.0.0.1:9000", "127.0.1",
    "0x7f.1", "017700000001", "0", "0.0.0.0", "[::]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]",
    "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "0x0a000005", "169.254.169.254", "0xa9fea9fe",
    "[fe80::1]", "[fd00::1]",
  ])
  func `a literal private address is refused and the ways to open it are named`(
    host: String
  ) async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let answer = await create(["deliveryUrl": JSONValue("http://\(host)/hooks")], tenant)
    #expect(answer.status == 400, "\(host)")
    #expect(answer.detail.contains("--allow-webhook-net "), "\(answer.detail)")
    #expect(answer.detail.contains("`webhook add URL --allow-local`"))
  }

  @Test func `only the owner opens a local address`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let body: JSONValue = ["deliveryUrl": "http://127.0.0.1:9000/", "allowLocal": true]
    let refused = await create(body, tenant)
    #expect(refused.status == 400)
    #expect(refused.json["errors"]?.array?.first?["field"] == "allowLocal")
    let made = await harness.own("POST", "/api/webhooks", body)
    #expect(made.status == 201)
    #expect(made.data["allowLocal"] == true)
    let id = try #require(made.data["id"]?.string)
    let path = "/api/webhooks/\(id)"
    let moved = await harness.send(
      "PATCH", path, ["deliveryUrl": "http://127.0.0.1:9001/"], token: tenant.token)
    #expect(moved.status == 400)
    let closed = await harness.send("PATCH", path, ["allowLocal": false], token: tenant.token)
    #expect(closed.status == 400)
    let paused = await harness.send("PATCH", path, ["status": "Paused"], token: tenant.token)
    #expect(paused.data["allowLocal"] == true)
    #expect(paused.data["status"] == "Paused")
  }

  @Test(arguments: ["webhook.test", "employee.snapshot", "group.renamed", "spool.*"])
  func `an event type that is not committed cannot be named`(type: String) async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let answer = await create(["receiver": "inspector", "events": [JSONValue(type)]], tenant)
    #expect(answer.status == 400)
    #expect(answer.json["errors"]?.array?.first?["field"] == "events")
  }

  @Test func `every committed type can be named, and each family`() {
    #expect(
      APIRoutes.subscribable == [
        "employee.created", "employee.updated", "employee.deleted", "employee.deactivated",
        "employee.reactivated", "employee.erased", "group.created", "group.updated",
        "group.deleted", "group.member_added", "group.member_removed", "webhook.failing",
        "webhook.disabled", "connection.auth_failed", "spool.low_disk", "employee.*", "group.*",
        "operational.*",
      ])
  }

  @Test func `an inspector webhook has no address of its own`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let answer = await create(
      ["receiver": "inspector", "deliveryUrl": "http://example.com/"], tenant)
    #expect(answer.status == 400)
    let made = await create(["receiver": "inspector"], tenant)
    #expect(made.data["receiver"] == "inspector")
    #expect(made.data["deliveryUrl"] == .null)
    let id = try #require(made.data["id"]?.string)
    let moved = await harness.send(
      "PATCH", "/api/webhooks/\(id)", ["deliveryUrl": "http://example.com/"], token: tenant.token)
    #expect(moved.data["receiver"] == "url")
  }

  @Test func `a webhook needs somewhere to go`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let answer = await create([:], tenant)
    #expect(answer.status == 400)
    #expect(answer.json["errors"]?.array?.first?["field"] == "deliveryUrl")
  }

  @Test func `only what is supplied changes`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let path = "/api/webhooks/\(tenant.webhook)"
    let narrowed = await harness.send(
      "PATCH", path,
      ["events": ["employee.deleted"], "consumerIds": [JSONValue(tenant.consumers[0])]],
      token: tenant.token)
    #expect(narrowed.data["events"] == ["employee.deleted"])
    let widened = await harness.send("PATCH", path, ["consumerIds": nil], token: tenant.token)
    #expect(widened.data["consumerIds"] == .null)
    #expect(widened.data["events"] == ["employee.deleted"])
    let standard = await harness.send("PATCH", path, ["events": []], token: tenant.token)
    #expect(standard.data["events"] == ["employee.created", "employee.updated"])
    #expect(standard.data["receiver"] == "inspector")
  }

  @Test func `a rotated secret is shown once, and says until when the one before signs`()
    async throws
  {
    let tenant = try await Tenant("Acme", in: harness)
    let path = "/api/webhooks/\(tenant.webhook)"
    let before = harness.backend.signingKeys(webhookId: tenant.webhook)
    let rotated = await harness.send("POST", path + "/secret", token: tenant.token)
    #expect(rotated.status == 200)
    let secret = try #require(rotated.data["signingSecret"]?.string)
    #expect(rotated.data["id"]?.string == tenant.webhook)
    #expect(rotated.data["previousUntil"] == "1970-01-02T00:00:00.000Z")
    #expect(harness.backend.signingKeys(webhookId: tenant.webhook) == [Secret(secret)] + before)
    let read = await harness.send("GET", path, token: tenant.token)
    #expect(!read.text.contains(secret) && read.data["previousUntil"] == nil)
    let other = try await Tenant("Other", in: harness)
    #expect(await harness.send("POST", path + "/secret", token: other.token).status == 404)
    harness.backend.refuse("The disk is short of space.", retryAfter: 300)
    #expect(await harness.send("POST", path + "/secret", token: tenant.token).status == 503)
  }

  @Test func `a test answers with the attempt`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let answer = await harness.send(
      "POST", "/api/webhooks/\(tenant.webhook)/test", token: tenant.token)
    #expect(answer.status == 200)
    #expect(answer.data["status"] == 204)
    #expect(harness.backend.state.withLock { $0.tested } == [tenant.webhook])
  }

  @Test func `a sample of any type can be triggered`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let path = "/api/webhooks/\(tenant.webhook)/trigger"
    let answer = await harness.send(
      "POST", path, ["type": "group.member_added"], token: tenant.token)
    #expect(answer.status == 200 && answer.data["status"] == 204)
    #expect(harness.backend.calls.last == "test group.member_added")
    #expect(await harness.send("POST", path, [:], token: tenant.token).status == 400)
    let wrong = await harness.send("POST", path, ["type": "employee.gone"], token: tenant.token)
    #expect(wrong.status == 400)
    let stranger = try await Tenant("Other", in: harness)
    let strange = await harness.send(
      "POST", path, ["type": "webhook.test"], token: stranger.token)
    #expect(strange.status == 404)
  }

  @Test func `a removed webhook is gone`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let path = "/api/webhooks/\(tenant.webhook)"
    #expect(await harness.send("DELETE", path, token: tenant.token).status == 204)
    #expect(await harness.send("DELETE", path, token: tenant.token).status == 404)
  }
}
