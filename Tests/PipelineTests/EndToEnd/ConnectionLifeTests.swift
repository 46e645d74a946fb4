import TestSupport
import Testing
import Transport

@testable import Pipeline

/// A connection from its set-up page to its removal, against the program itself.
@Suite(.timeLimit(.minutes(5)))
struct ConnectionLifeTests {
  private static let connection = "/connections/hris/okta-scim"

  @Test func `what was revoked stays so, and what was used is remembered, over a kill`()
    async throws
  {
    let server = try await TestServer.started()
    let revoked = try await server.api()
    #expect(try await revoked.delete("/auth").status == 204)
    let other = try await server.api()
    let words = ["api", "revokeAccessToken", "--spool", server.spool]
    #expect(try await runProgram(words).ending == .exited(64))
    let token = (other.authorization ?? "").dropFirst("Bearer ".utf8.count)
    #expect(try await runProgram(words + ["--access-token", String(token)]).ending == .exited(0))
    #expect(try await other.get("/consumers").status == 401)
    let api = try await server.api()
    let second = try await api.post("/keys", ["name": "second"])
    #expect(second.status == 201)
    #expect(try await server.okta().get("/Users?count=1").status == 200)
    await server.kill9()
    try await server.start()
    let after = try TestClient(
      try server.made.apiURL, as: .nobody
    ).with("Authorization", revoked.authorization)
    #expect(try await after.get("/consumers").detail.contains("has been revoked"))
    #expect(try await server.api().get("/keys")["data"]?.array?.count == 2)

    #expect(try await server.okta().get("/Users?count=1").status == 200)
    await server.stop()
    try await server.start()
    let consumer = try await server.api(consumer: try server.made.consumerId)
    let shown = try await consumer.get(Self.connection)["data"]
    #expect(shown?["status"] == "live")
    #expect(shown?["lastRequest"]?["path"] == "/Users" && shown?["lastRequest"]?["status"] == 200)
    let keys = try await server.api().get("/keys")["data"]?.array
    #expect(keys?.map { $0["lastUsedAt"]?.isNull } == [false, true])
    #expect(try await consumer.get(Self.connection + "/tokens").text.contains("lastUsedAt\":\"20"))
  }

  @Test func `a token is replaced while pushes go on`() async throws {
    let server = try await TestServer.started()
    let made = try server.made
    let api = try await server.api(consumer: made.consumerId)
    let old = try server.okta()
    let fresh = try await api.post(Self.connection + "/tokens", ["overlap": 3600])
    let token = try #require(fresh["data"]?["apiToken"]?.string)
    let new = try TestClient(made.baseURL, as: .okta(token: token))
    for client in [old, new] { #expect(try await client.get("/Users").status == 200) }
    _ = try await api.post(Self.connection + "/tokens", ["overlap": 0])
    let refused = try await old.get("/Users")
    #expect(refused.status == 401 && refused.detail.contains("was replaced on"))
    let shown = try await api.get(Self.connection)["data"]
    #expect(shown?["status"] == "error" && shown?["lastRequest"]?["status"] == 401)
    #expect(shown?["statusDetail"]?.string?.contains("was replaced") == true)
  }

  @Test func `the customer's admin sets the connection up with the link alone`() async throws {
    let server = try await TestServer.started()
    let made = try server.made
    let api = try await server.api(consumer: made.consumerId)
    let link = try await api.post(Self.connection + "/setup-link", [:])
    let url = try #require(link["data"]?["url"]?.string)
    let page = try TestClient(url, as: .nobody)
    let shown = try await page.get("")
    #expect(shown.status == 200 && shown.text.contains(made.baseURL))
    let mark = try #require(shown.text.firstRange(of: #"name="after" value=""#)).upperBound
    let form = "after=" + shown.text[mark...].prefix { $0 != "\"" }
    let pressed = try await page.send(
      "POST", "", bytes: Array(form.utf8), ["Content-Type": "application/x-www-form-urlencoded"])
    let words = pressed.text.split { !($0.isLetter || $0.isNumber || $0 == "_") }
    let token = try #require(words.first { $0.hasPrefix("scimtok_") })
    let okta = try TestClient(made.baseURL, as: .okta(token: String(token)))
    #expect(try await okta.post("/Users", OktaUser("ann@example.com").creation).status == 201)
    #expect(try await page.get("/state")["status"] == "live")
    let fields = try await api.get(Self.connection + "/fields")["data"]
    #expect(fields?["employees"] == 1)
    let never = fields?["neverSent"]?.array ?? []
    #expect(never.contains("departmentName") && !never.contains("firstName"))
    let id = try #require(link["data"]?["id"]?.string)
    #expect(try await api.delete(Self.connection + "/setup-link/\(id)").status == 204)
    await server.kill9()
    try await server.start()
    let later = try TestClient(
      try server.made.baseURL.split(separator: "/").prefix(2).joined(separator: "//")
        + "/setup/" + (url.split(separator: "/").last ?? ""), as: .nobody)
    #expect(try await later.get("").status == 404)
    #expect(try await server.okta().get("/Users").status == 200)
    try await expectSameState(server)
  }

  @Test(arguments: ["keep", "delete"]) func `disconnecting keeps or deletes people, as told`(
    choice: String
  ) async throws {
    let server = try await TestServer.started()
    let made = try server.made
    let receiver = try await WebhookReceiver.started()
    _ = try await server.addWebhook(receiver.url)
    let okta = try server.okta()
    for name in ["a", "b", "c"] {
      let user = OktaUser("\(name)@example.com")
      #expect(try await okta.post("/Users", user.creation).status == 201)
    }
    #expect(await receiver.accepted(3).count == 3)
    let api = try await server.api(consumer: made.consumerId)
    #expect(try await api.delete(Self.connection).status == 400)
    #expect(try await api.get(Self.connection)["data"]?["status"] == "live")
    #expect(try await api.delete(Self.connection + "?employees=\(choice)").status == 204)
    #expect(try await okta.get("/Users").status == 404)
    #expect(try await api.get(Self.connection).status == 404)
    let listed = try await api.get("/connections")["data"]?.array
    #expect(listed?.first?["status"] == "available")

    let isKept = choice == "keep"
    if isKept {
      try await Task.sleep(for: .milliseconds(200))
    } else {
      // employee.updated carrying `deleted`, and employee.deleted, for each.
      #expect(await receiver.accepted(9).filter { $0.type == "employee.deleted" }.count == 3)
    }
    #expect(receiver.accepted.count == (isKept ? 3 : 9))
    for life in 1...2 {
      let reader = try await server.api(consumer: made.consumerId)
      let people = try await reader.get("/hris/employees")["data"]?.array
      #expect(people?.count == (isKept ? 3 : 0), "life \(life)")
      let all = try await reader.get("/hris/employees?includeDeleted=true")["data"]?.array
      #expect(all?.map { $0["deleted"] } == Array(repeating: JSONValue(!isKept), count: 3))
      #expect(all?.first?["active"] == true || !isKept)
      await server.kill9()
      try await server.start()
    }
    let again = try await server.api(consumer: made.consumerId)
    let fresh = try await again.post(Self.connection, [:])
    #expect(fresh.status == 201 && fresh["data"]?["status"] == "pending")
    await receiver.stop()
    try await expectSameState(server)
  }

  /// By the program, and by a reader that shares no code with it.
  private func expectSameState(_ server: TestServer) async throws {
    await server.stop()
    let verified = try await runProgram(["spool", "verify", "--spool", server.spool])
    #expect(verified.ending == .exited(0), "\(verified.output)")
    let hash = try await runProgram(["spool", "state-hash", "--from-log", "--spool", server.spool])
    #expect(try hash.output.contains(LogFold(spool: server.spool).stateHash), "\(hash.output)")
  }
}
