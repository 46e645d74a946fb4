import Actors
import Testing
import Transport

@Suite("Authentication of a connection's token")
struct AuthenticationTests {
  @Test(arguments: [
    "scimtok_TEST", "Bearer scimtok_TEST", "bearer scimtok_TEST", "BEARER   scimtok_TEST",
    "Bearer Bearer scimtok_TEST", "  scimtok_TEST  ",
  ])
  func `a token opens raw or after Bearer, in any case`(value: String) async throws {
    try await ReadsTests.withUsers(0) { pipeline in
      #expect(await pipeline.send("GET", "/Users", token: value).status == 200)
    }
  }

  @Test(arguments: [
    (nil, "No API token"), ("", "No API token"), ("Bearer ", "No API token"),
    ("scimtok_OTHER", "not valid"), ("apikey_something", "API key"),
  ])
  func `what does not open is answered with a sentence`(
    value: String?, sentence: String
  ) async throws {
    try await ReadsTests.withUsers(0) { pipeline in
      let answer = await pipeline.send("GET", "/Users", token: value)
      #expect(answer.status == 401)
      #expect(answer.fields["WWW-Authenticate"] == "Bearer")
      #expect(answer.json["status"] == "401")
      #expect(answer.json["detail"]?.string?.contains(sentence) == true)
    }
  }

  @Test func `too many wrong tokens are put off, a right one never`() async throws {
    try await ReadsTests.withUsers(0) { pipeline in
      var statuses: [Int] = []
      for _ in 0...AttemptLimiter.allowed {
        statuses.append(await pipeline.send("GET", "/Users", token: "wrong").status)
      }
      #expect(statuses.dropLast().allSatisfy { $0 == 401 })
      #expect(statuses.last == 429)
      #expect(await pipeline.send("GET", "/Users").status == 200)
    }
  }

  @Test func `a connection that is switched off refuses with a reason`() async throws {
    try await ReadsTests.withUsers(0) { pipeline in
      var connection = try #require(pipeline.store.view.current.connections["cnx_1"])
      connection.enabled = false
      try await pipeline.store.administer([.connectionUpdated(connection)], request: "req_1")
      #expect(await pipeline.send("GET", "/Users").status == 403)
    }
  }

  @Test func `failures are forgotten after their window`() {
    var limiter = AttemptLimiter()
    let source = AttemptLimiter.Source(slug: "s", address: "a")
    let start = Timestamp(milliseconds: 0)
    for _ in 0..<AttemptLimiter.allowed { #expect(limiter.failed(source, at: start) == nil) }
    #expect(limiter.failed(source, at: start) == 60)
    let later = start.advanced(by: AttemptLimiter.window)
    #expect(limiter.failed(source, at: later) == nil)
  }

  @Test func `writes are put off while the disk is short, reads go on`() async throws {
    let pipeline = try MiniaturePipeline(
      intake: Intake(isShortOfDisk: { true }, isBacklogged: { false }))
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let refused = await pipeline.send("POST", "/Users", MiniaturePipeline.user("a@example.com"))
      #expect(refused.status == 429)
      #expect(refused.fields["Retry-After"] == "300")
      #expect(await pipeline.send("GET", "/Users").status == 200)
    }
    pipeline.spool.close()
    #expect(try pipeline.lines(of: 0).isEmpty)
  }

  @Test func `of a connection's last call its shape is kept, and of strangers nothing`()
    async throws
  {
    try await ReadsTests.withUsers(0) { pipeline in
      func last() -> String? {
        let entry = pipeline.activity["cnx_1"]
        return entry.last.map { "\($0.method) \($0.shape.text) \($0.status)" }
      }
      for path in ["/ann@example.com", "/Schemas", "/scimtok_SECRET/Users"] {
        _ = await pipeline.send("GET", path, token: nil)
        #expect(pipeline.activity.all.isEmpty)
      }
      _ = await pipeline.send("GET", "/Users/ann@example.com", token: "scimtok_OTHER")
      #expect(last() == "GET /Users/{id} 401")
      #expect(await pipeline.send("GET", "/Users/ann@example.com").status == 404)
      #expect(last() == "GET /Users/{id} 404")
      #expect(pipeline.activity["cnx_1"].lastSuccess == nil)
      let user = MiniaturePipeline.user("ann@example.com")
      #expect(await pipeline.send("POST", "/Users", user).status == 201)
      #expect(last() == "POST /Users 201" && pipeline.activity["cnx_1"].lastSuccess != nil)
      let changes = pipeline.activity.changes
      _ = await pipeline.send("GET", "/Nothing?name=ann@example.com")
      _ = await pipeline.send("GET", "/Users", token: nil)
      #expect(last() == "POST /Users 201" && pipeline.activity.changes == changes)
      #expect(await pipeline.send("POST", "/Bulk", ["Operations": []]).status < 500)
      #expect(last()?.hasPrefix("POST /Bulk ") == true && pipeline.activity.changes > changes)
    }
  }

  @Test(arguments: ["text/plain", "application/xml"])
  func `a body that is not JSON by its type is refused`(type: String) async throws {
    try await ReadsTests.withUsers(0) { pipeline in
      var request = HTTPRequest(
        method: "POST", target: "/scim/v2/test/Users", peer: .ip(.loopback, port: 1))
      request.fields = HTTPFields(["Authorization": "scimtok_TEST", "Content-Type": type])
      request.body = MiniaturePipeline.user("a@example.com").bytes
      #expect(await pipeline.ingress.receive(request).status == 415)
    }
  }
}
