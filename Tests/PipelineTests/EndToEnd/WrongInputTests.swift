import Testing
import Transport

@testable import Pipeline

/// What is wrong gets an error a person can use, and costs nothing that was right.
@Suite(.timeLimit(.minutes(5)))
struct WrongInputTests {
  @Test func `whatever is wrong with a body, a path or a method is said as a SCIM error`()
    async throws
  {
    let server = try await TestServer.started()
    let okta = try server.okta()
    let user = OktaUser("kept@example.com")
    let id = try #require(try await okta.post("/Users", user.creation)["id"]?.string)

    let broken = try await okta.send("POST", "/Users", bytes: Array(#"{"userName":"x",}"#.utf8))
    #expect(broken.isSCIMError(400) && broken["scimType"] == "invalidSyntax")
    #expect(broken.detail.hasPrefix("The body is not valid JSON: "))
    let list = try await okta.send("POST", "/Users", bytes: Array("[1]".utf8))
    #expect(list.isSCIMError(400) && list.detail.hasPrefix("The body must be a JSON object"))
    let torn = try await okta.send("PUT", "/Users/\(id)", bytes: Array(#"{"userName":"#.utf8))
    #expect(torn.isSCIMError(400))
    let twice = Array(#"{"userName":"a","userName":"b"}"#.utf8)
    #expect(try await okta.send("POST", "/Users", bytes: twice).isSCIMError(400))
    let nameless = try await okta.post("/Users", ["schemas": [JSONValue(OktaUser.core)]])
    #expect(nameless.isSCIMError(400) && nameless["scimType"] == "invalidValue")
    #expect(try await okta.get("/Users?filter=userName%20eq").isSCIMError(400))

    let form = try await okta.send(
      "POST", "/Users", bytes: user.creation.bytes, ["Content-Type": "text/xml"])
    #expect(form.isSCIMError(415))
    let fat = user.creation.setting("title", to: JSONValue(String(repeating: "x", count: 65 << 10)))
    let refused = try await okta.post("/Users", fat)
    #expect(refused.isSCIMError(413) && refused.detail.contains("65536"))

    #expect(try await okta.get("/Nothing").isSCIMError(404))
    #expect(try await okta.get("/Users/a/b/c").isSCIMError(404))
    #expect(try await okta.delete("").isSCIMError(405))
    #expect(try await okta.get("/Me").isSCIMError(501))
    #expect(try await okta.delete("/Users").isSCIMError(405))
    #expect(try await okta.post("/Users/\(id)", user.creation).isSCIMError(405))
    let base = try TestClient(
      try server.made.baseURL + "/Users", as: .okta(token: try server.made.apiToken.reveal()))
    let doubled = try await base.get("/Users?count=2")
    #expect(doubled.isSCIMError(404) && doubled.detail.contains("must not end in /Users"))

    let kept = try await okta.get("/Users/\(id)")
    #expect(kept.status == 200 && kept["meta"]?["version"] == #"W/"1""#)
    #expect(try await okta.get("/Users?count=0")["totalResults"] == 1)
  }

  @Test func `a request that breaks HTTP is refused before anything reads it`() async throws {
    let server = try await TestServer.started()
    let made = try server.made
    let path = try HTTPURL(parsing: made.baseURL).target + "/Users"
    let head = "Host: 127.0.0.1\r\nAuthorization: \(made.apiToken.reveal())\r\n"
    let long = String(repeating: "a", count: 17 << 10)
    let requests: [(Int, String)] = [
      (431, "GET \(path) HTTP/1.1\r\n\(head)X-Long: \(long)\r\n\r\n"),
      (
        400,
        "POST \(path) HTTP/1.1\r\n\(head)Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "0\r\n\r\n"
      ),
      (400, "GET \(path) HTTP/1.1\r\n\r\n"),
      (400, "POST \(path) HTTP/1.1\r\n\(head)Content-Length: +5\r\n\r\nabcde"),
      (501, "POST \(path) HTTP/1.1\r\n\(head)Transfer-Encoding: gzip\r\n\r\n"),
      (505, "GET \(path) HTTP/2.0\r\n\(head)\r\n"),
      (413, "POST \(path) HTTP/1.1\r\n\(head)Content-Length: 70000\r\n\r\n"),
    ]
    for (status, request) in requests {
      let answer = await RawConnection.exchange(request, port: server.port)
      #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(request.prefix(200)) → \(answer)")
      let body = answer.firstRange(of: "\r\n\r\n").map { answer[$0.upperBound...] } ?? ""
      let error = try? JSONValue(parsing: String(body))
      #expect(error?["status"] == JSONValue("\(status)"), "\(status): \(body)")
      #expect(answer.contains("application/scim+json"), "\(status): \(answer)")
    }
    let lost = await RawConnection.exchange("GET  \(path) HTTP/1.1\r\n\r\n", port: server.port)
    #expect(lost.hasPrefix("HTTP/1.1 400 ") && lost.contains("application/problem+json"))
    #expect(try await server.okta().get("/Users")["totalResults"] == 0)
  }

  @Test func `a wrong token is told apart from none, from an API key and from a wrong address`()
    async throws
  {
    let server = try await TestServer.started()
    let made = try server.made
    let okta = try server.okta()
    let none = try await okta.with("Authorization", nil).get("/Users")
    #expect(none.isSCIMError(401) && none.detail.hasPrefix("No API token came"))
    #expect(none.fields["WWW-Authenticate"]?.hasPrefix("Bearer") == true)
    let wrong = try await okta.with("Authorization", "Bearer scimtok_wrong").get("/Users")
    #expect(wrong.isSCIMError(401) && wrong.detail.contains("not valid for this Base URL"))
    let key = try await okta.with("Authorization", made.apiKey.reveal()).get("/Users")
    #expect(key.isSCIMError(401) && key.detail.contains("is an API key"))
    let origin = made.baseURL[..<(try #require(made.baseURL.lastIndex(of: "/")))]
    let lost = try TestClient(
      "\(origin)/aaaabbbbccccdddd", as: .okta(token: made.apiToken.reveal()))
    let nowhere = try await lost.get("/Users")
    #expect(nowhere.isSCIMError(404) && nowhere.detail.contains("no connection at this Base URL"))
    #expect(try await okta.get("/Users").status == 200)

    for _ in 0..<25 { _ = try await okta.with("Authorization", "x").get("/Users") }
    let slowed = try await okta.with("Authorization", "x").get("/Users")
    #expect(slowed.isSCIMError(429))
    #expect(slowed.fields["Retry-After"].flatMap { Int($0) } != nil)
    #expect(try await okta.get("/Users").status == 200, "a valid token is never slowed")
  }

  @Test func `neither tokens nor keys nor passwords nor signing secrets reach hops or log`()
    async throws
  {
    let server = try await TestServer.started(["--log-level", "debug"])
    let receiver = try await WebhookReceiver.started()
    let webhook = try await server.addWebhook(receiver.url)
    let made = try server.made
    let okta = try server.okta()
    let id = try #require(
      try await okta.post("/Users", OktaUser("s@example.com").creation)["id"]?.string)
    _ = try await okta.patch("/Users/\(id)", OktaUser.patch(["password": "patched-password"]))
    let path: JSONValue = [
      "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      "Operations": [["op": "Replace", "path": "password", "value": "pathed-password"]],
    ]
    _ = try await okta.patch("/Users/\(id)", path)
    let query = "?password=asked-password&Attributes=userName,%20title&token=asked-token"
    let asked = try await okta.put("/Users/\(id)\(query)", OktaUser("s@example.com").creation)
    #expect(asked.status == 200 && asked["name"] == nil, "attributes still count")
    _ = try await okta.with("Authorization", "Bearer a-wrong-token").get("/Users")
    let key = made.apiKey.reveal()
    _ = try await okta.with("Authorization", key).get("/Users")
    _ = await receiver.accepted(1)
    await receiver.stop()
    #expect(await server.stop() == .exited(0))

    let secrets = [
      made.apiToken.reveal(), key, made.webhookSecret.reveal(), webhook.secret,
      String(webhook.secret.dropFirst(6)), OktaUser.password, "patched-password",
      "pathed-password", "a-wrong-token", "asked-password", "asked-token",
    ]
    var places = try SpoolFiles.all(in: server.spool)
      .filter { !$0.hasSuffix("snapshots/secrets.json") }
      .map { ($0, try FileSystem.contents(of: $0)) }
    #expect(places.count >= 8)
    places.append(("the log", Array(server.log.utf8)))
    for (place, bytes) in places {
      let text = String(decoding: bytes, as: UTF8.self)
      for secret in secrets {
        #expect(!text.contains(secret), "\(secret.prefix(8))… stands in \(place)")
      }
    }
    for file in try SpoolFiles.all(in: server.spool) {
      #expect(try FileSystem.status(file)?.mode == 0o600, "\(file)")
    }
  }
}

/// The files of a spool.
enum SpoolFiles {
  static func all(in directory: String) throws -> [String] {
    try FileSystem.list(directory).flatMap { name -> [String] in
      let path = "\(directory)/\(name)"
      guard let status = try FileSystem.status(path) else { return [] }
      return status.isDirectory ? try all(in: path) : name == "control.sock" ? [] : [path]
    }
  }
}
