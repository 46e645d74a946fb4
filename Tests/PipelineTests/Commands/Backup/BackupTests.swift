import TestSupport
import Testing
import Transport

@testable import Pipeline

/// The commands beside the program itself, as an owner runs them.
@Suite(.timeLimit(.minutes(5)))
struct BackupTests {
  private func expectSound(_ spool: String) async throws {
    let verdict = try await runProgram(["spool", "verify", "--spool", spool])
    #expect(verdict.ending == .exited(0), "\(verdict.output)")
    let fold = try LogFold(spool: spool)
    let hash = try await runProgram(["spool", "state-hash", "--spool", spool])
    #expect(hash.output.contains(fold.stateHash), "\(hash.output)")
    #expect(fold.outcomes.allSatisfy { $0.value == 1 })
  }

  @Test func `a backup of a busy server becomes a server again, in a higher epoch`() async throws {
    let server = try await TestServer.started([
      "--segment-bytes", "64KiB", "--snapshot-every", "40",
    ])
    let pool = OktaPool(users: 60, writers: 8)
    let okta = try server.okta()
    let file = server.directory.file("backup.tar")
    #expect(try await okta.post("/Users", OktaUser("first@example.com").creation).status == 201)
    async let pushing: Void = pool.push(through: okta, round: 1)
    #expect(await eventually { pool.answered.count > 15 })
    let made = try await runProgram(["backup", file, "--spool", server.spool])
    #expect(made.ending == .exited(0) && made.output.contains("signing secrets"))
    await pushing
    #expect(await server.stop() == .exited(0))
    #expect(try await runProgram(["backup", "--verify", file]).ending == .exited(0))

    let target = server.directory.file("restored")
    let restored = try await runProgram(["restore", file, "--to", target, "--json"])
    #expect(restored.ending == .exited(0), "\(restored.output)")
    let report = try JSONValue(parsing: restored.output)
    #expect(report["epoch"] == 2)
    #expect(report["lastWrite"]?["request"]?.string?.hasPrefix("req_") == true)
    #expect(!restored.output.contains("example.com"), "no person is named")
    #expect(report["connections"]?.array?.first?["id"] == JSONValue(try server.made.connectionId))
    try await expectSound(target)

    let again = TestServer(spool: target)
    try await again.start()
    let receiver = try await WebhookReceiver.started()
    let api = try await server.address(of: again).api()
    let answer = try await api.post(
      "/webhooks", ["deliveryUrl": JSONValue(receiver.url), "events": ["employee.created"]])
    #expect(answer.status == 201, "\(answer.text)")
    let user = OktaUser("after@example.com")
    let client = try server.address(of: again).okta()
    #expect(try await client.post("/Users", user.creation).status == 201)
    let taken = await receiver.accepted(1)
    #expect(try JSONValue(parsing: try #require(taken.last).body)["epoch"] == 2)
    let webhook = try #require(answer.json["data"]?["id"]?.string)
    let replay = try await runProgram([
      "webhook", "replay", webhook, "--snapshot", "--spool", target,
    ])
    #expect(replay.ending == .exited(0), "\(replay.output)")
    let snapshots = await receiver.accepted(2).filter { $0.type == "employee.snapshot" }
    #expect(try JSONValue(parsing: try #require(snapshots.first).body)["epoch"] == 2)
    await receiver.stop()
    #expect(await again.stop() == .exited(0))
    try await expectSound(target)
  }

  @Test func `a copy that follows outlives kills of its source, and then the source`() async throws
  {
    let server = try await TestServer.started([
      "--segment-bytes", "64KiB", "--snapshot-every", "40",
    ])
    let copy = server.directory.file("copy")
    let follower = try ChildProcess(
      program: TestServer.program,
      words: ["backup", "--follow", copy, "--every", "100ms", "--spool", server.spool],
      environment: TestServer.environment, output: server.directory.file("follow.log"))
    let pool = OktaPool(users: 40, writers: 8)
    for round in 1...3 {
      let okta = try server.okta()
      async let pushing: Void = pool.push(through: okta, round: round)
      try await Task.sleep(for: .milliseconds(120))
      await server.kill9()
      await pushing
      try await server.start()
    }
    await pool.push(through: try server.okta(), round: 4)
    #expect(await server.stop() == .exited(0))
    follower.send(signal: 15)
    let ending = await follower.ending(within: .seconds(20))
    let log = String(decoding: server.directory.read("follow.log") ?? [], as: UTF8.self)
    #expect(ending == .exited(0), "\(log)")
    let fold = try LogFold(spool: server.spool)
    try FileSystem.rename(server.spool, to: server.spool + "-gone")

    let target = server.directory.file("restored")
    let restored = try await runProgram(["restore", copy, "--to", target])
    #expect(restored.ending == .exited(0), "\(restored.output)")
    #expect(restored.output.contains("Force Sync"))
    let last = restored.output.split(separator: "\n").suffix(5)
    #expect(last.first?.contains("webhook replay wh_") == true, "\(restored.output)")
    #expect(last.dropFirst().first?.hasPrefix("4. Let each receiver drop whom") == true)
    #expect(last.allSatisfy { $0.utf8.count <= 100 })
    #expect(try LogFold(spool: target).stateHash == fold.stateHash)
    try await expectSound(target)
  }

  @Test func `damage is refused with 65 and its place, and nothing is made`() async throws {
    let server = try await TestServer.started()
    await OktaPool(users: 5, writers: 1).push(through: try server.okta(), round: 1)
    #expect(await server.stop() == .exited(0))
    let file = server.directory.file("backup.tar")
    #expect(try await runProgram(["backup", file, "--spool", server.spool]).ending == .exited(0))
    var bytes = try #require(server.directory.read("backup.tar"))
    let place = try #require(bytes.firstRange(of: Array(#""type":"user.created""#.utf8)))
    bytes[place.lowerBound + 10] ^= 1
    server.directory.write(bytes, to: "backup.tar")
    let target = server.directory.file("restored")
    for words in [["restore", file, "--to", target], ["backup", "--verify", file]] {
      let refused = try await runProgram(words)
      #expect(refused.ending == .exited(65), "\(refused.output)")
      #expect(refused.output.contains("00000000000000000001.jsonl, offset "))
    }
    #expect(try FileSystem.status(target) == nil)
    #expect(try FileSystem.list(server.directory.path).allSatisfy { !$0.hasPrefix(".restoring") })
  }

  @Test(arguments: [
    ["backup"], ["backup", "x.tar", "--follow", "y"], ["backup", "x.tar", "--spool", "/nowhere"],
    ["restore", "x.tar"], ["restore", "x.tar", "--to", "/tmp"],
  ])
  func `a wrong command line is 64, a missing file 74`(_ words: [String]) async throws {
    let wrong = try await runProgram(words)
    let isMissing = words.count == 4 && words[0] == "restore"
    #expect(wrong.ending == .exited(isMissing ? 74 : 64), "\(words): \(wrong.output)")
  }
}

extension TestServer {
  /// This server's secrets at the address of another that holds the same spool.
  fileprivate func address(of other: TestServer) throws -> Moved {
    Moved(made: try made, port: other.port)
  }

  fileprivate struct Moved {
    let made: FirstStart
    let port: UInt16

    private func url(_ url: String) throws -> String {
      "http://127.0.0.1:\(port)\(try HTTPURL(parsing: url).target)"
    }

    func okta() throws -> TestClient {
      try TestClient(try url(made.baseURL), as: .okta(token: made.apiToken.reveal()))
    }

    func api() async throws -> TestClient {
      let stranger = try TestClient(try url(made.apiURL), as: .nobody)
      let answer = try await stranger.post(
        "/auth", ["apiKey": JSONValue(made.apiKey.reveal()), "scope": "application"])
      let token = try #require(answer.json["data"]?["accessToken"]?.string)
      return try TestClient(try url(made.apiURL), as: .application(token: token))
    }
  }
}
