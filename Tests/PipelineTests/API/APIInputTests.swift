import Actors
import Testing
import Transport

@testable import Pipeline

/// What the route table refuses before any operation runs.
struct APIInputTests {
  private let harness = APIHarness()

  private func errors(_ answer: Answer) -> [String] {
    answer.json["errors"]?.array?.compactMap { $0["field"]?.string } ?? []
  }

  @Test func `an unknown field is named with the nearest one`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let answer = await harness.send(
      "POST", "/api/consumers", ["name": "A", "externalID": "1"], token: tenant.token)
    #expect(answer.status == 400)
    #expect(errors(answer) == ["externalID"])
    #expect(answer.detail.contains("did you mean externalId?"))
    #expect(answer.json["type"] == "urn:scim-hris:problem:invalid-input")
  }

  @Test func `every faulty field is named at once`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let answer = await harness.send(
      "POST", "/api/webhooks", ["status": "On", "events": ["employee.create"], "deliveryUrl": 1],
      token: tenant.token)
    #expect(errors(answer) == ["status", "events", "deliveryUrl"])
    let details = answer.json["errors"]?.array?.compactMap { $0["detail"]?.string } ?? []
    #expect(details[1] == "does not know \"employee.create\"; did you mean \"employee.created\"?")
  }

  @Test(arguments: [
    ("/api/events", "last-event-id", String(repeating: "L", count: 257)),
    ("/api/events", "last-event-id", " "),
  ])
  func `a header field of a route is checked like everything else`(
    path: String, name: String, text: String
  ) async throws {
    let tenant = try await Tenant("Acme", in: harness)
    var request = HTTPRequest(
      method: "GET", target: path, fields: HTTPFields(["Authorization": "Bearer \(tenant.token)"]),
      body: [], peer: .stranger)
    request.fields[name] = text
    let answer = await Answer(harness.router.respond(to: request))
    #expect(answer.status == 400 && errors(answer) == [name], "\(answer.text)")
  }

  @Test func `a missing field is named`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let answer = await harness.send("POST", "/api/consumers", [:], token: tenant.token)
    #expect(errors(answer) == ["name"])
    #expect(answer.detail == "name: is required")
  }

  @Test(arguments: [
    ("limit=0", "limit"), ("limit=1001", "limit"), ("limit=x", "limit"), ("limt=5", "limt"),
    ("limit=5&limit=6", "limit"), ("cursor=%21", "cursor"), ("cursor=MQ", "cursor"),
  ])
  func `a faulty parameter is named`(query: String, name: String) async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let answer = await harness.send("GET", "/api/consumers?\(query)", token: tenant.token)
    #expect(answer.status == 400, "\(query)")
    #expect(answer.json["errors"]?.array?.first?["field"]?.string == name)
    #expect(answer.json["errors"]?.array?.first?["in"] == "query")
  }

  @Test func `a body that is not JSON is 415 or 400`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let form = await harness.send(
      "POST", "/api/consumers", ["name": "A"], token: tenant.token,
      fields: ["content-type": "application/x-www-form-urlencoded"])
    #expect(form.status == 415)
    let array = await harness.send("POST", "/api/consumers", [1], token: tenant.token)
    #expect(array.status == 400)
    #expect(array.detail == "The body must be a JSON object.")
    let request = HTTPRequest(
      method: "POST", target: "/api/consumers",
      fields: HTTPFields(["authorization": "Bearer \(tenant.token)"]), body: Array("{".utf8),
      peer: .stranger)
    let broken = await Answer(harness.router.respond(to: request))
    #expect(broken.status == 400)
    #expect(broken.detail == "The body is not valid JSON: unexpected end at byte 1.")
  }

  @Test func `a body over its limit is 413`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let answer = await harness.send(
      "POST", "/api/consumers", ["name": JSONValue(String(repeating: "a", count: 270_000))],
      token: tenant.token)
    #expect(answer.status == 413)
  }

  @Test(arguments: ["", "   ", "a\nb", "a\u{0}b", String(repeating: "a", count: 201)])
  func `a name is something a person can read`(name: String) async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let answer = await harness.send(
      "POST", "/api/consumers", ["name": JSONValue(name)], token: tenant.token)
    #expect(answer.status == 400)
    #expect(errors(answer) == ["name"])
  }

  @Test func `no write is taken while the server refuses them, and every read is`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    harness.backend.refuse("The disk is short of space.", retryAfter: 300)
    let answer = await harness.send(
      "POST", "/api/consumers", ["name": "B"], token: tenant.token)
    #expect(answer.status == 503)
    #expect(answer.fields["retry-after"] == "300")
    #expect(answer.detail == "The disk is short of space.")
    #expect(await harness.send("GET", "/api/consumers", token: tenant.token).status == 200)
  }
}
