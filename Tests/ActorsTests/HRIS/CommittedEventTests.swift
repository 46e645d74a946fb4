import Testing
import Transport

@testable import Actors

@Suite struct CommittedEventTests {
  let time = Timestamp(milliseconds: 1_767_323_045_678)

  func body(_ employee: Employee, _ decision: EventDecision) -> [UInt8] {
    let consumer = Consumer(
      id: "csm_1", applicationId: "app_1", name: "A \"quoted\" one", externalId: "acme\\",
      createdAt: time)
    let connection = Connection(
      id: "cnx_1", consumerId: "csm_1", applicationId: "app_1", serviceId: "okta-scim",
      slug: "abc", createdAt: time)
    return CommittedEvent.render(
      .init(
        id: "evt_1", type: decision.type, timestamp: time, sequence: 4711, method: "PATCH",
        requestId: "req_1"),
      consumer: consumer, connection: connection, data: employee.bytes, decision: decision)
  }

  func sample() -> [UInt8] {
    var employee = Employee()
    employee[.id] = "emp_1"
    employee[.displayName] = #"}],"events":[{"id":"\ "#
    employee[.customFields] = ["id": "not this", "nested": [["a": "]"], "{"]]
    return body(
      employee,
      .init(
        type: .employeeUpdated, changedFields: ["jobTitle", "active"],
        previous: JSONObject([.init(name: "jobTitle", value: "Cook")])))
  }

  @Test func `it has the published members in their order`() throws {
    let json = try #require(try JSONValue(parsing: sample()).object)
    #expect(
      json.members.map(\.name) == [
        "id", "type", "timestamp", "sequence", "epoch", "consumerId", "consumerExternalId",
        "connection", "data", "changedFields", "previous", "cause",
      ])
    #expect(json["timestamp"] == "2026-01-02T03:04:05.678Z")
    #expect(json["sequence"] == 4711 && json["epoch"] == 1)
    #expect(json["consumerExternalId"] == "acme\\")
    #expect(
      json["connection"] == ["unifiedApi": "hris", "serviceId": "okta-scim", "id": "cnx_1"])
    #expect(json["changedFields"] == ["jobTitle", "active"])
    #expect(json["previous"] == ["jobTitle": "Cook"])
    #expect(json["cause"] == ["method": "PATCH", "requestId": "req_1"])
  }

  @Test func `a line gives back each event's exact bytes and what routes it`() throws {
    let body = sample()
    let line =
      Array(#"{"request":"req_1","resource":{"events":[1]},"events":["#.utf8) + body
      + [UInt8(ascii: ",")] + body + Array(#"],"application":"app_1"}"#.utf8)
    _ = try JSONValue(parsing: line)
    let outcome = try CommittedOutcome(seq: 9, data: line)
    #expect(outcome.requestId == "req_1" && outcome.events.count == 2)
    let event = outcome.events[1]
    #expect(event.body == body)
    #expect([event.id, event.type, event.key] == ["evt_1", "employee.updated", "emp_1"])
    #expect(
      [event.applicationId, event.consumerId, event.connectionId] == ["app_1", "csm_1", "cnx_1"])
    #expect(event.sequence == 4711 && event.timestamp == time)
  }

  @Test func `a line without events has none`() throws {
    let outcome = try CommittedOutcome(seq: 1, data: Array(#"{"request":"r","events":[]}"#.utf8))
    #expect(outcome.events.isEmpty)
    #expect(try CommittedOutcome(seq: 1, data: Array("{}".utf8)).events.isEmpty)
  }

  @Test func `an event without id or person is refused`() {
    #expect(throws: CommittedOutcomeError.eventWithout(member: "data.id", seq: 3)) {
      try CommittedOutcome(
        seq: 3, data: Array(#"{"events":[{"id":"e","type":"t","data":{"x":1}}]}"#.utf8))
    }
  }

  @Test func `cut at any byte it neither traps nor hangs`() {
    let line = Array(#"{"request":"req_1","events":["#.utf8) + sample() + Array("]}".utf8)
    for length in 0..<line.count { _ = try? CommittedOutcome(seq: 1, data: Array(line[..<length])) }
  }
}
