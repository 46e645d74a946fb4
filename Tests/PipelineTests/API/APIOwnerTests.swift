import Actors
import Synchronization
import Testing
import Transport

@testable import Pipeline

/// The control socket: no token, and only there what is the owner's.
struct APIOwnerTests {
  private let harness = APIHarness()

  @Test func `the owner needs no token and may leave out the only choice`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    #expect(await harness.own("GET", "/api/consumers").ids == tenant.consumers)
    let path = "/api/hris/employees"
    let asked = await harness.own("GET", path)
    #expect(asked.status == 400)
    #expect(asked.detail.contains("\(tenant.consumers[0]) (Acme 1)"))
    let chosen = await harness.own("GET", path + "?consumerId=\(tenant.consumers[0])")
    #expect(chosen.status == 200)
  }

  @Test func `somebody else who reached the socket may nothing`() async {
    let answer = await harness.send(
      "GET", "/api/status", from: .local(uid: 1001, pid: 4711))
    #expect(answer.status == 403)
    #expect(answer.detail == "Only the owner of the spool may use this socket.")
  }

  @Test func `with several applications the owner says which, by query or body`() async throws {
    let one = try await Tenant("Acme", in: harness)
    let two = try await Tenant("Globex", in: harness)
    let asked = await harness.own("GET", "/api/webhooks")
    #expect(asked.status == 400)
    #expect(asked.json["errors"]?.array?.first?["field"] == "applicationId")
    let chosen = await harness.own("GET", "/api/webhooks?applicationId=\(two.application)")
    #expect(chosen.ids == [two.webhook])
    let made = await harness.own(
      "POST", "/api/consumers", ["name": "B", "applicationId": JSONValue(one.application)])
    #expect(made.data["applicationId"]?.string == one.application)
    #expect(await harness.own("GET", "/api/webhooks/\(one.webhook)").status == 200)
    #expect(await harness.own("GET", "/api/webhooks?applicationId=app_x").status == 404)
  }

  @Test func `an owner with nothing yet is told to make it`() async {
    let answer = await harness.own("GET", "/api/consumers")
    #expect(answer.status == 409)
    #expect(answer.detail == "There is none yet to choose as applicationId; make one first.")
  }

  @Test func `connect makes a consumer and its connection in one go`() async throws {
    _ = try await Tenant("Acme", in: harness)
    let made = await harness.own("POST", "/api/connect", ["name": "Stark"])
    #expect(made.status == 201)
    #expect(made.data["consumer"]?["name"] == "Stark")
    #expect(made.data["connection"]?["serviceId"] == "okta-scim")
    #expect(
      made.data["connection"]?["metadata"]?["apiToken"]?.string?.hasPrefix("scimtok_") == true)
    #expect(made.data["connection"]?["consumerId"] == made.data["consumer"]?["id"])
    let wrong = await harness.own(
      "POST", "/api/connect", ["name": "Stark", "serviceId": "okta"])
    #expect(wrong.status == 400)
  }

  @Test func `a new key works at once and a revoked one no longer`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let path = "/api/applications/\(tenant.application)/keys"
    let made = await harness.own("POST", path)
    #expect(made.status == 201)
    let key = try #require(made.data["apiKey"]?.string)
    let id = try #require(made.data["id"]?.string)
    let body: JSONValue = ["apiKey": JSONValue(key), "scope": "application"]
    #expect(await harness.send("POST", "/api/auth", body).status == 200)
    #expect(await harness.own("DELETE", "\(path)/\(id)").status == 204)
    #expect(await harness.own("DELETE", "\(path)/\(id)").status == 404)
    #expect(await harness.send("POST", "/api/auth", body).status == 401)
    #expect(await harness.send("GET", "/api/consumers", token: tenant.token).status == 200)
  }

  @Test func `a connection's tokens are added, listed by prefix and revoked`() async throws {
    _ = try await Tenant("Acme", in: harness)
    let made = await harness.own("POST", "/api/connect", ["name": "Stark"])
    let connection = try #require(made.data["connection"]?["id"]?.string)
    let path = "/api/connections/\(connection)/tokens"
    let added = await harness.own("POST", path)
    let clear = try #require(added.data["apiToken"]?.string)
    #expect(added.data["baseUrl"] == made.data["connection"]?["metadata"]?["baseUrl"])
    let list = await harness.own("GET", path)
    #expect(list.data.array?.count == 2)
    #expect(!list.text.contains(clear))
    let stored = try #require(harness.backend.configuration.connections[connection])
    #expect(stored.tokens.contains { $0.hash == HashedToken.hash(of: clear) })
    let id = try #require(added.data["id"]?.string)
    #expect(await harness.own("DELETE", "\(path)/\(id)").status == 204)
    #expect(await harness.own("GET", path).data.array?.count == 1)
  }

  @Test func `an application's name and keys are listed, its hashes never`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let list = await harness.own("GET", "/api/applications")
    #expect(list.ids == [tenant.application])
    #expect(!list.text.contains(tenant.apiKey))
    #expect(!list.text.contains(HashedToken.hash(of: tenant.apiKey)))
  }

  @Test func `status tells the server at a glance`() async throws {
    _ = try await Tenant("Acme", in: harness)
    let answer = await harness.own("GET", "/api/status")
    #expect(answer.data["publicUrl"] == "https://scim.example.com")
    #expect(answer.data["consumers"] == 2)
    #expect(answer.data["refusingWrites"] == .null)
  }

  @Test func `events come as lines of JSON, bytes untouched`() async {
    harness.backend.state.withLock {
      $0.activity = [
        .event(Array(#"{"id":"evt_1"}"#.utf8)), .attempt(Array(#"{"id":"att_1"}"#.utf8)),
        .missed(3),
      ]
    }
    let answer = await harness.own("GET", "/api/owner/events?follow=1")
    #expect(answer.fields["content-type"] == "application/x-ndjson")
    #expect(
      answer.text == """
        {"event":{"id":"evt_1"}}
        {"attempt":{"id":"att_1"}}
        {"missed":3}

        """)
    #expect(await harness.own("GET", "/owner/events?recent=1").text == "{\"missed\":3}\n")
  }

  @Test func `a backend's refusal is answered as such`() async throws {
    _ = try await Tenant("Acme", in: harness)
    harness.backend.state.withLock { $0.refuseAdmin = .unavailable("Stopping.", retryAfter: 5) }
    let answer = await harness.own("POST", "/api/connect", ["name": "Stark"])
    #expect(answer.status == 503)
    #expect(answer.fields["retry-after"] == "5")
  }
}
