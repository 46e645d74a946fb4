import Testing
import Transport

@testable import Actors

/// Every way identity providers change a group's members, taken apart from the group.
@Suite struct SCIMMemberEditTests {
  private let type = SCIMResourceType.group

  private func members(
    _ start: SCIMMemberList = SCIMMemberList("a", "b", "c"), _ operations: String...
  ) throws -> [String] {
    var list = start
    try list.patch(operations)
    return list.ids
  }

  private func rest(_ operations: String...) throws -> String? {
    let rest = try type.splitMembers(ofPatch: SCIMBodies.patch(operations)).rest
    return rest.map { $0["Operations"]?.text ?? "" }
  }

  private func refusal(
    _ operations: String..., of list: SCIMMemberList = SCIMMemberList("a", "b")
  ) -> SCIMErrorType? {
    var list = list
    do throws(any Error) {
      try list.patch(operations)
      return nil
    } catch { return (error as? SCIMError)?.scimType }
  }

  @Test func `Okta adds, removes by filter and replaces`() throws {
    let three = SCIMMemberList("a", "b", "c")
    #expect(
      try members(
        three, #"{"op":"remove","path":"members[value eq \"a\"]"}"#,
        #"{"op":"remove","path":"members[value eq \"b\"]"}"#,
        #"{"op":"add","path":"members","value":[{"value":"d","display":"D"},{"value":"c"}]}"#)
        == ["c", "d"])
    #expect(
      try members(three, #"{"op":"replace","path":"members","value":[{"value":"x"}]}"#) == ["x"])
    #expect(try members(three, #"{"op":"replace","path":"members","value":[]}"#) == [])
    #expect(try members(three, #"{"op":"replace","path":"members","value":null}"#) == [])
  }

  @Test func `a value without path may hold members beside the rest`() throws {
    let body = #"{"op":"replace","value":{"members":[{"value":"z"}],"id":"g","displayName":"D"}}"#
    #expect(try members(SCIMMemberList("a"), body) == ["z"])
    #expect(try rest(body) == #"[{"op":"replace","value":{"id":"g","displayName":"D"}}]"#)
    #expect(try rest(#"{"op":"replace","value":{"members":[]}}"#) == nil)
    #expect(
      try members(SCIMMemberList("a"), #"{"op":"add","value":[{"members":["b"]}]}"#) == ["a", "b"])
  }

  @Test func `Entra adds and removes by lists of either shape`() throws {
    let three = SCIMMemberList("a", "b", "c")
    #expect(
      try members(three, #"{"op":"Add","path":"members","value":[{"$ref":null,"value":"d"}]}"#)
        == ["a", "b", "c", "d"])
    #expect(
      try members(
        three,
        #"{"name":"x","op":"Remove","path":"members","value":[{"$ref":null,"value":"b"}]}"#)
        == ["a", "c"])
    #expect(try members(three, #"{"op":"Remove","path":"members","value":["a","c"]}"#) == ["b"])
    #expect(try members(three, #"{"op":"Remove","path":"members","value":"a"}"#) == ["b", "c"])
    #expect(try members(three, #"{"op":"remove","path":"members"}"#) == [])
    #expect(try members(three, #"{"op":"remove","path":"members","value":null}"#) == [])
    #expect(
      try members(three, #"{"op":"remove","path":"members","value":[]}"#) == ["a", "b", "c"])
  }

  @Test(arguments: [
    "members", "Members", "urn:ietf:params:scim:schemas:core:2.0:Group:members",
    "URN:ietf:params:scim:schemas:core:2.0:group:MEMBERS",
  ])
  func `members are members whatever the case and with the URN`(name: String) throws {
    #expect(
      try members(SCIMMemberList("a"), #"{"op":"add","path":"\#(name)","value":["b"]}"#)
        == ["a", "b"])
    #expect(
      try members(SCIMMemberList("a"), #"{"op":"add","value":{"\#(name)":["b"]}}"#) == ["a", "b"])
    #expect(
      try members(SCIMMemberList("a"), #"{"op":"remove","path":"\#(name)[value eq \"a\"]"}"#) == [])
  }

  @Test func `the core schema as path or name is looked into`() throws {
    let urn = SCIMSchema.group.id
    let inside = #"{"members":["b"],"displayName":"D"}"#
    let byPath = #"{"op":"add","path":"\#(urn)","value":\#(inside)}"#
    #expect(try members(SCIMMemberList("a"), byPath) == ["a", "b"])
    #expect(
      try rest(byPath)
        == #"[{"op":"add","path":"\#(urn)","value":{"displayName":"D"}}]"#)
    let byName = #"{"op":"Replace","value":{"\#(urn)":\#(inside)}}"#
    #expect(try members(SCIMMemberList("a"), byName) == ["b"])
    #expect(
      try rest(byName) == #"[{"op":"Replace","value":{"\#(urn)":{"displayName":"D"}}}]"#)
  }

  @Test func `several ids in one filter are removed as ids, other filters by looking`() throws {
    let list = SCIMMemberList("a", "b", "c")
    #expect(
      try members(list, #"{"op":"remove","path":"members[value eq \"a\" or Value EQ \"c\"]"}"#)
        == ["b"])
    let split = try type.splitMembers(
      ofPatch: SCIMBodies.patch([
        #"{"op":"remove","path":"members[value eq \"a\" or (value eq \"c\")]"}"#,
        #"{"op":"remove","path":"members[value eq \"a\" or display pr]"}"#,
      ]))
    guard case .remove(["a", "c"]) = split.edits[0], case .removeWhere = split.edits[1] else {
      Issue.record("\(split.edits)")
      return
    }
    #expect(try members(list, #"{"op":"remove","path":"members[value gt \"a\"]"}"#) == ["a"])
    #expect(
      try members(list, #"{"op":"remove","path":"members[not (value eq \"b\")]"}"#) == ["b"])
    #expect(
      try members(list, #"{"op":"replace","path":"members[value eq \"b\"]","value":null}"#)
        == ["a", "c"])
  }

  @Test func `what is known of a member changes in place`() throws {
    var list = SCIMMemberList("a", "b")
    try list.patch([
      #"{"op":"replace","path":"members[value eq \"a\"].display","value":"A"}"#,
      #"{"op":"add","path":"members[value eq \"b\"]","value":{"display":"B","type":"User"}}"#,
    ])
    #expect(
      list.members == [
        SCIMMember(value: "a", display: "A"), SCIMMember(value: "b", display: "B", type: "User"),
      ])
    try list.patch([#"{"op":"remove","path":"members.display"}"#])
    #expect(
      list.members == [SCIMMember(value: "a"), SCIMMember(value: "b", type: "User")])
    try list.patch([#"{"op":"add","path":"members[value eq \"c\"].display","value":"C"}"#])
    #expect(list.members.last == SCIMMember(value: "c", display: "C"))
  }

  @Test func `who a member is and of what kind stays`() {
    #expect(
      refusal(#"{"op":"replace","path":"members[value eq \"a\"].value","value":"z"}"#)
        == .mutability)
    #expect(refusal(#"{"op":"remove","path":"members.value"}"#) == .mutability)
    #expect(refusal(#"{"op":"add","path":"members.value","value":"z"}"#) == .mutability)
    #expect(
      refusal(#"{"op":"replace","path":"members[value eq \"a\"].value","value":"a"}"#) == nil)
  }

  @Test func `members.value of an empty group makes a member`() throws {
    #expect(
      try members(SCIMMemberList(), #"{"op":"add","path":"members.value","value":"a"}"#) == ["a"])
  }

  @Test(arguments: [
    #"{"op":"add","path":"members","value":[{"display":"A"}]}"#,
    #"{"op":"add","path":"members","value":[{"value":null}]}"#,
    #"{"op":"replace","path":"members","value":[{"value":true}]}"#,
    #"{"op":"remove","path":"members","value":[{"display":"A"}]}"#,
    #"{"op":"add","path":"members"}"#,
    #"{"op":"add","path":"members[type eq \"User\"].display","value":"X"}"#,
  ])
  func `a member without id is refused`(operation: String) {
    #expect(refusal(operation, of: SCIMMemberList()) == .invalidValue)
  }

  @Test func `paths that lead nowhere are refused`() {
    #expect(refusal(#"{"op":"add","path":"members.nick","value":"A"}"#) == .invalidPath)
    #expect(refusal(#"{"op":"add","value":{"members.nick":"A"}}"#) == .invalidPath)
    #expect(
      refusal(#"{"op":"add","path":"members[value eq \"a\"].nick","value":"A"}"#) == .invalidPath)
    #expect(refusal(#"{"op":"add","path":"members[value","value":"A"}"#) == .invalidPath)
    #expect(
      refusal(#"{"op":"replace","path":"members[value eq \"z\"].display","value":"A"}"#)
        == .noTarget)
    #expect(
      refusal(#"{"op":"replace","path":"members[value eq \"z\"]","value":{"display":"A"}}"#)
        == .noTarget)
  }

  @Test func `an absent member removed and a present one added are no error`() throws {
    let list = SCIMMemberList("a")
    #expect(
      try members(
        list, #"{"op":"remove","path":"members[value eq \"z\"]"}"#,
        #"{"op":"Remove","path":"members","value":[{"value":"y"}]}"#,
        #"{"op":"remove","path":"members[value eq \"z\"].display"}"#,
        #"{"op":"add","path":"members","value":[{"value":"a"},{"value":"a"}]}"#) == ["a"])
  }

  @Test func `a broken body is refused as the engine does it`() throws {
    for body in [
      #"{"Operations":[{"op":"remove","path":"members"}]}"#,
      #"{"schemas":["\#(SCIMPatchOperation.schema)"]}"#,
      #"{"schemas":["\#(SCIMPatchOperation.schema)"],"Operations":[]}"#,
      #"{"schemas":["\#(SCIMPatchOperation.schema)"],"Operations":[{"op":"move","path":"members"}]}"#,
      #"{"schemas":["\#(SCIMPatchOperation.schema)"],"Operations":[{"op":"add","OP":"add","path":"members","value":["a"]}]}"#,
    ] {
      let body = try SCIMBodies.object(body)
      #expect(throws: SCIMError.self) { try type.splitMembers(ofPatch: body) }
      #expect(throws: SCIMError.self) {
        try type.patch(SCIMResource(attributes: JSONObject()), id: "g", with: body)
      }
    }
  }

  @Test func `the rest goes through the ordinary engine`() throws {
    let stored = try type.create(
      from: SCIMBodies.object(#"{"schemas":["\#(SCIMSchema.group.id)"],"displayName":"Eng"}"#))
    let split = try type.splitMembers(
      ofPatch: SCIMBodies.patch([
        #"{"op":"Add","path":"members","value":[{"value":"b"}]}"#,
        #"{"op":"replace","value":{"id":"g","displayName":"Eng 2","members":["c"]}}"#,
        #"{"op":"remove","path":"externalId"}"#,
      ]))
    let rest = try #require(split.rest)
    let new = try type.patch(stored, id: "g", with: rest)
    #expect(new.attributes["displayName"] == "Eng 2")
    #expect(split.edits.count == 2)
    #expect(throws: SCIMError.self) { try type.patch(stored, id: "h", with: rest) }
  }

  @Test func `types without members are handed through`() throws {
    let body = try SCIMBodies.patch([#"{"op":"add","path":"members","value":["b"]}"#])
    let split = try SCIMResourceType.user.splitMembers(ofPatch: body)
    #expect(split.rest == body)
    #expect(split.edits.isEmpty)
    #expect(SCIMResourceType.user.memberAttribute == nil)
  }
}
