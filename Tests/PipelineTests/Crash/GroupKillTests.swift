import Synchronization
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// What one write makes necessary for others outlives kill -9 too: managers who come last, members
/// who are named before they exist, users who are deleted while they belong to groups.
@Suite(.timeLimit(.minutes(10)))
struct GroupKillTests {
  private static let people = 60
  private static let groups = 3
  private static let bosses = 4
  private static let moments = 6

  @Test func `after kills at random moments nobody waits for who is there`() async throws {
    var random = SeededGenerator(seed: UInt64.random(in: 1...1_000_000))
    let server = try await TestServer.started()
    let story = Story(try await Self.makeGroups(server))
    for _ in 1...Self.moments {
      let okta = try server.okta()
      async let telling: Void = story.tell(through: okta)
      try await Task.sleep(for: .milliseconds(Int.random(in: 5...150, using: &random)))
      await server.kill9()
      await telling
      try await server.start()
    }
    await story.tell(through: try server.okta())
    #expect(story.surprises == [] && story.isTold)
    try await Self.expectSettled(server)
    try await Self.expectSame(server)
  }

  private static func makeGroups(_ server: TestServer) async throws -> [String] {
    var ids: [String] = []
    for number in 0..<groups {
      let made = try await server.okta().post(
        "/Groups",
        [
          "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
          "displayName": JSONValue("Group \(number)"),
        ])
      ids.append(try #require(made["id"]?.string))
    }
    return ids
  }

  /// Every third person is deleted at the end; everybody else is in one group and has a manager.
  private static func expectSettled(_ server: TestServer) async throws {
    let users = try await UserList.resources(server.okta())
    #expect(users.count == people - people / 3 + bosses)
    let members = users.filter { $0["userName"]?.string?.hasPrefix("boss") == false }
    #expect(members.allSatisfy { $0["groups"]?.array?.count == 1 })
    let api = try await server.api(consumer: try server.made.consumerId)
    let employees = try await api.get("/hris/employees?limit=1000")["data"]?.array ?? []
    let led = employees.filter { $0["username"]?.string?.hasPrefix("boss") == false }
    #expect(led.count == members.count)
    #expect(led.allSatisfy { $0["manager"]?["resolved"] == true })
    let shown = try await server.okta().get("/Groups")
    let counts = shown.resources.map { $0["members"]?.array?.count ?? 0 }
    #expect(counts.reduce(0, +) == members.count)
  }

  /// Who was told to have come and not to have left is who is there; each once.
  private static func expectSame(_ server: TestServer) async throws {
    #expect(await server.stop() == .exited(0))
    var balance: [String: Int] = [:]
    var resolved: [String: Int] = [:]
    var sequences: [Int] = []
    for line in try CommittedLines(spool: server.spool).outcomes {
      for event in line["events"]?.array ?? [] {
        sequences.append(event["sequence"]?.int ?? 0)
        let type = event["type"]?.string ?? ""
        if event["cause"]?["reason"] == "manager_resolved" {
          resolved[event["data"]?["id"]?.string ?? "", default: 0] += 1
        }
        for member in event["data"]?["members"]?.array ?? [] {
          balance[member["id"]?.string ?? "", default: 0] += type == "group.member_added" ? 1 : -1
        }
      }
    }
    #expect(sequences == Array(1...max(1, sequences.count)))
    #expect(resolved.count == people && resolved.values.allSatisfy { $0 == 1 })
    #expect(balance.count == people && balance.values.allSatisfy { $0 == 0 || $0 == 1 })
    #expect(balance.values.filter { $0 == 1 }.count == people - people / 3)
    let words = ["spool", "state-hash", "--spool", server.spool]
    let before = try await runProgram(words).output
    try await server.start()
    #expect(await server.stop() == .exited(0))
    #expect(try await runProgram(words).output == before, "nothing was owed any more")
  }

  /// Requests in an order that makes everything late, each repeated until it is answered.
  private final class Story: Sendable {
    private struct State {
      var next = 0
      var isOver = false
      var surprises: [String] = []
    }

    private typealias Step = @Sendable (TestClient) async throws -> TestAnswer
    private let steps: [(step: Step, accepts: Set<Int>)]
    private let state = Mutex(State())

    init(_ groups: [String]) {
      var steps: [(Step, Set<Int>)] = []
      for number in 0..<GroupKillTests.people {
        let group = groups[number % groups.count]
        steps.append(({ try await $0.patch("/Groups/\(group)", Self.add("00u\(number)")) }, [204]))
      }
      for number in 0..<GroupKillTests.people {
        let boss = "boss\(number % GroupKillTests.bosses)@example.com"
        let person = Self.person("user\(number)", "00u\(number)", manager: boss)
        steps.append(({ try await $0.post("/Users", person) }, [201, 409]))
      }
      for number in 0..<GroupKillTests.bosses {
        let boss = Self.person("boss\(number)", "b\(number)", manager: nil)
        steps.append(({ try await $0.post("/Users", boss) }, [201, 409]))
      }
      for number in stride(from: 0, to: GroupKillTests.people, by: 3) {
        steps.append(({ try await Self.delete("user\(number)@example.com", $0) }, [204, 200]))
      }
      self.steps = steps.map { (step: $0.0, accepts: $0.1) }
    }

    var surprises: [String] { state.withLock { $0.surprises } }
    var isTold: Bool { state.withLock { $0.next == steps.count } }

    /// Goes on where it stopped, until the end or until the server is gone.
    func tell(through okta: TestClient) async {
      while let number = state.withLock({ $0.next < steps.count ? $0.next : nil }) {
        do {
          let answer = try await steps[number].step(okta)
          state.withLock { state in
            if !steps[number].accepts.contains(answer.status) {
              state.surprises.append("step \(number): \(answer)")
            }
            state.next += 1
          }
        } catch { return }
      }
    }

    private static func add(_ value: String) -> JSONValue {
      [
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [
          ["op": "add", "path": "members", "value": [["value": JSONValue(value)]]]
        ],
      ]
    }

    private static func person(_ name: String, _ externalId: String, manager: String?) -> JSONValue
    {
      let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
      var person = JSONObject()
      person["schemas"] = ["urn:ietf:params:scim:schemas:core:2.0:User", JSONValue(enterprise)]
      person["userName"] = JSONValue(name + "@example.com")
      person["externalId"] = JSONValue(externalId)
      person["active"] = true
      if let manager { person[enterprise] = ["manager": ["value": JSONValue(manager)]] }
      return .object(person)
    }

    /// Deletes who is found; whoever is not was deleted before the answer got lost.
    private static func delete(_ userName: String, _ okta: TestClient) async throws -> TestAnswer {
      let found = try await okta.get(OktaUser.filter(userName))
      guard let id = found.resources.first?["id"]?.string else { return found }
      return try await okta.delete("/Users/\(id)")
    }
  }
}

/// The outcomes of a spool that nobody holds, as JSON.
private struct CommittedLines {
  private(set) var outcomes: [JSONValue] = []

  init(spool: String) throws {
    let reader = try SpoolReader(directory: spool, hops: SpoolHops.descriptions)
    try reader.forEachLine(of: SpoolHops.committed) { line in
      if !line.type.hasPrefix("admin.") { outcomes.append(try JSONValue(parsing: line.data)) }
      return true
    }
  }
}
