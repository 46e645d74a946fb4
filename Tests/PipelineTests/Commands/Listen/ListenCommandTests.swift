import TestSupport
import Testing
import Transport

@testable import Pipeline

/// `listen` as a process of its own, between a feed and a receiver that both come and go.
@Suite(.timeLimit(.minutes(5)))
struct ListenCommandTests {
  private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

  private func listen(_ words: [String], from url: String, to port: UInt16) throws -> RunningProgram
  {
    try RunningProgram(
      ["listen", "--url", url, "--forward-to", "http://127.0.0.1:\(port)/hooks"] + words,
      environment: [
        "SCIM_HRIS_API_KEY": "apikey_EXAMPLE", "SCIM_HRIS_SIGNING_SECRET": Self.secret,
      ])
  }

  @Test func `events arrive signed, with their bytes, in the order of the feed`() async throws {
    let feed = try await FeedDouble.started()
    let receiver = try await WebhookReceiver.started()
    let sent = (1...250).map { feed.commit($0 % 7, sequence: $0) }
    let running = try listen(
      ["--after", "oldest", "--count", "250"], from: feed.url, to: receiver.port)
    #expect(await running.ended() == .exited(0), "\(running.text)")
    #expect(receiver.receipts.map(\.body) == sent)
    try receiver.expectSound(secret: Self.secret)
    #expect(running.lines.count == 252 && running.lines.allSatisfy { $0.count <= 100 })
    #expect(running.lines[1].contains("employee.updated      p1@example.com"))
    #expect(
      running.text.contains("250 events forwarded, 0 not taken   goes on with --after evt_5_250"))
    #expect(!running.text.contains(Self.secret))
    await receiver.stop()
    await feed.stop()
  }

  @Test func `only what comes from now on, of the types and the consumer that were asked for`()
    async throws
  {
    let feed = try await FeedDouble.started()
    let receiver = try await WebhookReceiver.started()
    feed.commit(1, sequence: 1)
    let running = try listen(
      ["--type", "employee.updated", "--type", "group.*", "--consumer", "csm_1"], from: feed.url,
      to: receiver.port)
    #expect(await eventually { feed.asked.count >= 2 }, "\(running.text)")
    feed.commit(1, sequence: 2)
    #expect(await receiver.accepted(1).map(\.sequence) == [2])
    #expect(
      feed.asked.allSatisfy {
        $0.hasSuffix("&types=employee.updated%2Cgroup.%2A&consumerId=csm_1")
      })
    // It has gone on to the next page.
    #expect(await eventually { feed.asked.last?.contains("after=c2&") == true })
    running.interrupt()
    #expect(await running.ended() == .exited(0))
    #expect(running.text.hasSuffix("1 event forwarded, 0 not taken   goes on with --after c2\n"))
    await receiver.stop()
    await feed.stop()
  }

  @Test func `a server that is busy at first is asked again for the place to begin at`()
    async throws
  {
    let feed = try await FeedDouble.started()
    let receiver = try await WebhookReceiver.started()
    feed.commit(1, sequence: 1)
    feed.beBusy(1)
    let running = try listen(["--count", "1"], from: feed.url, to: receiver.port)
    #expect(await eventually { feed.asked.count >= 3 }, "\(running.text)")
    #expect(feed.asked.prefix(3).map { $0.contains("after=latest") } == [true, true, false])
    feed.commit(1, sequence: 2)
    #expect(await running.ended() == .exited(0), "\(running.text)")
    #expect(receiver.receipts.map(\.sequence) == [2])
    await receiver.stop()
    await feed.stop()
  }

  @Test func `while nobody listens there it waits, and goes on where it was`() async throws {
    let feed = try await FeedDouble.started()
    let absent = LocalPort(listening: false)
    let running = try listen(["--count", "3"], from: feed.url, to: absent.port)
    #expect(await eventually { feed.asked.count >= 2 })
    for sequence in 1...3 { feed.commit(1, sequence: sequence) }
    #expect(
      await running.printed(
        "! 127.0.0.1:\(absent.port): connection refused; trying until it is back"))
    let receiver = try await WebhookReceiver.started(port: absent.port)
    #expect(await running.ended() == .exited(0), "\(running.text)")
    #expect(receiver.receipts.map(\.sequence) == [1, 2, 3])
    await receiver.stop()
    await feed.stop()
  }

  @Test func `a server that goes away and comes back costs no event`() async throws {
    let feed = try await FeedDouble.started()
    let receiver = try await WebhookReceiver.started()
    let running = try listen(["--count", "4"], from: feed.url, to: receiver.port)
    #expect(await eventually { feed.asked.count >= 2 })
    feed.commit(1, sequence: 1)
    #expect(await receiver.accepted(1).count == 1)
    await feed.stop()
    for sequence in 2...3 { feed.commit(1, sequence: sequence) }
    #expect(await running.printed("! the server: "))
    feed.beBusy(1)
    try await feed.start()
    feed.commit(1, sequence: 4)
    #expect(await running.ended() == .exited(0), "\(running.text)")
    #expect(receiver.receipts.map(\.sequence) == [1, 2, 3, 4])
    await receiver.stop()
    await feed.stop()
  }

  @Test func `an answer that is no success is shown, and the next event follows`() async throws {
    let feed = try await FeedDouble.started()
    let receiver = try await WebhookReceiver.started { $0.sequence == 1 ? 500 : 204 }
    for sequence in 1...2 { feed.commit(1, sequence: sequence) }
    let running = try listen(
      ["--after", "oldest", "--count", "2", "--json"], from: feed.url, to: receiver.port)
    #expect(await running.ended() == .exited(1))
    let lines = try running.lines.prefix(2).map { try JSONValue(parsing: String($0)) }
    #expect(lines.map { $0["status"]?.int } == [500, 204])
    #expect(lines[0]["event"]?["id"] == "evt_1_1")
    #expect(running.text.hasSuffix("Error: 1 event not taken by the receiver.\n"))
    await receiver.stop()
    await feed.stop()
  }

  @Test func `a real server's events come over its socket and with a key, also over a restart`()
    async throws
  {
    let server = try await TestServer.started()
    let receiver = try await WebhookReceiver.started()
    let running = try RunningProgram(
      ["listen", "--spool", server.spool, "--forward-to", receiver.url, "--after", "oldest"],
      environment: ["SCIM_HRIS_SIGNING_SECRET": Self.secret])
    let okta = try server.okta()
    let made = try await okta.post("/Users", OktaUser("first@example.com").creation)
    #expect(await receiver.accepted(1).count == 1, "\(running.text)")
    await server.kill9()
    #expect(await running.printed("! the server: "))
    try await server.start()
    let user = try #require(made["id"]?.string)
    _ = try await server.okta().patch("/Users/\(user)", OktaUser.patch(["title": "Second"]))
    #expect(await receiver.accepted(2).map(\.sequence) == [1, 2])
    running.interrupt()
    #expect(await running.ended() == .exited(0))
    let again = try RunningProgram(
      [
        "listen", "--url", "http://127.0.0.1:\(server.port)", "--forward-to", receiver.url,
        "--after", "oldest", "--count", "2",
      ],
      environment: [
        "SCIM_HRIS_SIGNING_SECRET": Self.secret,
        "SCIM_HRIS_API_KEY": try server.made.apiKey.reveal(),
      ])
    #expect(await again.ended() == .exited(0), "\(again.text)")
    let receipts = receiver.receipts
    #expect(receipts.map(\.sequence) == [1, 2, 1, 2])
    #expect(receipts[0].body == receipts[2].body && receipts[1].body == receipts[3].body)
    await receiver.stop()
  }

  @Test func `a place that is gone, a server that is not there and a missing secret end it`()
    async throws
  {
    let feed = try await FeedDouble.started()
    feed.refuse("The events behind this cursor are no longer kept")
    let gone = try listen(["--after", "c1"], from: feed.url, to: 9)
    #expect(await gone.ended() == .exited(1))
    #expect(gone.text.contains("Error: The events behind this cursor are no longer kept"))
    let nowhere = LocalPort(listening: false)
    let absent = try listen([], from: "http://127.0.0.1:\(nowhere.port)", to: 9)
    #expect(await absent.ended() == .exited(74))
    #expect(absent.text.contains("cannot be reached: connection refused"))
    let unsigned = try await runProgram(["listen", "--forward-to", "http://127.0.0.1:9"])
    #expect(unsigned.ending == .exited(64))
    #expect(unsigned.output.contains("SCIM_HRIS_SIGNING_SECRET"))
    await feed.stop()
  }
}
