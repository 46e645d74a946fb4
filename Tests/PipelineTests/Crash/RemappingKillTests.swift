import TestSupport
import Testing
import Transport

@testable import Pipeline

/// A mapping that is saved holds for everybody, whenever the server is killed on its way there.
@Suite(.timeLimit(.minutes(10)))
struct RemappingKillTests {
  private static let people = 400
  private static let rounds = 5

  @Test func `after kills in the middle everybody is mapped anew, each with one event`()
    async throws
  {
    var random = SeededGenerator(seed: UInt64.random(in: 1...1_000_000))
    let server = try await TestServer.started()
    let okta = try server.okta()
    for number in 0..<Self.people {
      let user = OktaUser("user\(number)@example.com", title: "Title \(number)")
      #expect(try await okta.post("/Users", user.creation).status == 201)
    }
    for round in 1...Self.rounds {
      try await Self.save(server, ["costCenter": ["constant": JSONValue("round \(round)")]])
      for _ in 0..<2 {
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...40, using: &random)))
        await server.kill9()
        try await server.start()
      }
      #expect(try await Self.settles(server))
    }
    try await Self.expectMapped(server)
    #expect(await server.stop() == .exited(0))
    try await Self.expectSame(server)
  }

  private static func save(_ server: TestServer, _ mapping: JSONValue) async throws {
    let api = try await server.api(consumer: try server.made.consumerId)
    let saved = try await api.patch(
      "/connections/hris/okta-scim", ["settings": ["mapping": mapping]])
    #expect(saved.status == 200, "\(saved)")
  }

  private static func settles(_ server: TestServer) async throws -> Bool {
    let api = try await server.api(consumer: try server.made.consumerId)
    return try await eventually {
      let shown = try await api.get("/connections/hris/okta-scim")
      return shown["data"]?["mapping"]?["pending"] == 0
    }
  }

  private static func expectMapped(_ server: TestServer) async throws {
    let api = try await server.api(consumer: try server.made.consumerId)
    let employees = try await api.get("/hris/employees?limit=1000")["data"]?.array ?? []
    #expect(employees.count == people)
    #expect(employees.allSatisfy { $0["costCenter"]?.string == "round \(rounds)" })
    #expect(employees.allSatisfy { $0["revision"]?.int == rounds + 1 }, "one change a round")
  }

  /// A second reader of the log comes to the same state, and each change has its one event.
  private static func expectSame(_ server: TestServer) async throws {
    let fold = try LogFold(spool: server.spool)
    #expect(fold.events.map(\.sequence) == Array(1...people * (rounds + 1)))
    let hash = try await runProgram(["spool", "state-hash", "--spool", server.spool])
    #expect(hash.ending == .exited(0) && hash.output.contains(fold.stateHash), "\(hash.output)")
    let verdict = try await runProgram(["spool", "verify", "--spool", server.spool])
    #expect(verdict.ending == .exited(0), "\(verdict.output)")
  }
}
