import Testing
import Transport

@testable import Actors

@Suite("State is the fold of the committed hop")
struct StoreStateTests {
  @Test func `the folded state has the live state's hash, and folding again changes nothing`()
    async throws
  {
    let pipeline = try MiniaturePipeline()
    let live = try await pipeline.run { pipeline in
      try await Self.change(pipeline)
      return pipeline.store.read { $0.hash }
    }
    pipeline.close()
    for _ in 0..<2 {
      let again = try MiniaturePipeline(in: pipeline.directory)
      let hash = try await again.run { $0.store.read { $0.hash } }
      #expect(hash == live)
      again.close()
    }
  }

  @Test func `a restarted store answers as before and goes on counting`() async throws {
    let pipeline = try MiniaturePipeline()
    let (id, before) = try await pipeline.run { pipeline in
      try await Self.change(pipeline)
      let list = await pipeline.send("GET", "/Users").json
      return (list["Resources"]?.array?.first?["id"]?.string ?? "", list)
    }
    pipeline.close()
    let again = try MiniaturePipeline(in: pipeline.directory)
    defer { again.close() }
    try await again.run { pipeline in
      #expect(await pipeline.send("GET", "/Users").json == before)
      let taken = await pipeline.send("POST", "/Users", MiniaturePipeline.user("USER1@example.com"))
      #expect(taken.status == 409)
      let patch = WritesTests.setActive(false)
      #expect(await pipeline.send("PATCH", "/Users/\(id)", patch).status == 200)
      let sequences = try await pipeline.events().compactMap { $0["sequence"]?.int }
      #expect(sequences == Array(1...sequences.count))
    }
  }

  @Test func `an employee kept from a removed connection stays with its consumer`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      _ = await pipeline.send("POST", "/Users", MiniaturePipeline.user("a@example.com"))
      try await pipeline.store.administer(
        [.connectionDeleted(id: "cnx_1", keepsEmployees: true)], request: "req_1")
      let kept = pipeline.store.read { $0.employees(of: "csm_1", after: nil, count: 10).rows }
      #expect(kept.map(\.isDeleted) == [false])
      #expect(await pipeline.send("GET", "/Users").status == 404)
    }
  }

  @Test func `disconnecting with deletion deletes each employee and says so`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      for name in ["a@example.com", "b@example.com"] {
        _ = await pipeline.send("POST", "/Users", MiniaturePipeline.user(name))
      }
      try await pipeline.store.administer(
        [.connectionDeleted(id: "cnx_1", keepsEmployees: false)], request: "req_1")
      let rows = pipeline.store.read { $0.employees(of: "csm_1", after: nil, count: 10).rows }
      #expect(rows.map(\.isDeleted) == [true, true])
      let types = try await pipeline.events().map { $0["type"]?.string }
      #expect(types.filter { $0 == "employee.deleted" }.count == 2)
    }
  }

  @Test func `changes that hold together are one line, and an unfit one leaves none`() async throws
  {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let lines = try pipeline.lines(of: 2)
      #expect(lines.map(\.type) == ["admin.batch"])
      await #expect(throws: AdministrationError.notFound(id: "csm_9")) {
        try await pipeline.store.administer(
          [.consumerDeleted(id: "csm_1"), .consumerDeleted(id: "csm_9")], request: "req_1")
      }
      #expect(try pipeline.lines(of: 2).count == lines.count)
      #expect(pipeline.store.view.current.consumers["csm_1"] != nil)
    }
  }

  @Test func `deletions a crash cut off are owed by the state`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      _ = await pipeline.send("POST", "/Users", MiniaturePipeline.user("a@example.com"))
      try await pipeline.store.administer(
        [.connectionDeleted(id: "cnx_1", keepsEmployees: false)], request: "req_1")
      let lines = try pipeline.lines(of: 2)
      let end = try #require(lines.firstIndex { $0.type == "admin.connection.deleted" })
      var cut = StoreState()
      for line in lines[...end] { try cut.fold(line) }
      #expect(Array(cut.departures.keys) == ["cnx_1"])
      #expect(cut.employees(of: "csm_1", after: nil, count: 9).rows.map(\.isDeleted) == [false])
      let count = lines.count
      await pipeline.store.finishDepartures(request: "req_2")
      #expect(try pipeline.lines(of: 2).count == count, "nothing is deleted twice")
    }
  }

  @Test func `a reader of employees misses nobody whose lower id was committed later`() {
    var state = Self.withOneConnection()
    for (seq, id) in [(2, "emp_B"), (3, "emp_D")] {
      state.put("user-" + id, record: id, seq: seq)
    }
    let seen = state.employees(of: "csm_1", after: nil, count: 10).rows.map(\.recordId)
    #expect(seen == ["emp_B", "emp_D"])
    for (seq, id) in [(4, "emp_A"), (5, "emp_C"), (6, "emp_E")] {
      state.put("user-" + id, record: id, seq: seq)
    }
    let more = state.employees(of: "csm_1", after: "emp_D", count: 10).rows.map(\.recordId)
    #expect(more == ["emp_A", "emp_C", "emp_E"])
    let last = state.employees(of: "csm_1", after: "emp_A", count: 1).rows.map(\.recordId)
    #expect(last == ["emp_C"])
  }

  private static func withOneConnection() -> StoreState {
    let connection = Connection(
      id: "cnx_1", consumerId: "csm_1", applicationId: "app_1", serviceId: "okta-scim",
      slug: "test", createdAt: Timestamp(milliseconds: 0))
    var state = StoreState()
    state.apply(AdminLine([.connectionCreated(connection)]), seq: 1)
    return state
  }

  /// Some of everything: created, replaced, deactivated, refused, deleted.
  static func change(_ pipeline: MiniaturePipeline) async throws {
    var ids: [String] = []
    for number in 1...5 {
      let user = MiniaturePipeline.user("user\(number)@example.com", externalId: "00u\(number)")
      ids.append(await pipeline.send("POST", "/Users", user).json["id"]?.string ?? "")
    }
    _ = await pipeline.send("PATCH", "/Users/\(ids[1])", WritesTests.setActive(false))
    _ = await pipeline.send("DELETE", "/Users/\(ids[2])")
    _ = await pipeline.send("PUT", "/Users/\(ids[3])", MiniaturePipeline.user("moved@example.com"))
    _ = await pipeline.send("POST", "/Users", MiniaturePipeline.user("user1@example.com"))
  }
}
