import Testing
import Transport

@testable import Actors

@Suite("Managers who come late, and who leave")
struct ManagersTests {
  @Test func `who waits for a manager gets one update when the manager arrives`() async throws {
    try await GroupsTests.run { pipeline in
      for name in ["a@example.com", "b@example.com"] {
        _ = await pipeline.send("POST", "/Users", Self.user(name, manager: "BOSS@example.com"))
      }
      _ = await pipeline.send("POST", "/Users", Self.user("boss@example.com"))
      try await GroupsTests.settled(pipeline)
      let events = try await pipeline.events().dropFirst(3)
      #expect(events.count == 2)
      for event in events {
        #expect(event["type"] == "employee.updated" && event["changedFields"] == ["manager"])
        #expect(event["cause"]?["reason"] == "manager_resolved")
        #expect(event["data"]?["manager"]?["resolved"] == true)
        #expect(event["previous"]?["manager"]?["resolved"] == false)
        #expect(event["data"]?["revision"] == 2)
      }
      let list = await pipeline.send("GET", "/Users").json
      let versions = list["Resources"]?.array?.map { $0["meta"]?["version"] }
      #expect(versions == ["W/\"1\"", "W/\"1\"", "W/\"1\""], "SCIM shows no change")
    }
  }

  @Test(arguments: ["externalId", "employeeNumber", "email", "id"])
  func `a manager is known by any of the names people have`(kind: String) async throws {
    try await GroupsTests.run { pipeline in
      let boss = await pipeline.send(
        "POST", "/Users", Self.user("boss@example.com", externalId: "00uBOSS", number: "4711"))
      let names = [
        "externalId": "00uBOSS", "employeeNumber": "4711", "email": "boss@example.com",
        "id": boss.json["id"]?.string ?? "",
      ]
      _ = await pipeline.send("POST", "/Users", Self.user("a@example.com", manager: names[kind]))
      let manager = try await pipeline.events().last?["data"]?["manager"]
      #expect(manager?["resolved"] == true && manager?["remoteId"] == boss.json["id"])
    }
  }

  @Test func `a manager is found by the address that was pushed, whatever a mapping makes of it`()
    async throws
  {
    try await GroupsTests.run { pipeline in
      var connection = try #require(pipeline.store.view.current.connections["cnx_1"])
      connection.settings["mapping"] = ["workEmail": ["constant": nil]]
      try await pipeline.store.administer([.connectionUpdated(connection)], request: "req_s")
      var address = JSONObject()
      address["emails"] = [["value": "boss@corp.example", "type": "work", "primary": true]]
      let boss = await pipeline.send(
        "POST", "/Users", MiniaturePipeline.user("boss", more: address))
      _ = await pipeline.send(
        "POST", "/Users", Self.user("a@example.com", manager: "Boss@corp.example"))
      let manager = try await pipeline.events().last?["data"]?["manager"]
      #expect(manager?["resolved"] == true && manager?["remoteId"] == boss.json["id"])
    }
  }

  @Test func `two who answer to one name resolve nobody until one of them leaves`() async throws {
    try await GroupsTests.run { pipeline in
      let first = await pipeline.send(
        "POST", "/Users", Self.user("x@example.com", externalId: "twin"))
      _ = await pipeline.send("POST", "/Users", Self.user("y@example.com", externalId: "twin"))
      _ = await pipeline.send("POST", "/Users", Self.user("a@example.com", manager: "twin"))
      #expect(try await pipeline.events().last?["data"]?["manager"]?["resolved"] == false)
      _ = await pipeline.send("DELETE", "/Users/\(first.json["id"]?.string ?? "")")
      try await GroupsTests.settled(pipeline)
      let last = try #require(try await pipeline.events().last)
      #expect(last["data"]?["username"] == "a@example.com")
      #expect(last["data"]?["manager"]?["resolved"] == true)
    }
  }

  @Test func `a manager who is deleted leaves the text, and one event each`() async throws {
    try await GroupsTests.run { pipeline in
      let boss = await pipeline.send("POST", "/Users", Self.user("boss@example.com"))
      _ = await pipeline.send(
        "POST", "/Users", Self.user("a@example.com", manager: "boss@example.com"))
      _ = await pipeline.send("DELETE", "/Users/\(boss.json["id"]?.string ?? "")")
      try await GroupsTests.settled(pipeline)
      let last = try #require(try await pipeline.events().last)
      #expect(last["cause"]?["reason"] == "manager_deleted")
      #expect(last["data"]?["manager"]?["id"] == .null)
      #expect(last["data"]?["manager"]?["remoteId"] == "boss@example.com")
      _ = await pipeline.send("POST", "/Users", Self.user("boss@example.com"))
      try await GroupsTests.settled(pipeline)
      #expect(try await pipeline.events().last?["data"]?["manager"]?["resolved"] == true)
    }
  }

  @Test func `a resolution stays while the text stays`() async throws {
    try await GroupsTests.run { pipeline in
      let boss = await pipeline.send(
        "POST", "/Users", Self.user("boss@example.com", externalId: "b1"))
      _ = await pipeline.send("POST", "/Users", Self.user("a@example.com", manager: "b1"))
      let path = "/Users/\(boss.json["id"]?.string ?? "")"
      let renamed = Self.user("chief@example.com", externalId: "b2")
      #expect(await pipeline.send("PUT", path, renamed).status == 200)
      try await GroupsTests.settled(pipeline)
      let employees = pipeline.store.read { $0.employees(of: "csm_1", after: nil, count: 9).rows }
      let manager = Employee(bytes: employees[1].record)[.manager]
      #expect(manager["resolved"] == true && manager["id"]?.string == employees[0].recordId)
    }
  }

  @Test func `a circle of managers is kept as it is sent`() async throws {
    try await GroupsTests.run { pipeline in
      _ = await pipeline.send(
        "POST", "/Users", Self.user("a@example.com", manager: "b@example.com"))
      _ = await pipeline.send(
        "POST", "/Users", Self.user("b@example.com", manager: "a@example.com"))
      try await GroupsTests.settled(pipeline)
      let rows = pipeline.store.read { $0.employees(of: "csm_1", after: nil, count: 9).rows }
      #expect(rows.map(\.managerId) == [rows[1].recordId, rows[0].recordId])
      let selfish = await pipeline.send(
        "POST", "/Users", Self.user("c@example.com", manager: "c@example.com"))
      #expect(selfish.status == 201)
    }
  }

  @Test func `what was owed at a crash is done at the next start`() async throws {
    let pipeline = try MiniaturePipeline()
    try await pipeline.run { pipeline in
      _ = await pipeline.send("POST", "/Users", Self.user("a@example.com", manager: "b1"))
      _ = await pipeline.send("POST", "/Groups", GroupsTests.group("G", members: ["b1"]))
      _ = await pipeline.send("POST", "/Users", Self.user("b@example.com", externalId: "b1"))
      try await GroupsTests.settled(pipeline)
    }
    let lines = try pipeline.lines(of: 2)
    let arrival = try #require(lines.firstIndex { $0.key.contains("Users") && $0.seq > 3 })
    pipeline.close()
    var cut = StoreState()
    for line in lines[...arrival] { try cut.fold(line) }
    let owed = cut.takeOwed(10, urgent: false).map(\.obligation)
    #expect(owed.count == 2)
    #expect(owed.allSatisfy { cut.change(for: $0) != nil })
    var whole = StoreState()
    for line in lines { try whole.fold(line) }
    #expect(
      whole.takeOwed(10, urgent: false).allSatisfy { whole.change(for: $0.obligation) == nil })
  }

  @Test func `a change mapped before its manager was found is mapped again`() async throws {
    try await GroupsTests.run { pipeline in
      let late = await pipeline.send(
        "POST", "/Users", Self.user("a@example.com", manager: "boss@example.com"))
      let path = "/Users/\(late.json["id"]?.string ?? "")"
      let patches = (0..<30).map { number in
        GroupsTests.operation(["op": "replace", "path": "title", "value": JSONValue("T\(number)")])
      }
      await withTaskGroup(of: Void.self) { group in
        for patch in patches {
          group.addTask { _ = await pipeline.send("PATCH", path, patch) }
        }
        group.addTask {
          _ = await pipeline.send("POST", "/Users", Self.user("boss@example.com"))
        }
      }
      try await GroupsTests.settled(pipeline)
      let rows = pipeline.store.read { $0.employees(of: "csm_1", after: nil, count: 9).rows }
      #expect(rows[0].managerId == rows[1].recordId)
    }
  }

  @Test func `a manager who came between mapping and entering is found`() {
    var state = StoreState()
    let connection = Connection(
      id: "cnx_1", consumerId: "csm_1", applicationId: "app_1", serviceId: "okta-scim",
      slug: "test", createdAt: Timestamp(milliseconds: 0))
    let consumer = Consumer(
      id: "csm_1", applicationId: "app_1", name: "Acme", externalId: nil,
      createdAt: Timestamp(milliseconds: 0))
    state.apply(
      AdminLine([.consumerCreated(consumer), .connectionCreated(connection)]), seq: 1)
    Self.enter("boss", manager: nil, seq: 2, in: &state)
    Self.enter("a", manager: "boss", seq: 3, in: &state)
    let owed = state.takeOwed(9, urgent: false)
    #expect(owed.map(\.obligation) == [.findManager(employee: 1)])
    let change = state.change(for: .findManager(employee: 1))
    #expect(change?.next.events.map(\.type) == [.employeeUpdated])
  }

  @Test func `a manager who left between mapping and entering is lost at once`() {
    var state = StoreState()
    Self.enter("boss", manager: nil, seq: 2, in: &state)
    Self.enter("boss", manager: nil, isDeleted: true, seq: 3, in: &state)
    Self.enter("a", manager: "boss", link: .employee("emp_boss"), seq: 4, in: &state)
    #expect(
      state.takeOwed(9, urgent: false).map(\.obligation) == [.loseManager(employee: 1)])
  }

  private static func enter(
    _ name: String, manager: String?, link: ManagerLink? = nil, isDeleted: Bool = false,
    seq: Int, in state: inout StoreState
  ) {
    var employee = Employee()
    employee[.id] = JSONValue("emp_" + name)
    if let manager = manager.flatMap({ ManagerReference(text: $0) }) {
      employee[.manager] = manager.unresolved
    }
    let attributes = JSONObject([.init(name: "userName", value: JSONValue(name))])
    state.put(
      "id-" + name, record: "emp_" + name, attributes: attributes, record: employee.bytes,
      isDeleted: isDeleted, manager: link, seq: seq)
  }

  static func user(
    _ name: String, externalId: String? = nil, number: String? = nil, manager: String? = nil
  ) -> JSONValue {
    var block = JSONObject()
    if let number { block["employeeNumber"] = JSONValue(number) }
    if let manager { block["manager"] = ["value": JSONValue(manager)] }
    var more = JSONObject()
    if !block.isEmpty { more[SCIMSchema.enterpriseUser.id] = .object(block) }
    return MiniaturePipeline.user(name, externalId: externalId, more: more)
  }
}
