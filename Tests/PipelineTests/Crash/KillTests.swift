import Foundation
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// What was promised outlives kill -9 at any moment, also during a start.
///
/// `CRASH_MOMENTS` and `CRASH_USERS` make the run longer; `CRASH_SEED` repeats its choices.
@Suite(.timeLimit(.minutes(15)))
struct KillTests {
  private static func number(_ name: String, _ standard: Int) -> Int {
    ProcessEnvironment.variables[name].flatMap { Int($0) } ?? standard
  }

  private let moments = Self.number("CRASH_MOMENTS", 20)
  private let users = Self.number("CRASH_USERS", 300)
  private let seed = Self.number("CRASH_SEED", Int.random(in: 1...1_000_000))

  @Test func `after kills at random moments everything answered and every event is there`()
    async throws
  {
    var random = SeededGenerator(seed: UInt64(seed))
    let server = try await TestServer.started()
    let receiver = try await WebhookReceiver.started()
    let webhook = try await server.addWebhook(receiver.url)
    let pool = OktaPool(users: users, writers: 8)
    for round in 1...moments {
      try await kill(server, &random, while: pool, round)
      let listed = try await UserList.read(server.okta())
      #expect(listed.allSatisfy { $0.value.count == 1 }, "seed \(seed), round \(round)")
      for (userName, id) in pool.answered {
        #expect(listed[userName] == [id], "seed \(seed), round \(round): \(userName)")
      }
    }
    await pool.push(through: try server.okta(), round: moments + 1)
    #expect(pool.surprises == [], "seed \(seed)")
    #expect(pool.answered.count == users)
    let isDrained = try await eventually(within: .seconds(30)) {
      try await server.owner().get("/status")["data"]?["eventsWaiting"] == 0
    }
    let status = try await server.owner().get("/status")
    #expect(isDrained, "\(status)")
    try await compare(server, receiver, webhook.secret, pool)
    await receiver.stop()
  }

  /// Pushes, kills in the middle of it, sometimes kills the next start too, and starts again.
  private func kill(
    _ server: TestServer, _ random: inout SeededGenerator, while pool: OktaPool, _ round: Int
  ) async throws {
    let okta = try server.okta()
    // About as long as pushing everybody takes.
    let moment = Duration.milliseconds(Int.random(in: 1...(users * 4 / 3), using: &random))
    async let pushing: Void = pool.push(through: okta, round: round)
    try await Task.sleep(for: moment)
    await server.kill9()
    await pushing
    while Int.random(in: 0..<3, using: &random) == 0 {
      try server.launch()
      try await Task.sleep(for: .milliseconds(Int.random(in: 0...60, using: &random)))
      await server.kill9()
    }
    try await server.start()
  }

  private func compare(
    _ server: TestServer, _ receiver: WebhookReceiver, _ secret: String, _ pool: OktaPool
  ) async throws {
    let resources = try await UserList.resources(server.okta())
    let employees = try await employees(server)
    #expect(await server.stop() == .exited(0))

    let fold = try LogFold(spool: server.spool)
    #expect(fold.outcomes.allSatisfy { $0.value == 1 }, "one outcome per request")
    #expect(fold.users.count == users && resources.count == users && employees.count == users)
    let connection = try server.made.connectionId
    for resource in resources {
      let id = resource["id"]?.string ?? ""
      let key = "\(connection)/Users/\(id)"
      let live = LogFold.object(Data(resource.bytes), without: ["id", "meta"])
      #expect(live == fold.attributes(key), "\(key)")
      #expect(resource["meta"]?["version"]?.string == "W/\"\(fold.users[key]?.version ?? 0)\"")
      let employee = try #require(employees[id])
      #expect(LogFold.object(Data(employee.bytes), without: []) == fold.employee(key), "\(key)")
      let title = resource["title"]?.string?.dropFirst("round ".count).description
      let round = try #require(title.flatMap { Int($0) })
      let userName = resource["userName"]?.string ?? ""
      #expect(pool.possibleRounds(of: userName).contains(round), "\(userName) shows \(round)")
    }
    try expectDelivered(fold, receiver, secret)
    try await expectSameAfterRestart(server, fold)
  }

  private func employees(_ server: TestServer) async throws -> [String: JSONValue] {
    let api = try await server.api(consumer: try server.made.consumerId)
    let page = try await api.get("/hris/employees?limit=1000")
    var next = page["meta"]?["next"]?.string
    var all = page["data"]?.array ?? []
    while let cursor = next {
      let page = try await api.get("/hris/employees?limit=1000&cursor=\(cursor)")
      all += page["data"]?.array ?? []
      next = page["meta"]?["next"]?.string
    }
    return all.reduce(into: [:]) { $0[$1["remoteId"]?.string ?? ""] = $1 }
  }

  private func expectDelivered(
    _ fold: LogFold, _ receiver: WebhookReceiver, _ secret: String
  ) throws {
    #expect(fold.events.map(\.sequence) == Array(1...fold.events.count), "no gap, no repetition")
    #expect(Set(fold.events.map(\.id)).count == fold.events.count)
    try receiver.expectSound(secret: secret)
    let bodies = Dictionary(receiver.accepted.map { ($0.id, $0.body) }) { first, _ in first }
    #expect(bodies.count == fold.events.count, "nothing was sent that is not in the log")
    for event in fold.events {
      let body = bodies[event.id]
      #expect(
        body.map { fold.holds($0, of: event) } == true, "event \(event.sequence), seed \(seed)")
    }
  }

  private func expectSameAfterRestart(_ server: TestServer, _ fold: LogFold) async throws {
    let words = ["spool", "state-hash", "--spool", server.spool]
    let before = try await runProgram(words)
    #expect(before.ending == .exited(0), "\(before.output)")
    #expect(before.output.contains(fold.stateHash), "\(before.output)")
    try await server.start()
    #expect(!server.log.contains("run again"), "a second recovery has nothing left to do")
    let live = try await runProgram(words)
    #expect(live.output == before.output)
    #expect(await server.stop() == .exited(0))
    #expect(try await runProgram(words).output == before.output)
    let verdict = try await runProgram(["spool", "verify", "--spool", server.spool])
    #expect(verdict.ending == .exited(0), "\(verdict.output)")
  }
}
