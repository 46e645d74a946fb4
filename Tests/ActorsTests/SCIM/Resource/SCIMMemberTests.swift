import Testing
import Transport

@testable import Actors

@Suite struct SCIMMemberTests {
  private func split(_ members: String) throws -> (rest: JSONObject, members: [SCIMMember]?) {
    try SCIMResourceType.group.splitMembers(
      ofResource: SCIMBodies.object(#"{"schemas":["x"],"displayName":"Eng"\#(members)}"#))
  }

  @Test func `a member is read from an object or a bare id and written canonically`() throws {
    let member = try SCIMMember(
      ["Display": "A", "TYPE": "User", "value": "a", "$ref": "../Users/a", "x": 1])
    #expect(
      member.json.text
        == #"{"value":"a","$ref":"../Users/a","type":"User","display":"A"}"#)
    #expect(try SCIMMember("a").json.text == #"{"value":"a"}"#)
    #expect(try SCIMMember(.object(member.json)) == member)
    #expect(throws: SCIMError.self) { try SCIMMember(["display": "A"]) }
    #expect(throws: SCIMError.self) { try SCIMMember(["value": "a", "display": true]) }
  }

  @Test func `members leave the body, each once and in order`() throws {
    let found = try split(
      #","Members":[{"value":"b","display":null},"a",{"value":"b","display":"B"}]"#)
    #expect(found.members == [SCIMMember(value: "b"), SCIMMember(value: "a")])
    #expect(found.rest.text == #"{"schemas":["x"],"displayName":"Eng"}"#)
  }

  @Test func `nothing sent, null and an empty list are told apart`() throws {
    #expect(try split("").members == nil)
    #expect(try split(#","members":null"#).members == nil)
    #expect(try split(#","members":[]"#).members == [])
    #expect(try split(#","members":{"value":"a"}"#).members == [SCIMMember(value: "a")])
  }

  @Test func `members sent twice or without id are refused`() {
    #expect(throws: SCIMError.self) { try split(#","members":[],"Members":[]"#) }
    #expect(throws: SCIMError.self) { try split(#","members":[{"display":"A"}]"#) }
    #expect(throws: SCIMError.self) { try split(#","members":[true]"#) }
  }
}
