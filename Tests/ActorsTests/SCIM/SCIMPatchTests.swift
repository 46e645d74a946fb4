import Testing
import Transport

@testable import Actors

@Suite struct SCIMPatchTests {
  private let type = SCIMResourceType.user
  private let ent = SCIMBodies.enterprise

  private func patched(
    _ operations: String..., from stored: SCIMResource? = nil
  ) throws -> SCIMResource {
    let body = try SCIMBodies.object(
      #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":["#
        + operations.joined(separator: ",") + "]}")
    return try type.patch(stored ?? SCIMBodies.stored(), id: "u1", with: body)
  }

  private func refusal(_ operations: String...) -> SCIMError? {
    do throws(any Error) {
      let body = try SCIMBodies.object(
        #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":["#
          + operations.joined(separator: ",") + "]}")
      _ = try type.patch(SCIMBodies.stored(), id: "u1", with: body)
      return nil
    } catch { return error as? SCIMError }
  }

  // Okta

  @Test func `Okta deactivates without a path`() throws {
    let new = try patched(#"{"op":"replace","value":{"active":false}}"#)
    #expect(new.attributes["active"] == false)
    #expect(new.attributes["userName"] == "ada@example.com")
  }

  @Test func `a password drops out and changes nothing`() throws {
    let stored = try SCIMBodies.stored()
    #expect(try patched(#"{"op":"replace","value":{"password":"x"}}"#) == stored)
    #expect(try patched(#"{"op":"replace","path":"password","value":"x"}"#) == stored)
    #expect(try patched(#"{"op":"replace","path":"password"}"#) == stored)
    #expect(
      try patched(#"{"op":"replace","path":"\#(SCIMBodies.core):password","value":"x"}"#) == stored)
  }

  @Test func `the resource's own id inside a value is passed over, another one is refused`() throws
  {
    let new = try patched(#"{"op":"replace","value":{"id":"u1","displayName":"B"}}"#)
    #expect(new.attributes["displayName"] == "B")
    #expect(
      refusal(#"{"op":"replace","value":{"id":"u2","displayName":"B"}}"#)?.scimType == .mutability)
  }

  @Test func `what Okta sends back of the server's own is passed over inside a value`() throws {
    let new = try patched(#"{"op":"replace","value":{"meta":{"x":1},"groups":[],"title":"T"}}"#)
    #expect(new.attributes["title"] == "T")
    #expect(refusal(#"{"op":"replace","path":"groups","value":[]}"#)?.scimType == .mutability)
  }

  // Entra

  @Test(arguments: [
    #"{"op":"Replace","path":"active","value":"False"}"#,
    #"{"op":"replace","path":"active","value":false}"#,
    #"{"OP":"REPLACE","Path":"ACTIVE","Value":"false","name":"x"}"#,
  ])
  func `Entra disables in both dialects`(operation: String) throws {
    #expect(try patched(operation).attributes["active"] == false)
  }

  @Test func `one path-less operation sets dotted and qualified names`() throws {
    let new = try patched(
      #"{"op":"replace","value":{"displayName":"D","name.givenName":"G","#
        + #""\#(ent):employeeNumber":"7","\#(ent)":{"department":"X"},"active":false,"#
        + #""emails[type eq \"work\"].value":"n@b.c"}}"#)
    #expect(new.attributes["name"] == ["familyName": "Quill", "givenName": "G"])
    #expect(new.attributes[ent] == ["employeeNumber": "7", "department": "X"])
    #expect(new.attributes["emails"]?.array?[0]["value"] == "n@b.c")
    #expect(new.attributes["schemas"]?.array?.count == 2)
  }

  @Test func `a value filter that finds its element changes it and leaves its siblings`() throws {
    let new = try patched(
      #"{"op":"Replace","path":"emails[type eq \"work\"].value","value":"n@b.c"}"#)
    #expect(
      new.attributes["emails"] == [["value": "n@b.c", "type": "work", "primary": true]])
  }

  @Test func `a canonical type that is not there yet is created, and the next one finds it`() throws
  {
    let new = try patched(
      #"{"op":"replace","path":"addresses[type eq \"work\"].locality","value":"L"}"#,
      #"{"op":"replace","path":"addresses[type eq \"work\"].region","value":"R"}"#,
      #"{"op":"add","path":"emails[type eq \"home\"].value","value":"h@b.c"}"#)
    #expect(new.attributes["addresses"] == [["locality": "L", "region": "R", "type": "work"]])
    #expect(new.attributes["emails"]?.array?.count == 2)
  }

  @Test func `another type is created by Replace and refused by replace`() throws {
    let path = #""path":"addresses[type eq \"untyped\"].country","value":"GI"}"#
    let new = try patched(#"{"op":"Replace",\#(path)"#)
    #expect(new.attributes["addresses"] == [["country": "GI", "type": "untyped"]])
    #expect(refusal(#"{"op":"replace",\#(path)"#)?.scimType == .noTarget)
    #expect(
      refusal(#"{"op":"Replace","path":"emails[value eq \"x\"].display","value":"y"}"#)?.scimType
        == .noTarget)
  }

  @Test func `roles are found and created by primary as text`() throws {
    let operations = [
      #"{"op":"Add","path":"roles[primary eq \"True\"].value","value":"admin"}"#,
      #"{"op":"Replace","path":"roles[primary eq \"True\"].display","value":"Admin"}"#,
    ]
    let new = try patched(operations[0], operations[1])
    #expect(
      new.attributes["roles"] == [["value": "admin", "display": "Admin", "primary": true]])
  }

  @Test func `a manager comes in every shape and goes with an empty text`() throws {
    for (path, value) in [
      ("manager", #""m2""#), ("\(ent):manager", #"{"value":"m2"}"#),
      ("\(ent):manager", #"[{"$ref":"../Users/m2","value":"m2"}]"#),
      ("\(ent):manager.value", #""m2""#), ("manager", #"{"value":"m2","displayName":"M"}"#),
    ] {
      let new = try patched(#"{"op":"Add","path":"\#(path)","value":\#(value)}"#)
      #expect(new.attributes[ent]?["manager"]?["value"] == "m2")
      let gone = try patched(#"{"op":"Replace","path":"manager","value":""}"#, from: new)
      #expect(gone.attributes[ent] == nil)
      #expect(gone.attributes["schemas"]?.array?.count == 1)
      let removed = try patched(#"{"op":"Remove","path":"\#(ent):manager"}"#, from: new)
      #expect(removed == gone)
    }
    #expect(
      refusal(#"{"op":"add","path":"manager.displayName","value":"M"}"#)?.scimType == .mutability)
  }

  @Test func `a reference to the manager before does not outlive him`() throws {
    let first = try patched(
      #"{"op":"add","path":"manager","value":{"value":"m1","$ref":"../Users/m1"}}"#)
    let second = try patched(#"{"op":"replace","path":"manager","value":"m2"}"#, from: first)
    #expect(second.attributes[ent]?["manager"] == ["value": "m2"])
  }

  // RFC 7644

  @Test func `add appends to a list, once`() throws {
    let operation = #"{"op":"add","path":"emails","value":[{"value":"h@b.c","type":"home"}]}"#
    let new = try patched(operation, operation)
    #expect(new.attributes["emails"]?.array?.count == 2)
    #expect(try patched(operation, from: new) == new)
  }

  @Test func `add of an element with the same value and type fills it up`() throws {
    let new = try patched(
      #"{"op":"add","path":"emails","value":{"value":"ada@example.com","type":"work","display":"A"}}"#
    )
    #expect(new.attributes["emails"]?.array?.count == 1)
    #expect(new.attributes["emails"]?.array?[0]["display"] == "A")
    #expect(new.attributes["emails"]?.array?[0]["primary"] == true)
  }

  @Test func `a new primary value takes the place of the old one`() throws {
    let new = try patched(
      #"{"op":"add","path":"emails","value":[{"value":"h@b.c","type":"home","primary":true}]}"#)
    #expect(new.attributes["emails"]?.array?.map { $0["primary"] } == [false, true])
    let back = try patched(
      #"{"op":"replace","path":"emails[type eq \"work\"].primary","value":true}"#, from: new)
    #expect(back.attributes["emails"]?.array?.map { $0["primary"] } == [true, false])
    #expect(
      refusal(
        #"{"op":"add","path":"phoneNumbers","value":[{"value":"1","primary":true},{"value":"2","primary":true}]}"#
      )?
      .scimType == .invalidValue)
  }

  @Test func `replace exchanges a list, merges an object and sets a value`() throws {
    let new = try patched(
      #"{"op":"replace","path":"emails","value":[{"value":"x@b.c"}]}"#,
      #"{"op":"replace","path":"name","value":{"givenName":"G"}}"#,
      #"{"op":"replace","path":"title","value":"T"}"#)
    #expect(new.attributes["emails"] == [["value": "x@b.c"]])
    #expect(new.attributes["name"] == ["familyName": "Quill", "givenName": "G"])
    #expect(new.attributes["title"] == "T")
  }

  @Test func `remove takes away a value, a part, an element or a list`() throws {
    let new = try patched(
      #"{"op":"remove","path":"displayName"}"#, #"{"op":"remove","path":"name.givenName"}"#,
      #"{"op":"remove","path":"emails[type eq \"work\" and value co \"ada\"]"}"#)
    #expect(new.attributes["displayName"] == nil)
    #expect(new.attributes["name"] == ["familyName": "Quill"])
    #expect(new.attributes["emails"] == nil)
    #expect(try patched(#"{"op":"remove","path":"emails"}"#).attributes["emails"] == nil)
    let cleared = try patched(#"{"op":"remove","path":"emails[type eq \"work\"].value"}"#)
    #expect(cleared.attributes["emails"] == nil)
  }

  @Test func `remove of what is not there succeeds`() throws {
    let stored = try SCIMBodies.stored()
    #expect(
      try patched(
        #"{"op":"remove","path":"nickName"}"#, #"{"op":"remove","path":"emails[type eq \"x\"]"}"#,
        #"{"op":"remove","path":"addresses[not (type eq \"x\")].region"}"#) == stored)
  }

  @Test func `Remove with a value takes only what the value names`() throws {
    let two = try patched(
      #"{"op":"add","path":"emails","value":[{"value":"h@b.c","type":"home"}]}"#)
    let one = try patched(
      #"{"op":"Remove","path":"emails","value":[{"value":"H@b.c"}]}"#, from: two)
    #expect(one == (try SCIMBodies.stored()))
    #expect(try patched(#"{"op":"Remove","path":"emails","value":[]}"#, from: two) == two)
  }

  @Test func `operations see what the ones before them did, and all or none apply`() throws {
    #expect(
      try patched(
        #"{"op":"add","path":"title","value":"A"}"#, #"{"op":"remove","path":"title"}"#,
        #"{"op":"add","path":"title","value":"B"}"#
      ).attributes["title"] == "B")
    let error = refusal(
      #"{"op":"add","path":"title","value":"A"}"#, #"{"op":"remove","path":"userName"}"#)
    #expect(
      error
        == SCIMError(.mutability, "Operation 2: userName is required and cannot be removed."))
  }

  @Test(arguments: [
    (#"{"op":"remove"}"#, SCIMErrorType.noTarget),
    (#"{"op":"remove","path":"userName"}"#, .mutability),
    (#"{"op":"replace","path":"userName","value":null}"#, .invalidValue),
    (#"{"op":"replace","path":"id","value":"x"}"#, .mutability),
    (#"{"op":"replace","path":"meta.version","value":"x"}"#, .mutability),
    (#"{"op":"replace","path":"active","value":"maybe"}"#, .invalidValue),
    (#"{"op":"add","path":"title"}"#, .invalidValue),
    (#"{"op":"move","path":"title"}"#, .invalidSyntax),
    (#"{"path":"title","value":"x"}"#, .invalidSyntax),
    (#"{"op":"add","value":"x"}"#, .invalidValue),
    (#"{"op":"add","path":7,"value":"x"}"#, .invalidPath),
    (#"{"op":"add","path":"ti tle","value":"x"}"#, .invalidPath),
    (#"{"op":"add","path":"emails[type eq","value":"x"}"#, .invalidPath),
    (#"{"op":"add","path":"emails[type eq \"work\"].nope","value":"x"}"#, .invalidPath),
    (#"{"op":"add","path":"userName.x","value":"x"}"#, .invalidPath),
    (#"{"op":"add","path":"nope[type eq \"work\"].value","value":"x"}"#, .invalidPath),
    (#"{"op":"add","path":"title[value eq \"work\"]","value":"x"}"#, .invalidPath),
    (#"{"op":"add","path":"emails[primary gt true]","value":"x"}"#, .invalidFilter),
    (#"{"op":"replace","path":"emails[value sw \"q\"].type","value":"x"}"#, .noTarget),
    (#"{"op":"remove","path":"schemas"}"#, .mutability),
    (#"{"op":"remove","path":"urn:ietf:params:scim:schemas:core:2.0:User"}"#, .mutability),
  ])
  func `what cannot be applied is refused with its keyword`(
    operation: String, type: SCIMErrorType
  ) {
    #expect(refusal(operation)?.scimType == type)
  }

  @Test func `a PATCH without its schema or operations is refused`() throws {
    for body in [
      #"{"Operations":[{"op":"remove","path":"title"}]}"#,
      #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}"#,
      #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[]}"#,
    ] {
      #expect(throws: SCIMError.self) {
        try type.patch(SCIMBodies.stored(), id: "u1", with: SCIMBodies.object(body))
      }
    }
    let loose = try SCIMBodies.object(
      #"{"id":"x","schemas":["URN:ietf:params:scim:api:messages:2.0:PatchOp"],"#
        + #""operations":[{"op":"add","path":"title","value":"T"}]}"#)
    #expect(
      try type.patch(SCIMBodies.stored(), id: "u1", with: loose).attributes["title"] == "T")
  }

  // Unknown attributes

  @Test func `what no schema knows is kept by path, by URN and by block`() throws {
    let new = try patched(
      #"{"op":"add","path":"tShirt","value":"L"}"#,
      #"{"op":"Replace","path":"urn:old:2.0User:department","value":"D"}"#,
      #"{"op":"add","value":{"urn:x:1.0:Y":{"a":1,"password":"p"},"name.pet":"P"}}"#,
      #"{"op":"add","path":"urn:x:1.0:Y:b","value":[2]}"#,
      #"{"op":"add","path":"urn:x:1.0:Y:b","value":[2,3]}"#,
      #"{"op":"add","path":"\#(ent):badge","value":7}"#)
    #expect(
      JSONValue.object(new.unknown) == [
        "tShirt": "L", "urn:old:2.0User": ["department": "D"],
        "urn:x:1.0:Y": ["a": 1, "b": [2, 3]], "name": ["pet": "P"],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": ["badge": 7],
      ])
    #expect(new.attributes == (try SCIMBodies.stored()).attributes)
    let gone = try patched(
      #"{"op":"remove","path":"urn:x:1.0:Y"}"#, #"{"op":"remove","path":"TSHIRT"}"#,
      #"{"op":"remove","path":"urn:old:2.0User:department"}"#,
      #"{"op":"remove","path":"name"}"#, #"{"op":"remove","path":"\#(ent)"}"#, from: new)
    #expect(gone.unknown.isEmpty)
  }

  @Test func `what is kept beside an element goes with the element`() throws {
    let new = try patched(
      #"{"op":"add","path":"emails","value":[{"value":"h@b.c","type":"home","note":"n"}]}"#)
    #expect(
      new.unknown["emails"] == [["value": "h@b.c", "type": "home", "note": "n"]])
    let gone = try patched(#"{"op":"remove","path":"emails[type eq \"home\"]"}"#, from: new)
    #expect(gone == (try SCIMBodies.stored()))
  }

  @Test func `an unqualified name means the kept attribute before an extension's`() throws {
    var stored = try SCIMBodies.stored()
    stored.unknown["department"] = "old"
    let new = try patched(#"{"op":"replace","path":"department","value":"new"}"#, from: stored)
    #expect(new.unknown["department"] == "new")
    #expect(new.attributes == stored.attributes)
  }
}
