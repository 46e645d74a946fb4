import TestSupport
import Testing
import Transport

@testable import Actors

/// An allow-list cuts bytes; what it leaves is compared with a parse of the whole.
@Suite struct EventTrimTests {
  private static let employee =
    #"{"id":"evt_1","type":"employee.updated","sequence":7,"connection":{"id":"cnx_1"},"#
    + #""data":{"id":"emp_1","firstName":"Zo\u00eb","lastName":null,"jobTitle":"Eng \"}]","#
    + #""customFields":{"x":[1,{"id":2}]},"revision":3},"changedFields":["firstName","jobTitle"],"#
    + #""previous":{"firstName":"Z","jobTitle":1.50e2},"cause":{"requestId":"req_1"}}"#

  private func event(_ text: String) throws -> CommittedEvent {
    try CommittedEvent(reading: Array(text.utf8), applicationId: "app_1", seq: 1)
  }

  private func cut(_ text: String, to fields: [String]) throws -> String {
    String(decoding: EventTrim(fields: fields).cut(try event(text)), as: UTF8.self)
  }

  @Test func `what is allowed stays as it was written, the rest is gone`() throws {
    #expect(
      try cut(Self.employee, to: ["jobTitle"])
        == #"{"id":"evt_1","type":"employee.updated","sequence":7,"connection":{"id":"cnx_1"},"#
        + #""data":{"id":"emp_1","jobTitle":"Eng \"}]","revision":3},"changedFields":["jobTitle"],"#
        + #""previous":{"jobTitle":1.50e2},"cause":{"requestId":"req_1"}}"#)
    #expect(
      try cut(Self.employee, to: ["division"])
        == #"{"id":"evt_1","type":"employee.updated","sequence":7,"connection":{"id":"cnx_1"},"#
        + #""data":{"id":"emp_1","revision":3},"changedFields":[],"previous":{},"#
        + #""cause":{"requestId":"req_1"}}"#)
    let all = ["firstName", "lastName", "jobTitle", "customFields"]
    #expect(try cut(Self.employee, to: all) == Self.employee)
  }

  @Test func `an update of which nothing may be seen is empty`() throws {
    let event = try event(Self.employee)
    #expect(EventTrim(fields: ["division"]).empties(event))
    #expect(!EventTrim(fields: ["jobTitle"]).empties(event))
    let created = try self.event(
      #"{"id":"evt_1","type":"employee.created","data":{"id":"emp_1"},"changedFields":[]}"#)
    #expect(!EventTrim(fields: ["division"]).empties(created))
  }

  @Test func `what is about nobody is not cut`() throws {
    for type in ["webhook.failing", "webhook.test"] {
      let text = #"{"id":"evt_1","type":"\#(type)","data":{"id":"wh_1","lastError":"x"}}"#
      #expect(try cut(text, to: ["division"]) == text)
    }
  }

  @Test(arguments: 0..<300)
  func `of any event exactly the allowed members are left, byte for byte in order`(
    seed: Int
  ) throws {
    var json = JSONMaker(seed: UInt64(seed))
    let whole = json.event()
    let allowed = EventTrim.names.filter { _ in Bool.random(using: &json.random) }
    let bytes = EventTrim(fields: allowed).cut(try event(String(decoding: whole, as: UTF8.self)))
    let names = Set(allowed + ["id", "revision"])
    var expected = try #require(try JSONValue(parsing: whole).object)
    for member in ["data", "previous"] {
      let kept = try #require(expected[member]?.object).members.filter { names.contains($0.name) }
      expected[member] = .object(JSONObject(kept))
    }
    let changed = try #require(expected["changedFields"]?.array)
    expected["changedFields"] = .array(changed.filter { names.contains($0.string ?? "") })
    #expect(bytes == expected.bytes, "seed \(seed)")
  }

  @Test func `every employee and group member can be allowed`() {
    #expect(EventTrim.names.count == Set(EventTrim.names).count)
    #expect(EventTrim.names.contains("customFields") && EventTrim.names.contains("members"))
    let connection = Connection(
      id: "cnx_1", consumerId: "csm_1", applicationId: "app_1", serviceId: "okta-scim", slug: "s",
      createdAt: Timestamp(milliseconds: 0))
    let group = Group(
      id: "grp_1", remoteId: "r", externalId: nil, name: "n",
      createdAt: Timestamp(milliseconds: 0), connection: connection)
    #expect(group.json.members.map(\.name) + ["members"] == Group.memberNames)
  }
}

/// Random events: members in any order, values with everything JSON has.
private struct JSONMaker {
  var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func event() -> [UInt8] {
    var event = JSONObject()
    event["id"] = "evt_1"
    event["type"] = JSONValue(
      ["employee.updated", "employee.created", "group.member_added"].randomElement(using: &random)!)
    event[text()] = value(0)
    event["data"] = .object(record())
    event["changedFields"] = .array(
      EventTrim.names.filter { _ in Int.random(in: 0..<9, using: &random) == 0 }
        .map { JSONValue($0) })
    event["previous"] = .object(record())
    event[text()] = value(0)
    return event.bytes
  }

  private mutating func record() -> JSONObject {
    var record = JSONObject([.init(name: "id", value: "emp_1")])
    for name in EventTrim.names.shuffled(using: &random).prefix(12) where name != "id" {
      record[name] = value(0)
    }
    record[text()] = value(0)
    return record
  }

  private mutating func value(_ depth: Int) -> JSONValue {
    switch Int.random(in: 0..<(depth < 3 ? 7 : 4), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .number(JSONNumber(text: "\(Int.random(in: -99...99, using: &random))e2"))
    case 3: return .string(text())
    case 4: return .array([value(depth + 1), value(depth + 1)])
    default:
      var object = JSONObject()
      object[text()] = value(depth + 1)
      object["id"] = value(depth + 1)
      return .object(object)
    }
  }

  private mutating func text() -> String {
    let parts = ["a", "\"", "\\", "{", "}", "[", "]", ",", ":", "é", "\u{1F600}", "\n", "id"]
    return (0..<Int.random(in: 1...8, using: &random))
      .map { _ in parts.randomElement(using: &random)! }.joined() + "_"
  }
}
