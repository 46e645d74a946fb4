import Testing
import Transport

@testable import Actors

/// RFC 7644 §3.5.2 point by point, and what identity providers make of it.
@Suite struct SCIMPatchAuditTests {
  private let type = SCIMResourceType.user
  private let ent = SCIMBodies.enterprise

  private func patched(_ operations: String...) throws -> JSONObject {
    try type.patch(
      SCIMBodies.stored(), id: "u1", with: SCIMBodies.patch(operations)
    ).attributes
  }

  private func refusal(_ operations: String...) -> SCIMErrorType? {
    do throws(any Error) {
      _ = try type.patch(SCIMBodies.stored(), id: "u1", with: SCIMBodies.patch(operations))
      return nil
    } catch { return (error as? SCIMError)?.scimType }
  }

  @Test(arguments: [
    (#"{"op":"add","path":"title","value":"T"}"#, "title", #""T""#),
    (#"{"op":"replace","path":"nickName","value":"N"}"#, "nickName", #""N""#),
    (#"{"OP":"ADD","PATH":"TITLE","VALUE":"T","extra":1}"#, "title", #""T""#),
    (#"{"op":"add","value":{"TITLE":"T"}}"#, "title", #""T""#),
    (#"{"op":"add","value":[{"title":"T"}]}"#, "title", #""T""#),
    (#"{"op":"replace","path":"title","value":["T"]}"#, "title", #""T""#),
    (#"{"op":"replace","path":"title","value":[{"value":"T"}]}"#, "title", #""T""#),
    (#"{"op":"Replace","path":"active","value":"FALSE"}"#, "active", "false"),
    (#"{"op":"Replace","path":"active","value":["False"]}"#, "active", "false"),
    (
      #"{"op":"add","path":"ims[type eq \"xmpp\"].value","value":"a"}"#, "ims",
      #"[{"value":"a","type":"xmpp"}]"#
    ),
    (
      #"{"op":"replace","path":"ims[type eq \"XMPP\"].value","value":"a"}"#, "ims",
      #"[{"value":"a","type":"xmpp"}]"#
    ),
    (
      #"{"op":"replace","path":"entitlements[type eq \"any\"].value","value":"a"}"#,
      "entitlements", #"[{"value":"a","type":"any"}]"#
    ),
    (
      #"{"op":"Replace","path":"photos[type eq \"face\"].value","value":"a"}"#, "photos",
      #"[{"value":"a","type":"face"}]"#
    ),
    (
      #"{"op":"add","path":"urn:ietf:params:scim:schemas:core:2.0:User:name.middleName","value":"M"}"#,
      "name", #"{"familyName":"Quill","givenName":"Ada","middleName":"M"}"#
    ),
    (
      #"{"op":"add","path":"name","value":{"middleName":"M","givenName":null}}"#, "name",
      #"{"familyName":"Quill","middleName":"M"}"#
    ),
    (
      #"{"op":"replace","path":"name","value":{"givenName":"B"}}"#, "name",
      #"{"familyName":"Quill","givenName":"B"}"#
    ),
  ])
  func `an operation sets what it names`(operation: String, name: String, value: String) throws {
    #expect(try patched(operation)[name]?.text == value)
  }

  @Test func `one new element grows over several operations`() throws {
    let new = try patched(
      #"{"op":"Replace","path":"addresses[type eq \"work\"].locality","value":"Town"}"#,
      #"{"op":"Replace","path":"addresses[type eq \"work\"].region","value":"R"}"#,
      #"{"op":"Add","path":"addresses[type eq \"work\"].country","value":"C"}"#)
    #expect(
      new["addresses"]?.text
        == #"[{"locality":"Town","region":"R","country":"C","type":"work"}]"#)
  }

  @Test(arguments: ["add", "replace"])
  func `a primary value demotes the others however it comes`(op: String) throws {
    for operation in [
      #"{"op":"\#(op)","path":"emails[type eq \"home\"].primary","value":true}"#,
      #"{"op":"\#(op)","path":"emails[type eq \"home\"]","value":{"primary":"True"}}"#,
      #"{"op":"\#(op)","path":"emails[type eq \"home\"]","value":[{"primary":true}]}"#,
    ] {
      let new = try patched(
        #"{"op":"add","path":"emails","value":{"value":"b@example.com","type":"home"}}"#, operation)
      let primary = new["emails"]?.array?.map { $0["primary"] == true }
      #expect(primary == [false, true], "\(operation)")
    }
  }

  @Test func `parts that stand in a list of one are unwrapped for a reference`() throws {
    let new = try patched(
      #"{"op":"Add","path":"\#(ent):manager","value":[{"$ref":"../Users/m","value":"m"}]}"#)
    #expect(new[ent]?["manager"]?.text == #"{"value":"m","$ref":"../Users/m"}"#)
    #expect(new["schemas"]?.array?.contains(.string(ent)) == true)
  }

  @Test func `the last element removed unassigns the attribute, and the last part its object`()
    throws
  {
    let new = try patched(
      #"{"op":"remove","path":"emails[type eq \"work\"]"}"#,
      #"{"op":"remove","path":"name.givenName"}"#, #"{"op":"remove","path":"name.familyName"}"#)
    #expect(new["emails"] == nil && new["name"] == nil)
  }

  @Test func `a part removed by filter leaves the element`() throws {
    let new = try patched(#"{"op":"remove","path":"emails[type eq \"work\"].primary"}"#)
    #expect(new["emails"]?.text == #"[{"value":"ada@example.com","type":"work"}]"#)
  }

  @Test func `removing by filter does not need the value some send along`() throws {
    let new = try patched(
      #"{"op":"Remove","path":"emails[type eq \"work\"]","value":[{"value":"else"}]}"#)
    #expect(new["emails"] == nil)
  }

  @Test func `several primaries may be named where they are removed, not where they are set`()
    throws
  {
    let both = #"[{"value":"a","primary":true},{"value":"ada@example.com","primary":true}]"#
    let new = try patched(#"{"op":"Remove","path":"emails","value":\#(both)}"#)
    #expect(new["emails"] == nil)
    #expect(refusal(#"{"op":"add","path":"emails","value":\#(both)}"#) == .invalidValue)
  }

  @Test(arguments: [
    #"{"op":"remove"}"#, #"{"op":"remove","path":""}"#, #"{"op":"remove","value":{"title":"x"}}"#,
    #"{"op":"replace","path":"emails[type eq \"odd\"].value","value":"x"}"#,
    #"{"op":"Replace","path":"emails[value eq \"odd\"].display","value":"x"}"#,
    #"{"op":"add","path":"emails[type eq \"a\" or type eq \"b\"].value","value":"x"}"#,
  ])
  func `without a target there is noTarget`(operation: String) {
    #expect(refusal(operation) == .noTarget)
  }

  @Test func `a refused operation undoes those before it`() throws {
    let stored = try SCIMBodies.stored()
    let body = try SCIMBodies.patch([
      #"{"op":"replace","path":"title","value":"T"}"#, #"{"op":"remove","path":"userName"}"#,
    ])
    #expect {
      try type.patch(stored, id: "u1", with: body)
    } throws: { error in
      let error = error as? SCIMError
      return error?.scimType == .mutability && error?.detail.hasPrefix("Operation 2") == true
    }
    #expect(try stored == SCIMBodies.stored())
  }
}
