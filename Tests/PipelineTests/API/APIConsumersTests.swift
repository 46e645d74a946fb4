import Actors
import Testing
import Transport

@testable import Pipeline

struct APIConsumersTests {
  private let harness = APIHarness()

  @Test func `a consumer is made, read, changed and removed`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let made = await harness.send(
      "POST", "/api/consumers", ["name": "Stark", "externalId": "acme-7"], token: tenant.token)
    #expect(made.status == 201)
    let id = try #require(made.data["id"]?.string)
    #expect(id.hasPrefix("csm_"))
    let path = "/api/consumers/\(id)"
    #expect(await harness.send("GET", path, token: tenant.token).data == made.data)
    let renamed = await harness.send("PATCH", path, ["name": "Stark Ltd"], token: tenant.token)
    #expect(renamed.data["name"] == "Stark Ltd")
    #expect(renamed.data["externalId"] == "acme-7")
    let cleared = await harness.send("PATCH", path, ["externalId": nil], token: tenant.token)
    #expect(cleared.data["externalId"] == .null)
    let gone = await harness.send("DELETE", path, token: tenant.token)
    #expect(gone.status == 204)
    #expect(gone.text.isEmpty)
    #expect(await harness.send("GET", path, token: tenant.token).status == 404)
  }

  @Test func `a change that changes nothing writes nothing`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let before = harness.backend.calls.count
    let path = "/api/consumers/\(tenant.consumers[0])"
    #expect(
      await harness.send("PATCH", path, ["name": "Acme 1"], token: tenant.token).status == 200)
    #expect(harness.backend.calls.count == before)
  }

  @Test func `an externalId is one consumer's only`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let twice = await harness.send(
      "POST", "/api/consumers", ["name": "C", "externalId": "x1"], token: tenant.token)
    #expect(twice.status == 409)
    #expect(twice.json["errors"]?.array?.first?["field"] == "externalId")
    let other = try await Tenant("Globex", in: harness)
    #expect(other.consumers.count == 2)
  }

  @Test func `two consumers made at once with one externalId end as one`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let statuses = await withTaskGroup(of: Int.self) { group in
      for _ in 1...20 {
        group.addTask {
          await harness.send(
            "POST", "/api/consumers", ["name": "C", "externalId": "same"], token: tenant.token
          ).status
        }
      }
      return await group.reduce(into: [Int]()) { $0.append($1) }
    }
    #expect(statuses.count { $0 == 201 } == 1)
    #expect(statuses.count { $0 == 409 } == 19)
  }

  @Test func `a consumer with a connection is not removed in passing`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    _ = await harness.send(
      "POST", "/api/connections/hris/okta-scim", token: tenant.consumerTokens[0])
    let answer = await harness.send(
      "DELETE", "/api/consumers/\(tenant.consumers[0])", token: tenant.token)
    #expect(answer.status == 409)
    #expect(answer.detail.contains("DELETE /api/connections/hris/okta-scim?employees="))
  }

  @Test func `pages follow each other without gap or repeat`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    for number in 1...5 {
      _ = await harness.send(
        "POST", "/api/consumers", ["name": JSONValue("N\(number)")], token: tenant.token)
    }
    var seen: [String] = []
    var sizes: [Int] = []
    var path = "/api/consumers?limit=3"
    while true {
      let page = await harness.send("GET", path, token: tenant.token)
      seen += page.ids
      sizes.append(page.json["meta"]?["itemsOnPage"]?.int ?? 0)
      guard let next = page.json["meta"]?["next"]?.string else { break }
      path = "/api/consumers?limit=3&cursor=\(next)"
    }
    #expect(sizes == [3, 3, 1])
    #expect(seen == seen.sorted())
    #expect(Set(seen).count == 7)
  }
}
