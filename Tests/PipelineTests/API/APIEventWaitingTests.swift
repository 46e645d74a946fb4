import Actors
import Synchronization
import Testing
import Transport

@testable import Pipeline

/// Waiting for events: long polls and streams.
@Suite(.timeLimit(.minutes(5)))
struct APIEventWaitingTests {
  private func event(of tenant: Tenant, _ sequence: UInt64 = 1) -> CommittedEvent {
    .sample(of: tenant.consumers[0], application: tenant.application, sequence: sequence)
  }

  private func harness(_ change: (inout EventFeed.Bounds) -> Void = { _ in }) -> APIHarness {
    var bounds = EventFeed.Bounds()
    change(&bounds)
    return APIHarness(feed: bounds)
  }

  @Test func `a long poll is answered by the next event, or empty when its time is over`()
    async throws
  {
    let harness = harness()
    let tenant = try await Tenant("Acme", in: harness)
    let wanted = event(of: tenant)
    async let waiting = harness.send("GET", "/api/events?wait=60", token: tenant.token)
    while harness.backend.log.reads == 0 { await Task.yield() }
    // Nothing for this caller: it goes on waiting.
    harness.backend.log.commit(.sample(of: "csm_x", application: "app_x"))
    harness.backend.log.commit(wanted)
    #expect(await waiting.ids == [wanted.id])
    let late = await harness.send(
      "GET", "/api/events?wait=1&after=\(wanted.id)", token: tenant.token)
    #expect(late.status == 200 && late.ids.isEmpty)
    #expect(late.json["meta"]?["next"]?.string == FeedPlace(epoch: 3, seq: 3).text)
  }

  @Test func `a stop answers whoever waits, and whoever comes then does not wait`() async throws {
    let harness = harness()
    let tenant = try await Tenant("Acme", in: harness)
    async let poll = harness.send("GET", "/api/events?wait=60", token: tenant.token)
    async let stream = harness.send(
      "GET", "/api/events", token: tenant.token, fields: ["accept": "text/event-stream"])
    while harness.backend.log.reads < 2 { await Task.yield() }
    harness.backend.events.finish()
    let answers = await [poll, stream]
    #expect(answers.map(\.status) == [200, 200])
    let after = await harness.send("GET", "/api/events?wait=60", token: tenant.token)
    #expect(after.status == 200)
  }

  @Test func `as many wait as may, of one application and of all`() async throws {
    let harness = harness {
      ($0.readers, $0.readersPerApplication) = (2, 1)
    }
    let (one, two, three) = (
      try await Tenant("One", in: harness), try await Tenant("Two", in: harness),
      try await Tenant("Three", in: harness)
    )
    let feed = harness.backend.events
    func poll(_ tenant: Tenant) async -> Int {
      await harness.send("GET", "/api/events?wait=60", token: tenant.token).status
    }
    async let first = poll(one)
    while feed.hasSeat(for: one.application) { await Task.yield() }
    #expect(await poll(one) == 429)
    async let second = poll(two)
    while feed.hasSeat(for: two.application) { await Task.yield() }
    #expect(await poll(three) == 429, "all seats are taken")
    let stream = await harness.send(
      "GET", "/api/events", token: three.token, fields: ["accept": "text/event-stream"])
    #expect(stream.status == 429)
    #expect(
      await harness.send("GET", "/api/events", token: three.token).status == 200,
      "who does not wait needs no seat")
    feed.finish()
    #expect(await [first, second] == [200, 200])
    #expect(feed.hasSeat(for: one.application), "a seat is given back")
  }

  /// Reads a stream's chunks as they come.
  private func open(
    _ harness: APIHarness, _ tenant: Tenant, _ query: String = "",
    _ fields: KeyValuePairs<String, String> = [:]
  ) async throws -> @Sendable (_ take: @Sendable (String) async -> Void) async -> Void {
    var request = HTTPRequest(
      method: "GET", target: "/api/events" + query, fields: HTTPFields(fields), body: [],
      peer: .stranger)
    request.fields["authorization"] = "Bearer \(tenant.token)"
    request.fields["accept"] = "text/event-stream"
    let response = await harness.router.respond(to: request)
    #expect(response.status == 200)
    #expect(response.fields["content-type"] == "text/event-stream")
    guard case .stream(let produce) = response.body else { throw FeedError.removed }
    return { take in
      try? await produce { chunk in await take(String(decoding: chunk, as: UTF8.self)) }
    }
  }

  @Test func `a stream tells each event with its cursor, type and exact bytes`() async throws {
    let harness = harness()
    let tenant = try await Tenant("Acme", in: harness)
    let events = (1...3).map { event(of: tenant, UInt64($0)) }
    harness.backend.log.commit(events[0])
    harness.backend.log.commit(events[1])
    let text = Shared("")
    let read = try await open(harness, tenant)
    await read { chunk in
      let isOver = text.withLock { text in
        text += chunk
        return text.contains(events[2].id)
      }
      if chunk.contains(events[1].id) { harness.backend.log.commit(events[2]) }
      if isOver { harness.backend.events.finish() }
    }
    let wanted = events.enumerated().map { index, event in
      "id: \(FeedPlace(epoch: 3, seq: UInt64(index) + 2).text)\nevent: employee.updated\n"
        + "data: \(String(decoding: event.body, as: UTF8.self))\n\n"
    }
    #expect(text.withLock { $0 } == "retry: 1000\n\n" + wanted.joined())
  }

  @Test func `a stream goes on behind the last id, whatever its address says`() async throws {
    let harness = harness()
    let tenant = try await Tenant("Acme", in: harness)
    let events = (1...3).map { event(of: tenant, UInt64($0)) }
    for event in events { harness.backend.log.commit(event) }
    let place = FeedPlace(epoch: 3, seq: 3).text
    let read = try await open(harness, tenant, "?after=latest", ["last-event-id": place])
    let text = Shared("")
    await read { chunk in
      text.withLock { $0 += chunk }
      if chunk.contains("data: ") { harness.backend.events.finish() }
    }
    #expect(text.withLock { $0 }.contains(events[2].id))
    #expect(!text.withLock { $0 }.contains(events[1].id))
    let wrong = await harness.send(
      "GET", "/api/events", token: tenant.token,
      fields: ["accept": "text/event-stream", "last-event-id": "nonsense"])
    #expect(wrong.status == 400)
  }

  @Test func `a quiet stream is kept open by comments that say how far it is`() async throws {
    let harness = harness { $0.heartbeat = .milliseconds(20) }
    let tenant = try await Tenant("Acme", in: harness)
    harness.backend.log.commit(.sample(of: "csm_x", application: "app_x"))
    let chunks = Shared<[String]>([])
    let read = try await open(harness, tenant)
    await read { chunk in
      let count = chunks.withLock { chunks in
        chunks.append(chunk)
        return chunks.count
      }
      if count == 3 { harness.backend.events.finish() }
    }
    let place = FeedPlace(epoch: 3, seq: 2).text
    #expect(
      chunks.withLock { $0 }.prefix(3) == ["retry: 1000\n\n", ":\nid: \(place)\n\n", ":\n\n"])
  }

  @Test func `a stream ends when its key is revoked or its token is over`() async throws {
    let harness = harness { $0.heartbeat = .milliseconds(20) }
    let tenant = try await Tenant("Acme", in: harness)
    let read = try await open(harness, tenant)
    await read { chunk in
      if chunk.hasPrefix(":") { harness.clock.advance(by: AccessTokens.lifetime) }
    }
    let refused = await harness.send("GET", "/api/events", token: tenant.token)
    #expect(refused.status == 401)
  }

  @Test func `a reader that takes nothing is read for no further`() async throws {
    let harness = harness { $0.heartbeat = .milliseconds(20) }
    let tenant = try await Tenant("Acme", in: harness)
    for number in 1...300 { harness.backend.log.commit(event(of: tenant, UInt64(number))) }
    let read = try await open(harness, tenant, "?limit=10")
    let (taken, go) = AsyncStream.makeStream(of: Void.self)
    let held = Atomic(0)
    async let slow: Void = read { chunk in
      guard chunk.contains("data: ") else { return }
      held.store(harness.backend.log.reads, ordering: .relaxed)
      for await _ in taken { break }
      harness.backend.events.finish()
    }
    while held.load(ordering: .relaxed) == 0 { await Task.yield() }
    let reads = held.load(ordering: .relaxed)
    // Others are served meanwhile, each by a read of its own; the held stream reads nothing.
    let answer = await harness.send("GET", "/api/events?limit=300", token: tenant.token)
    #expect(answer.ids.count == 300)
    #expect(harness.backend.log.reads == reads + 2)
    go.yield()
    await slow
  }
}
