import TestSupport
import Testing
import Transport

@testable import Actors

/// Edits of members against the ordinary engine, which knows nothing of keeping them apart: a group
/// that holds its members itself ends with the same ones, or both refuse.
@Suite struct SCIMMemberModelTests {
  private let type = SCIMResourceType.group

  /// Another type of the same shape, whose members are an attribute like any other.
  private let plain = SCIMResourceType(
    name: "Crew", description: "", endpoint: "/Crews",
    schema: SCIMSchema(
      id: SCIMSchema.group.id, name: "Crew", description: "",
      attributes: SCIMSchema.group.attributes.all))

  @Test(arguments: 1...3) func `members change as they do inside a resource`(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    var applied = 0
    var refused = 0
    for _ in 0..<500 {
      var list = SCIMMemberList("a")
      var resource = try plain.create(from: body(list))
      for _ in 0..<4 {
        let count = Int.random(in: 1...3, using: &random)
        let operations = (0..<count).map { _ in Self.operation(&random) }
        let patch = try SCIMBodies.patch(operations)
        let whole = Result { try plain.patch(resource, id: "g", with: patch) }
        var next = list
        let apart = Result { try apply(patch, to: &next, displayName: resource) }
        switch (whole, apart) {
        case (.success(let new), .success(let rest)):
          #expect(elements(new) == next.members.map { .object($0.json) }, "\(patch.text)")
          #expect(new.attributes["displayName"] == rest.attributes["displayName"])
          guard elements(new) == next.members.map({ .object($0.json) }) else { return }
          (resource, list) = (new, next)
          applied += 1
        case (.failure, .failure): refused += 1
        default:
          Issue.record("\(patch.text) on \(list.members): \(whole), \(apart)")
          return
        }
      }
    }
    #expect(applied > 500 && refused > 100)
  }

  private func body(_ list: SCIMMemberList) throws -> JSONObject {
    JSONObject([
      .init(name: "schemas", value: [.string(SCIMSchema.group.id)]),
      .init(name: "displayName", value: "Eng"),
      .init(name: "members", value: .array(list.members.map { .object($0.json) })),
    ])
  }

  private func elements(_ resource: SCIMResource) -> [JSONValue] {
    resource.attributes["members"]?.array ?? []
  }

  private func apply(
    _ patch: JSONObject, to list: inout SCIMMemberList, displayName resource: SCIMResource
  ) throws -> SCIMResource {
    var rest = resource
    rest.attributes["members"] = .none
    let split = try type.splitMembers(ofPatch: patch)
    for edit in split.edits { try list.apply(edit) }
    guard let body = split.rest else { return rest }
    return try type.patch(rest, id: "g", with: body)
  }

  private static func operation(_ random: inout SeededGenerator) -> String {
    let ids = ["a", "b", "c", "d"]
    func pick(_ values: [String]) -> String { values.randomElement(using: &random) ?? "a" }
    let op = pick(["add", "replace", "Add", "Replace"])
    let (one, two) = (pick(ids), pick(ids))
    let list = pick([
      #"[{"value":"\#(one)"}]"#, #"["\#(one)","\#(two)"]"#, #"{"value":"\#(one)","display":"D"}"#,
      #"[{"$ref":null,"value":"\#(one)"},{"value":"\#(two)","type":"User"}]"#, "[]", #""\#(one)""#,
    ])
    return pick([
      #"{"op":"\#(op)","path":"members","value":\#(list)}"#,
      #"{"op":"\#(op)","value":{"Members":\#(list),"displayName":"Eng \#(one)"}}"#,
      #"{"op":"Remove","path":"members","value":\#(list)}"#,
      #"{"op":"remove","path":"members[value eq \"\#(one)\"]"}"#,
      #"{"op":"remove","path":"MEMBERS[value eq \"\#(one)\" or value eq \"\#(two)\"]"}"#,
      #"{"op":"remove","path":"members[display pr and value ne \"\#(one)\"]"}"#,
      #"{"op":"remove","path":"members"}"#,
      #"{"op":"\#(op)","path":"members[value eq \"\#(one)\"].display","value":"\#(two)"}"#,
      #"{"op":"\#(op)","path":"members[value eq \"\#(one)\"]","value":{"display":"E"}}"#,
      #"{"op":"\#(op)","path":"members[value eq \"\#(one)\"].type","value":"Group"}"#,
      #"{"op":"\#(op)","path":"members[value eq \"\#(one)\"].nobody","value":"x"}"#,
      #"{"op":"remove","path":"members[value eq \"\#(one)\"].display"}"#,
      #"{"op":"remove","path":"members.value"}"#,
      #"{"op":"\#(op)","path":"displayName","value":"Eng \#(two)"}"#,
    ])
  }
}
