import Testing
import Transport

@testable import Actors

/// The PATCH shapes of group pushes, on the same engine.
@Suite struct SCIMGroupPatchTests {
  private let type = SCIMResourceType.group

  private func group(_ members: String...) throws -> SCIMResource {
    let list = members.map { #"{"value":"\#($0)"}"# }.joined(separator: ",")
    return try type.create(
      from: SCIMBodies.object(
        #"{"schemas":["\#(SCIMSchema.group.id)"],"displayName":"Eng","members":[\#(list)]}"#))
  }

  private func patched(_ stored: SCIMResource, _ operations: String...) throws -> SCIMResource {
    let body = try SCIMBodies.object(
      #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":["#
        + operations.joined(separator: ",") + "]}")
    return try type.patch(stored, id: "g1", with: body)
  }

  private func members(_ group: SCIMResource) -> [String] {
    (group.attributes["members"]?.array ?? []).compactMap { $0["value"]?.string }
  }

  @Test func `a rename carries the group's own id`() throws {
    let new = try patched(
      group("a"), #"{"op":"replace","value":{"id":"g1","displayName":"Eng 2"}}"#)
    #expect(new.attributes["displayName"] == "Eng 2")
    #expect(members(new) == ["a"])
  }

  @Test func `members are removed by filter, added and replaced, in order`() throws {
    let new = try patched(
      group("a", "b"), #"{"op":"remove","path":"members[value eq \"a\"]"}"#,
      #"{"op":"add","path":"members","value":[{"value":"c","display":"C"}]}"#)
    #expect(members(new) == ["b", "c"])
    let all = try patched(
      new, #"{"op":"replace","path":"members","value":[{"value":"x"},{"value":"x","display":"X"}]}"#
    )
    #expect(members(all) == ["x"])
    #expect(members(try patched(all, #"{"op":"replace","value":{"members":[]}}"#)) == [])
  }

  @Test func `Entra removes by value list, and a remove without one clears all`() throws {
    let three = try group("a", "b", "c")
    let two = try patched(
      three, #"{"op":"Remove","path":"members","value":[{"$ref":null,"value":"b"}]}"#)
    #expect(members(two) == ["a", "c"])
    #expect(members(try patched(two, #"{"op":"Remove","path":"members","value":["a"]}"#)) == ["c"])
    #expect(members(try patched(two, #"{"op":"remove","path":"members"}"#)) == [])
  }

  @Test func `a present member added and an absent one removed change nothing`() throws {
    let stored = try group("a")
    #expect(
      try patched(
        stored, #"{"op":"Add","path":"members","value":[{"$ref":null,"value":"a"}]}"#,
        #"{"op":"remove","path":"members[value eq \"z\"]"}"#,
        #"{"op":"Remove","path":"members","value":[{"value":"z"}]}"#) == stored)
  }

  @Test func `a member comes as plain text too`() throws {
    #expect(
      members(try patched(group(), #"{"op":"add","path":"members","value":"a"}"#)) == ["a"])
    #expect(
      members(try patched(group(), #"{"op":"add","path":"members","value":["a","b"]}"#))
        == ["a", "b"])
  }

  @Test func `who a member is cannot be changed in place`() throws {
    #expect(throws: SCIMError.immutable("members.value")) {
      try patched(
        group("a"), #"{"op":"replace","path":"members[value eq \"a\"].value","value":"b"}"#)
    }
  }
}
