import Testing
import Transport

@testable import Pipeline

/// The application developer's way through the API, over the wire.
@Suite(.timeLimit(.minutes(5)))
struct HRISAPITests {
  @Test func `a key becomes tokens, and tokens open what their scope says`() async throws {
    let server = try await TestServer.started()
    let made = try server.made
    let stranger = try TestClient(made.apiURL, as: .nobody)
    #expect(try await stranger.get("/consumers").status == 401)
    let wrong = try await stranger.post("/auth", ["apiKey": "apikey_no", "scope": "application"])
    #expect(wrong.status == 401)
    #expect(wrong.fields["Content-Type"] == "application/problem+json")
    #expect(wrong["title"] != nil && wrong["detail"] != nil)

    let api = try await server.api()
    let consumers = try await api.get("/consumers")
    #expect(consumers["data"]?.array?.first?["id"]?.string == made.consumerId)
    #expect(consumers["meta"]?["itemsOnPage"] == 1)
    let other = try await api.post("/consumers", ["name": "Second", "externalId": "acme-2"])
    #expect(other.status == 201)
    let otherId = try #require(other["data"]?["id"]?.string)
    #expect(try await api.get("/hris/employees").status == 403)

    let second = try await server.api(consumer: otherId)
    let connection = try await second.post("/connections/hris/okta-scim", [:])
    #expect(connection.status == 201)
    let data = try #require(connection["data"])
    let baseURL = try #require(data["metadata"]?["baseUrl"]?.string)
    #expect(!baseURL.contains("_"))
    let token = try #require(data["metadata"]?["apiToken"]?.string)
    #expect(token.hasPrefix("scimtok_"))
    let shown = try await second.get("/connections/hris/okta-scim")
    #expect(shown["data"]?["metadata"]?["apiToken"]?.string?.hasSuffix("…") == true)
    let okta = try TestClient(baseURL, as: .okta(token: token))
    #expect(try await okta.post("/Users", OktaUser("b@example.com").creation).status == 201)
    #expect(try await second.get("/hris/employees")["data"]?.array?.count == 1)
    let first = try await server.api(consumer: made.consumerId)
    #expect(try await first.get("/hris/employees")["data"]?.array?.count == 0)
  }

  @Test func `employees are listed, paged, filtered and read one by one`() async throws {
    let server = try await TestServer.started()
    let okta = try server.okta()
    for number in 0..<5 {
      let user = OktaUser("e\(number)@example.com", givenName: "No\(number)", title: "Tester")
      let body = user.creation
        .setting("schemas", to: [JSONValue(OktaUser.core), JSONValue(OktaUser.enterprise)])
        .setting(
          OktaUser.enterprise,
          to: [
            "department": number < 2 ? "Sales" : "Law", "employeeNumber": JSONValue("\(number)"),
          ])
      #expect(try await okta.post("/Users", body).status == 201)
    }
    let api = try await server.api(consumer: try server.made.consumerId)
    var (seen, cursor): ([String], String?) = ([], nil)
    repeat {
      let page = try await api.get(
        "/hris/employees?limit=2" + (cursor.map { "&cursor=\($0)" } ?? ""))
      #expect(page.status == 200)
      seen += page["data"]?.array?.compactMap { $0["username"]?.string } ?? []
      cursor = page["meta"]?["next"]?.string
    } while cursor != nil
    #expect(seen == (0..<5).map { "e\($0)@example.com" })
    #expect(try await api.get("/hris/employees?department=Sales")["data"]?.array?.count == 2)
    let found = try await api.get("/hris/employees?email=E3%40example.com")
    let employee = try #require(found["data"]?.array?.first)
    #expect(employee["employeeNumber"] == "3" && employee["jobTitle"] == "Tester")
    let one = try await api.get("/hris/employees/\(try #require(employee["id"]?.string))")
    #expect(one["data"] == employee)
    #expect(try await api.get("/hris/employees/emp_nobody").status == 404)
    #expect(try await api.get("/hris/employees?limit=0").status == 400)
  }

  @Test func `a webhook is made, tested and receives what happens`() async throws {
    let server = try await TestServer.started()
    let receiver = try await WebhookReceiver.started()
    let api = try await server.api()
    let webhook = try await server.addWebhook(receiver.url)
    let test = try await api.post("/webhooks/\(webhook.id)/test", [:])
    #expect(test.status == 200, "\(test)")
    let tested = await receiver.accepted(1)
    #expect(tested.first?.type == "webhook.test" && tested.first?.event["test"] == true)
    #expect(
      try await server.okta().post("/Users", OktaUser("w@example.com").creation).status == 201)
    let events = await receiver.accepted(2)
    #expect(events.last?.type == "employee.created")
    #expect(events.last?.event["data"]?["email"] == "w@example.com")
    let listed = try await api.get("/webhooks/\(webhook.id)")
    #expect(listed["data"]?["signingSecret"] == nil && listed["data"]?["status"] == "Enabled")

    let paused = try await api.patch("/webhooks/\(webhook.id)", ["status": "Paused"])
    #expect(paused["data"]?["status"] == "Paused")
    _ = try await server.okta().post("/Users", OktaUser("late@example.com").creation)
    try await Task.sleep(for: .milliseconds(300))
    #expect(receiver.receipts.count == 2)
    _ = try await api.patch("/webhooks/\(webhook.id)", ["status": "Enabled"])
    #expect(await receiver.accepted(3).last?.event["data"]?["email"] == "late@example.com")
    #expect(try await api.delete("/webhooks/\(webhook.id)").status == 204)
    #expect(try await api.get("/webhooks/\(webhook.id)").status == 404)
    await receiver.stop()
  }

  @Test func `a webhook that could never be reached is refused with what to do`() async throws {
    let server = try await TestServer.started()
    let api = try await server.api()
    let other = try await api.post("/webhooks", ["deliveryUrl": "ftp://hooks.example.com/"])
    #expect(other.status == 400 && other.detail.contains("http"))
    for url in [
      "http://10.1.2.3/", "https://[::1]/", "http://169.254.169.254/", "http://0x0a000001/",
    ] {
      let answer = try await api.post("/webhooks", ["deliveryUrl": JSONValue(url)])
      #expect(answer.status == 400 && answer.detail.contains("--allow-webhook-net"), "\(answer)")
    }
    let local = try await api.post(
      "/webhooks", ["deliveryUrl": "http://10.1.2.3/", "allowLocal": true])
    #expect(local.status == 400 && local.detail.contains("owner of the spool"))
    let own = try await api.post(
      "/webhooks", ["deliveryUrl": JSONValue("http://127.0.0.1:\(server.port)/scim/v2/x")])
    let id = try #require(own["data"]?["id"]?.string)
    let attempt = try await api.post("/webhooks/\(id)/test", [:])
    #expect(attempt["data"]?["error"]?.string?.hasSuffix("is this server itself") == true)
  }

  @Test func `whoever owns the spool administers the server without a key`() async throws {
    let server = try await TestServer.started()
    let owner = try server.owner()
    let status = try await owner.get("/status")
    #expect(status.status == 200 && status["data"]?["employees"] == 0)
    let anybody = try TestClient(try server.made.apiURL, as: .nobody)
    #expect(try await anybody.get("/status").status == 403)
    let connected = try await owner.post("/connect", ["name": "Acme"])
    #expect(connected.status == 201)
    #expect(connected.text.contains("scimtok_"))
    let key = try await owner.post(
      "/applications/\(try server.made.applicationId)/keys", [:])
    #expect(key.status == 201 && key.text.contains("apikey_"))
    let token = try await owner.post(
      "/connections/\(try server.made.connectionId)/tokens", [:])
    #expect(token.status == 201)
    let local = try await owner.post(
      "/webhooks",
      [
        "deliveryUrl": "http://10.9.8.7/", "allowLocal": true,
        "applicationId": JSONValue(try server.made.applicationId),
      ])
    #expect(local.status == 201, "\(local)")
    #expect(try FileSystem.status(server.spool + "/control.sock")?.mode == 0o600)
  }
}
