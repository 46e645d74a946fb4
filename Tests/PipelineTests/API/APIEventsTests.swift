import Actors
import Testing
import Transport

@testable import Pipeline

/// The pull feed: pages, places, filters, waiting.
@Suite(.timeLimit(.minutes(5)))
struct APIEventsTests {
  private let harness = APIHarness()

  private func get(_ query: String, _ tenant: Tenant, in harness: APIHarness? = nil) async
    -> Answer
  {
    await (harness ?? self.harness).send("GET", "/api/events" + query, token: tenant.token)
  }

  /// Commits so many lines with one event each.
  private func commit(_ count: Int, of tenant: Tenant, consumer: Int = 0) -> [CommittedEvent] {
    (1...count).map { number in
      let event = CommittedEvent.sample(
        of: tenant.consumers[consumer], application: tenant.application, key: "emp_\(number)",
        sequence: UInt64(number))
      harness.backend.log.commit(event)
      return event
    }
  }

  private func next(_ answer: Answer) throws -> String {
    try #require(answer.json["meta"]?["next"]?.string, "\(answer.text)")
  }

  @Test func `pages come in the order of commits, byte for byte, and next goes on`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let events = commit(5, of: tenant)
    let first = await get("?limit=2", tenant)
    #expect(first.status == 200)
    let bodies = events.prefix(2).map { String(decoding: $0.body, as: UTF8.self) }
    #expect(first.text.hasPrefix(#"{"data":["# + bodies.joined(separator: ",") + "],"))
    #expect(first.json["meta"]?["itemsOnPage"] == 2)
    let second = await get("?limit=3&after=\(try next(first))", tenant)
    #expect(second.ids == events.suffix(3).map(\.id))
    let end = await get("?after=\(try next(second))", tenant)
    #expect(end.ids.isEmpty && end.status == 200)
    #expect(try next(end) == next(second), "where to go on, never null")
    #expect(end.json["meta"]?["current"]?.string == (try next(second)))
    let more = commit(1, of: tenant)
    #expect(await get("?after=\(try next(end))", tenant).ids == more.map(\.id))
  }

  @Test func `a page ends between two writes unless one alone has more events`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let events = (1...3).map { number in
      CommittedEvent.sample(
        of: tenant.consumers[0], application: tenant.application, sequence: UInt64(number))
    }
    harness.backend.log.commit(events[0])
    harness.backend.log.commit(events[1], events[2])
    let first = await get("?limit=2", tenant)
    #expect(first.ids == [events[0].id])
    let inside = await get("?limit=1&after=\(try next(first))", tenant)
    #expect(inside.ids == [events[1].id])
    let rest = await get("?limit=1&after=\(try next(inside))", tenant)
    #expect(rest.ids == [events[2].id])
    #expect(await get("?after=\(try next(rest))", tenant).ids.isEmpty)
  }

  @Test func `types, a consumer and a connection narrow it down`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let path = "/api/connections/hris/okta-scim"
    _ = await harness.send("POST", path, [:], token: tenant.consumerTokens[1])
    let made = await harness.send("GET", path, token: tenant.consumerTokens[1])
    let connection = try #require(made.data["connectionId"]?.string ?? made.data["id"]?.string)
    let one = CommittedEvent.sample(
      .employeeCreated, of: tenant.consumers[0], application: tenant.application)
    let two = CommittedEvent.sample(
      .groupCreated, of: tenant.consumers[1], connection: connection,
      application: tenant.application, key: "grp_1")
    harness.backend.log.commit(one, two)
    #expect(await get("?types=employee.created", tenant).ids == [one.id])
    #expect(await get("?types=group.created,group.deleted", tenant).ids == [two.id])
    #expect(await get("?consumerId=\(tenant.consumers[1])", tenant).ids == [two.id])
    #expect(await get("?connectionId=\(connection)", tenant).ids == [two.id])
    #expect(
      await get("?consumerId=\(tenant.consumers[0])&types=group.created", tenant).ids.isEmpty)
    for query in [
      "?types=employee.creatd", "?types=", "?consumerId=csm_x", "?connectionId=cnx_x", "?limit=0",
      "?limit=1001", "?wait=61", "?after=nonsense", "?after=MTU",
    ] {
      #expect(await get(query, tenant).status == 400, "\(query)")
    }
  }

  @Test func `nobody sees another application's events, however they ask`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let other = try await Tenant("Other", in: harness)
    let theirs = CommittedEvent.sample(of: other.consumers[0], application: other.application)
    // A line of an earlier release does not name the application: the consumer's is meant.
    let unnamed = CommittedEvent.sample(of: other.consumers[0], application: "")
    let own = CommittedEvent.sample(of: tenant.consumers[0], application: "")
    harness.backend.log.commit(theirs, own, unnamed)
    harness.backend.log.commit(theirs)
    #expect(await get("", tenant).ids == [own.id])
    #expect(await get("?consumerId=\(other.consumers[0])", tenant).status == 400)
    #expect(await get("?after=\(theirs.id)", tenant).status == 410)
    #expect(await get("", other).ids == [theirs.id, unnamed.id, theirs.id])
  }

  @Test func `it begins behind an event, at the end, or with the oldest kept`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let events = commit(4, of: tenant)
    #expect(await get("?after=\(events[1].id)", tenant).ids == events.suffix(2).map(\.id))
    let latest = await get("?after=latest", tenant)
    #expect(latest.ids.isEmpty)
    harness.backend.log.remove(before: 3)
    #expect(await get("", tenant).ids == events.suffix(2).map(\.id))
    let added = commit(1, of: tenant)
    #expect(await get("?after=\(try next(latest))", tenant).ids == added.map(\.id))
  }

  @Test func `an event is found although the clock went back after it was made`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let events = (1...3).map { number in
      CommittedEvent.sample(
        of: tenant.consumers[0], application: tenant.application, sequence: UInt64(number))
    }
    for event in events {
      harness.backend.log.commit([event], at: .now.advanced(by: .seconds(-3600)))
    }
    #expect(await get("?after=\(events[0].id)", tenant).ids == events.dropFirst().map(\.id))
  }

  @Test func `a place that is gone is 410 and names the way out`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let events = commit(4, of: tenant)
    let cursor = try next(await get("?limit=1", tenant))
    harness.backend.log.remove(before: 4)
    let other = FeedPlace(epoch: 2, seq: 2).text
    let beyond = FeedPlace(epoch: 3, seq: 99).text
    for after in [cursor, other, beyond, events[0].id, "evt_01KGTDHQ3S8ZC4M6N2R5V7X9E1"] {
      let answer = await get("?after=\(after)", tenant)
      #expect(answer.status == 410, "\(after)")
      #expect(answer.json["type"] == "urn:scim-hris:problem:cursor-expired")
      #expect(answer.detail.contains("/api/events?after=latest"))
      #expect(answer.detail.contains("/api/hris/employees"))
      #expect(answer.detail.contains("webhook replay WEBHOOK --snapshot"))
    }
  }

  @Test func `what others did is passed over a stretch at a time`() async throws {
    var bounds = EventFeed.Bounds()
    (bounds.pageLines, bounds.batch) = (20, 10)
    let harness = APIHarness(feed: bounds)
    let tenant = try await Tenant("Acme", in: harness)
    let other = try await Tenant("Other", in: harness)
    for _ in 0..<45 {
      harness.backend.log.commit(
        .sample(of: other.consumers[0], application: other.application))
    }
    let own = CommittedEvent.sample(of: tenant.consumers[0], application: tenant.application)
    harness.backend.log.commit(own)
    var answer = await get("?wait=60", tenant, in: harness)
    #expect(answer.ids.isEmpty && harness.backend.log.reads == 2, "it is not read on for ever")
    for _ in 0..<2 { answer = await get("?after=\(try next(answer))", tenant, in: harness) }
    #expect(answer.ids == [own.id])
  }

  @Test func `a page is bounded in bytes, too`() async throws {
    var bounds = EventFeed.Bounds()
    bounds.pageBytes = 500
    let harness = APIHarness(feed: bounds)
    let tenant = try await Tenant("Acme", in: harness)
    let events = (0..<6).map { _ in
      CommittedEvent.sample(of: tenant.consumers[0], application: tenant.application)
    }
    for event in events { harness.backend.log.commit(event) }
    var found: [String] = []
    var after = ""
    while found.count < 6 {
      let answer = await get(after, tenant, in: harness)
      #expect(1...3 ~= answer.ids.count)
      found += answer.ids
      after = "?after=\(try next(answer))"
    }
    #expect(found == events.map(\.id))
  }

  @Test func `a webhook begins where a puller stopped`() async throws {
    let tenant = try await Tenant("Acme", in: harness)
    let events = commit(3, of: tenant)
    let cursor = try next(await get("?limit=2", tenant))
    func since(_ after: String) async throws -> UInt64 {
      let made = await harness.send(
        "POST", "/api/webhooks", ["receiver": "inspector", "after": JSONValue(after)],
        token: tenant.token)
      let id = try #require(made.data["id"]?.string, "\(made.text)")
      return try #require(harness.backend.configuration.webhooks[id]).since
    }
    #expect(try await since(cursor) == 2)
    #expect(try await since(events[0].id) == 1)
    for wrong in ["nonsense", FeedPlace(epoch: 1, seq: 1).text] {
      let refused = await harness.send(
        "POST", "/api/webhooks", ["receiver": "inspector", "after": JSONValue(wrong)],
        token: tenant.token)
      #expect(refused.status == (wrong == "nonsense" ? 400 : 410))
    }
  }

  @Test func `a webhook tells how its deliveries go and up to where everything is done`()
    async throws
  {
    let tenant = try await Tenant("Acme", in: harness)
    let path = "/api/webhooks/\(tenant.webhook)"
    let delivery = await harness.send("GET", path, token: tenant.token).data["delivery"]
    #expect(delivery?["waiting"] == 5 && delivery?["inFlight"] == 1)
    #expect(delivery?["lastError"] == "answered 500")
    #expect(delivery?["cursor"]?.string == FeedPlace(epoch: 3, seq: 5).text)
    _ = await harness.send("PATCH", path, ["status": "Disabled"], token: tenant.token)
    let left = await harness.send("GET", path, token: tenant.token).data["delivery"]
    #expect(left?["inFlight"] == 0 && left?["waiting"] == nil)
    #expect(left?["cursor"] == JSONValue(FeedPlace(epoch: 3, seq: 4).text))
  }
}
