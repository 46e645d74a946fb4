import TestSupport
import Testing
import Transport

@testable import Pipeline

/// The commands that change something, as their owner types them beside a running server, and what
/// they say when none runs.
@Suite(.timeLimit(.minutes(5)))
struct SpoolOwnerTests {
  private func spool(_ server: TestServer, _ words: String...) async throws -> String {
    let (ending, output) = try await runProgram(["spool"] + words + ["--spool", server.spool])
    #expect(ending == .exited(0), "\(words): \(output)")
    return output
  }

  @Test func `what is held waits, is listed, and goes on in order when it is released`()
    async throws
  {
    let receiver = try await WebhookReceiver.started()
    let server = try await TestServer.started()
    let (id, secret) = try await server.addWebhook(receiver.url)
    #expect(
      try await spool(server, "hold", id) == "\(id) is held; spool release lets it go on\n")
    let okta = try server.okta()
    let made = try await okta.post("/Users", OktaUser("held@example.com").creation)
    let user = try #require(made["id"]?.string)
    _ = try await okta.patch("/Users/\(user)", OktaUser.patch(["title": "Second"]))
    let listing = try await spool(server, "ls")
    #expect(listing.contains("! \(id) is held: spool release \(id)\n"))
    #expect(listing.contains("2 events wait, oldest "))
    let story = try await spool(server, "explain", "held@example.com", "--all")
    #expect(story.contains("the webhook is held"))
    #expect(receiver.receipts.isEmpty)
    #expect(try await spool(server, "release", id) == "\(id) is released\n")
    #expect(await receiver.accepted(2).map(\.sequence) == [1, 2])
    try receiver.expectSound(secret: secret)
    let again = try await runProgram(["spool", "release", id, "--spool", server.spool])
    #expect(again.ending == .exited(1) && again.output == "error: \(id) is not held.\n")
    await receiver.stop()
  }

  @Test func `a stretch is counted, then sent again with the header that says so`() async throws {
    let receiver = try await WebhookReceiver.started()
    let server = try await TestServer.started()
    let (id, secret) = try await server.addWebhook(receiver.url)
    let okta = try server.okta()
    for name in ["one", "two", "three"] {
      _ = try await okta.post("/Users", OktaUser("\(name)@example.com").creation)
    }
    let first = await receiver.accepted(3)
    #expect(first.count == 3 && first.allSatisfy { $0.replay == nil })
    let stretch = ["--webhook", id, "--from", "2026-01-01T00:00:00Z"]
    let (_, dry) = try await runProgram(
      ["spool", "replay", "--dry-run", "--spool", server.spool] + stretch)
    #expect(dry == "3 events would be sent to \(id) again\n")
    #expect(receiver.receipts.count == 3)
    let (_, output) = try await runProgram(
      ["spool", "replay", "--json", "--spool", server.spool] + stretch)
    #expect(try JSONValue(parsing: output)["events"] == 3)
    #expect(await eventually { receiver.receipts.count == 6 })
    #expect(receiver.receipts.dropFirst(3).allSatisfy { $0.replay == "true" })
    #expect(receiver.receipts.dropFirst(3).map(\.id).sorted() == first.map(\.id).sorted())
    try receiver.expectSound(secret: secret)
    await receiver.stop()
  }

  @Test func `a write that crashed is run again under a new request`() async throws {
    let server = try await TestServer.started()
    let okta = try server.okta()
    let made = try await okta.post("/Users", OktaUser("again@example.com").creation)
    let user = try #require(made["id"]?.string)
    _ = try await okta.patch("/Users/\(user)", OktaUser.patch(["title": "Driver"]))
    _ = try await okta.patch("/Users/\(user)", OktaUser.patch(["title": "Pilot"]))
    // As if the second write had ended the server twice.
    let reader = try SpoolReader(directory: server.spool, hops: SpoolHops.descriptions)
    var lines: [SpoolLine] = []
    try reader.forEachLine(of: SpoolHops.accepted) { line in
      lines.append(line)
      return true
    }
    let line = try #require(lines.dropFirst().first)
    let data = String(decoding: line.data, as: UTF8.self)
    let letter =
      #"{"stage":"mapping","class":"crashed","reason":"it ended","request":"\#(line.id)","#
      + #""seq":\#(line.seq),"attempts":2,"line":{"id":"\#(line.id)","key":"\#(line.key)","#
      + #""type":"\#(line.type)","data":\#(data)}}"#
    try FileSystem.makeDirectory(server.spool + "/dead")
    try FileSystem.replace("\(server.spool)/dead/\(line.id).json", with: Array(letter.utf8))
    let output = try await spool(server, "dead", "retry", line.id)
    #expect(output.hasPrefix("\(line.id)  done  req_") && output.hasSuffix(" answered 200\n"))
    #expect(try await okta.get("/Users/\(user)")["title"] == "Driver")
    #expect(try await spool(server, "dead", "ls") == "There is no dead letter.\n")
    #expect(await server.stop() == .exited(0))
    #expect(try await spool(server, "verify").contains("\nsound "))
  }

  @Test func `without a server letters can be dropped, and the rest says that one must run`()
    async throws
  {
    let sample = SpoolSample()
    try await sample.write()
    try FileSystem.makeDirectory(sample.path + "/dead")
    for name in ["wh_b41-evt_1", "wh_b41-evt_2"] {
      let letter = #"{"stage":"delivery","event":"\#(name.suffix(5))","webhook":"wh_b41"}"#
      try FileSystem.replace("\(sample.path)/dead/\(name).json", with: Array(letter.utf8))
    }
    for words in [["hold", "wh_b41"], ["dead", "retry", "evt_1"], ["release", "wh_b41"]] {
      let (ending, output) = try await runProgram(["spool"] + words + ["--spool", sample.path])
      #expect(ending == .exited(74), "\(words)")
      #expect(output.hasPrefix("error: No server runs on the spool "), "\(output)")
    }
    let dropped = try await runProgram(
      ["spool", "dead", "drop", "wh_b41", "--spool", sample.path])
    #expect(dropped.ending == .exited(0) && dropped.output == "2 letters dropped\n")
    #expect(try FileSystem.list(sample.path + "/dead") == [])
  }

  @Test func `repair gives up what is lost, says what, and the server starts again`()
    async throws
  {
    let server = try await TestServer.started()
    let okta = try server.okta()
    for name in ["a", "b", "c"] {
      _ = try await okta.post("/Users", OktaUser("\(name)@example.com").creation)
    }
    #expect(await server.stop() == .exited(0))
    let refused = try await runProgram(["spool", "repair", "--spool", server.spool])
    #expect(refused.ending == .exited(64))
    let path = server.spool + "/3-committed/00000000000000000001.jsonl"
    let bytes = try FileSystem.contents(of: path)
    let lines = bytes.split(separator: 10)
    // The last two outcomes are gone.
    let kept = lines.dropLast(2).map { Array($0) + [10] }.joined()
    try FileSystem.replace(path, with: Array(kept))
    await #expect(throws: TestServer.EndedEarly.self) { try await server.start() }
    let report = try await spool(server, "repair", "--accept-loss")
    let last = lines.count - 1
    #expect(report.contains("lost      3-committed lines \(last - 1)–\(last) (2)\n"), "\(report)")
    #expect(report.contains("again     2 accepted writes without an outcome run at the next"))
    #expect(report.hasSuffix("goes on   at line \(last + 1), epoch 2\n"))
    try await server.start()
    let found = try await server.okta().get("/Users?count=10")
    #expect(found["totalResults"] == 3, "accepted writes got an outcome once more")
    #expect(await server.stop() == .exited(0))
    #expect(try await spool(server, "verify").contains("\nsound "))
    #expect(
      try await spool(server, "repair", "--accept-loss")
        == "nothing acknowledged is missing or damaged; nothing done\n")
  }
}
