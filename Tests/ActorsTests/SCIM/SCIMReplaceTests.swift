import Testing
import Transport

@testable import Actors

@Suite struct SCIMReplaceTests {
  private let type = SCIMResourceType.user

  @Test func `what a PUT leaves out is gone, but active stays`() throws {
    let stored = try SCIMBodies.stored()
    let body = try SCIMBodies.user(#""userName":"ada@example.com""#)
    let new = try type.replace(stored, id: "u1", with: body)
    #expect(new.attributes.members.map(\.name) == ["schemas", "userName", "active"])
  }

  @Test func `active null keeps the stored value and active false sets it`() throws {
    let stored = try SCIMBodies.stored()
    for (sent, kept) in [("null", true), ("false", false), (#""False""#, false)] {
      let body = try SCIMBodies.user(#""userName":"ada@example.com","active":\#(sent)"#)
      #expect(
        try type.replace(stored, id: "u1", with: body).attributes["active"] == .bool(kept))
    }
  }

  @Test func `putting back what GET answered changes nothing`() throws {
    for body in [SCIMBodies.oktaCreate, SCIMBodies.entraCreate] {
      let stored = try SCIMBodies.stored(body)
      let meta = SCIMMeta(
        id: "u1", created: .init(milliseconds: 0), lastModified: .init(milliseconds: 1),
        version: 3)
      let answer = type.render(
        stored, meta: meta, baseURL: "https://h/scim/v2/s", groups: [["value": "g1"]])
      #expect(try type.replace(stored, id: "u1", with: answer) == stored)
    }
  }

  @Test func `Okta's and JumpCloud's PUTs are strict replacements`() throws {
    let stored = try SCIMBodies.stored()
    let okta = try type.replace(
      stored, id: "u1", with: SCIMBodies.object(SCIMBodies.oktaReplace))
    #expect(okta.attributes["name"]?["middleName"] == "Excited")
    #expect(okta.attributes["externalId"] == nil)
    let jumpCloud = try type.replace(
      stored, id: "u1", with: SCIMBodies.object(SCIMBodies.jumpCloudMinimal))
    #expect(jumpCloud.attributes["emails"] == nil)
    #expect(jumpCloud.attributes["displayName"] == nil)
  }

  @Test func `unknown attributes are replaced too`() throws {
    var stored = try SCIMBodies.stored()
    stored.unknown["tShirt"] = "L"
    let body = try SCIMBodies.user(#""userName":"a","hat":7"#)
    #expect(try type.replace(stored, id: "u1", with: body).unknown.text == #"{"hat":7}"#)
  }

  @Test func `an immutable value that is set must come back the same`() throws {
    let badge = SCIMResourceType(
      name: "Badge", description: "", endpoint: "/Badges",
      schema: SCIMSchema(
        id: "urn:x:Badge", name: "Badge", description: "",
        attributes: [
          SCIMAttribute("number", mutability: .immutable), SCIMAttribute("color"),
        ]))
    let object = SCIMBodies.object
    let stored = try badge.create(from: object(#"{"schemas":["urn:x:Badge"],"number":"7"}"#))
    let same = try object(#"{"schemas":["urn:x:Badge"],"number":"7","color":"red"}"#)
    #expect(try badge.replace(stored, id: "b", with: same).attributes["color"] == "red")
    let silent = try object(#"{"schemas":["urn:x:Badge"],"color":"red"}"#)
    #expect(try badge.replace(stored, id: "b", with: silent).attributes["number"] == "7")
    let other = try object(#"{"schemas":["urn:x:Badge"],"number":"8"}"#)
    #expect(throws: SCIMError.immutable("number")) {
      try badge.replace(stored, id: "b", with: other)
    }
  }
}
