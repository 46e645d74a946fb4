import Actors
import Testing
import Transport

@testable import Pipeline

/// The page behind a set-up link, as its reader and as strangers meet it.
struct SetupPagesTests {
  private let harness = APIHarness()

  /// A connection with a link, and the link's path.
  private func link(
    _ service: String = "okta-scim", customer: String = "Acme", _ body: JSONValue = [:]
  ) async throws -> (token: String, id: String, path: String) {
    let token = try await Tenant(customer, in: harness).consumerTokens[0]
    let path = "/api/connections/hris/\(service)"
    _ = await harness.send("POST", path, token: token)
    let made = await harness.send("POST", path + "/setup-link", body, token: token)
    let url = try #require(made.data["url"]?.string)
    #expect(url.hasPrefix("https://scim.example.com/setup/setup_"))
    let id = try #require(made.data["id"]?.string)
    return (token, id, String(url.dropFirst("https://scim.example.com".count)))
  }

  private func form(_ page: Answer) throws -> String {
    let mark = #"name="after" value=""#
    let start = try #require(page.text.firstRange(of: mark))
    return "after=" + page.text[start.upperBound...].prefix { $0 != "\"" }
  }

  private func press(_ path: String, _ form: String) async -> Answer {
    var request = HTTPRequest(method: "POST", target: path, peer: .stranger)
    request.fields["content-type"] = "application/x-www-form-urlencoded"
    request.body = Array(form.utf8)
    return await Answer(harness.router.respond(to: request))
  }

  private func tokens(in page: Answer) -> [Substring] {
    page.text.split { !($0.isLetter || $0.isNumber || $0 == "_") }
      .filter { $0.hasPrefix("scimtok_") && $0.count == 51 }
  }

  @Test(arguments: Integration.all.map(\.serviceId))
  func `the page has the values, the steps and how it is doing`(service: String) async throws {
    let page = await harness.send("GET", try await link(service).path)
    #expect(page.status == 200)
    #expect(page.fields["content-type"] == "text/html; charset=utf-8")
    #expect(page.fields["cache-control"] == "no-store")
    #expect(page.fields["referrer-policy"] == "no-referrer")
    let policy = page.fields["content-security-policy"] ?? ""
    #expect(policy.hasPrefix("default-src 'none';") && !policy.contains("unsafe"))
    let connection = try #require(harness.backend.configuration.connections.values.first)
    #expect(page.text.contains("https://scim.example.com/scim/v2/\(connection.slug)"))
    #expect(page.text.contains("Nothing has arrived from your identity provider yet."))
    #expect(page.text.contains(SetupGuide.of(service).tokenLabel))
    #expect(page.text.contains("<ol><li>") && !page.text.contains("*"))
    #expect(tokens(in: page).isEmpty)
    for outside in ["src=", "@import", "url("] { #expect(!page.text.contains(outside)) }
  }

  @Test func `the style and the script are those the policy lets through`() async throws {
    let page = await harness.send("GET", try await link().path)
    let policy = page.fields["content-security-policy"] ?? ""
    for tag in ["style", "script"] {
      let start = try #require(page.text.firstRange(of: "<\(tag)>")).upperBound
      let end = try #require(page.text.firstRange(of: "</\(tag)>")).lowerBound
      let hash = Base64.encode(SHA256.hash(Array(page.text[start..<end].utf8)), .standard)
      #expect(policy.contains("\(tag)-src 'sha256-\(hash)'"))
    }
  }

  @Test func `the button makes one token, however often the same page is sent`() async throws {
    let (_, _, path) = try await link()
    let sent = try form(await harness.send("GET", path))
    let made = await press(path, sent)
    #expect(made.status == 200)
    let token = try #require(tokens(in: made).first)
    let connection = try #require(harness.backend.configuration.connections.values.first)
    #expect(connection.tokens.last?.hash == HashedToken.hash(of: String(token)))
    #expect(connection.tokens.count == 2 && connection.tokens.last?.name == "set-up page")
    let again = await press(path, sent)
    #expect(again.status == 409 && tokens(in: again).isEmpty)
    #expect(harness.backend.configuration.connections.values.first?.tokens.count == 2)
    #expect(await press(path, try form(again)).status == 200)
    #expect(await press(path, "").status == 409)
    #expect(tokens(in: await harness.send("GET", path)).isEmpty)
  }

  @Test func `what people typed is text on the page`() async throws {
    let evil = #"<img src=x onerror="alert(1)">&'"#
    let page = await harness.send("GET", try await link(customer: evil).path)
    #expect(page.status == 200 && !page.text.contains("<img"))
    #expect(page.text.contains("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;"))
  }

  @Test func `unknown, revoked and expired are one answer`() async throws {
    let (token, id, path) = try await link("okta-scim", ["expiresIn": 60])
    let unknown = await harness.send("GET", "/setup/setup_nobody")
    #expect(unknown.status == 404 && unknown.text.contains("This link does not work"))
    let open = await harness.send("GET", path)
    #expect(open.status == 200)
    let remove = "/api/connections/hris/okta-scim/setup-link/\(id)"
    #expect(await harness.send("DELETE", remove, token: token).status == 204)
    #expect(await harness.send("DELETE", remove, token: token).status == 204)
    let revoked = await harness.send("GET", path)
    #expect((revoked.status, revoked.text) == (unknown.status, unknown.text))
    #expect(await press(path, try form(open)).status == 404)
    let (_, _, other) = try await link("scim", customer: "Globex", ["expiresIn": 60])
    #expect(await harness.send("GET", other + "/state").status == 200)
    harness.clock.advance(by: .seconds(60))
    let expired = await harness.send("GET", other)
    #expect((expired.status, expired.text) == (unknown.status, unknown.text))
    #expect(await harness.send("GET", other + "/state").status == 404)
  }

  @Test func `links are listed with what became of them, never in clear`() async throws {
    let (token, id, path) = try await link()
    let list = "/api/connections/hris/okta-scim/setup-links"
    let open = await harness.send("GET", list, token: token)
    #expect(open.ids == [id] && open.data.array?.first?["state"] == "open")
    #expect(!open.text.contains(path.split(separator: "/")[1]))
    _ = await harness.send(
      "DELETE", "/api/connections/hris/okta-scim/setup-link/\(id)", token: token)
    let revoked = await harness.send("GET", list, token: token).data.array?.first
    #expect(revoked?["state"] == "revoked" && revoked?["revokedAt"]?.string != nil)
    for _ in 0..<SetupLinks.bound {
      let path = "/api/connections/hris/okta-scim/setup-link"
      #expect(await harness.send("POST", path, token: token).status == 201)
    }
    let full = await harness.send(
      "POST", "/api/connections/hris/okta-scim/setup-link", token: token)
    #expect(full.status == 409)
  }

  @Test func `who tries many links is put off, a good one never`() async throws {
    let (_, _, path) = try await link()
    var statuses: [Int] = []
    for _ in 0...AttemptLimiter.allowed {
      statuses.append(await harness.send("GET", "/setup/setup_nobody").status)
    }
    #expect(statuses.dropLast().allSatisfy { $0 == 404 } && statuses.last == 429)
    #expect(await harness.send("GET", path).status == 200)
  }

  @Test func `the page tells what arrived and from when on it is right`() async throws {
    let (_, _, path) = try await link()
    let connection = try #require(harness.backend.configuration.connections.values.first)
    harness.backend.activity.refused(
      connection: connection.id, why: .apiKey, at: harness.clock.now)
    let wrong = await harness.send("GET", path + "/state")
    #expect(wrong.json["status"] == "error")
    #expect(wrong.json["detail"]?.string?.contains("begins with scimtok_") == true)
    #expect(wrong.fields["cache-control"] == "no-store")
    let token = try #require(connection.tokens.first?.id)
    harness.backend.activity.used(
      connection: connection.id, token: token, at: harness.clock.now)
    harness.backend.activity.answered(
      connection: connection.id,
      .init(at: harness.clock.now, method: "GET", shape: CallShape(.bulk), status: 200),
      isAuthenticated: true)
    #expect(await harness.send("GET", path).text.contains("<b>Connected.</b>"))
  }

  @Test func `only GET and POST are answered, and a button needs room`() async throws {
    let (_, _, path) = try await link()
    let put = await harness.send("PUT", path)
    #expect(put.status == 405 && put.fields["allow"] == "GET, HEAD, POST")
    let large = harness.router.refuse(
      .bodyTooLarge(limit: SetupPages.bodyLimit),
      head: HTTPRequest(method: "POST", target: path, peer: .stranger))
    #expect(large.status == 413)
    #expect(large.fields["content-type"] == "text/html; charset=utf-8")
    let form = try form(await harness.send("GET", path))
    harness.backend.refuse("The disk is short of space.", retryAfter: 300)
    let busy = await press(path, form)
    #expect(busy.status == 503 && busy.fields["retry-after"] == "300")
    #expect(await harness.send("GET", "/setup").status == 404)
  }
}
