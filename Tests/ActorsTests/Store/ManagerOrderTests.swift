import TestSupport
import Testing
import Transport

@testable import Actors

@Suite("Managers who come after all who report to them")
struct ManagerOrderTests {
  /// SCIM_HRIS_TEST_EMPLOYEES asks for more.
  private static let people = max(
    20, Int(ProcessEnvironment.variables["SCIM_HRIS_TEST_EMPLOYEES"] ?? "") ?? 600)
  /// Direct reports of each manager.
  private static let span = 8

  /// From the leaves of the tree up to its top.
  @Test(.timeLimit(.minutes(10)))
  func `everybody's manager is found, with one more event each and no gap`() async throws {
    let pipeline = try MiniaturePipeline()
    try await pipeline.run { pipeline in
      for number in (0..<Self.people).reversed() {
        let made = await pipeline.send("POST", "/Users", Self.user(number))
        #expect(made.status == 201)
      }
      try await GroupsTests.settled(pipeline)
    }
    var (created, updated): ([String: Int], [String: Int]) = ([:], [:])
    var sequence = 0
    for line in try pipeline.lines(of: 2) {
      for event in try CommittedOutcome(seq: line.seq, data: Array(line.data)).events {
        sequence += 1
        #expect(event.sequence == UInt64(sequence))
        if event.type == EventType.employeeCreated.rawValue {
          created[event.key, default: 0] += 1
        } else {
          #expect(event.type == EventType.employeeUpdated.rawValue)
          updated[event.key, default: 0] += 1
        }
      }
    }
    #expect(created.count == Self.people && created.values.allSatisfy { $0 == 1 })
    #expect(updated.count == Self.people - 1 && updated.values.allSatisfy { $0 == 1 })
    try Self.checkTree(pipeline)
    pipeline.close()
  }

  private static func checkTree(_ pipeline: MiniaturePipeline) throws {
    let rows = pipeline.store.read { $0.employees(of: "csm_1", after: nil, count: people).rows }
    try #require(rows.count == people)
    // The first row is the last person.
    for (index, row) in rows.enumerated() {
      let number = people - 1 - index
      let manager = Employee(bytes: row.record)[.manager]
      let expected = number == 0 ? nil : rows[people - 1 - (number - 1) / span].recordId
      #expect(manager["id"]?.string == expected && row.managerId == expected, "\(number)")
    }
  }

  private static func user(_ number: Int) -> JSONValue {
    ManagersTests.user(
      "p\(number)@example.com", externalId: "x\(number)",
      manager: number == 0 ? nil : "x\((number - 1) / span)")
  }
}
