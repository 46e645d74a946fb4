import Testing
import Transport

@testable import Actors

@Suite struct SCIMRenderingTests {
  private let type = SCIMResourceType.user
  private let meta = SCIMMeta(
    id: "u1", created: .init(milliseconds: 0), lastModified: .init(milliseconds: 5), version: 7)

  @Test func `stored bytes are led by schemas and id and end in meta`() throws {
    let resource = try SCIMBodies.stored(
      #"{"schemas":["x"],"userName":"a","name":{"givenName":"A"},"later":1}"#)
    let bytes = SCIMRendering.storedBytes(resource, type: type, meta: meta)
    #expect(
      String(decoding: bytes, as: UTF8.self) == """
        {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"u1","userName":"a",\
        "name":{"givenName":"A"},"meta":{"resourceType":"User",\
        "created":"1970-01-01T00:00:00.000Z","lastModified":"1970-01-01T00:00:00.005Z",\
        "version":"W/\\"7\\""}}
        """)
  }

  @Test func `splicing location and groups gives what rendering the tree gives`() throws {
    let groups: [JSONValue] = [["value": "g1", "display": #","meta":{"#]]
    for body in [SCIMBodies.oktaCreate, SCIMBodies.entraCreate] {
      let resource = try SCIMBodies.stored(body)
      let bytes = SCIMRendering.storedBytes(resource, type: type, meta: meta)
      for list in [[], groups] {
        let spliced = SCIMRendering.answer(
          bytes, location: type.location(of: "u1", baseURL: "https://h/scim/v2/s"),
          computed: list.isEmpty
            ? .none : SCIMComputed(name: "groups", bytes: JSONValue.array(list).bytes))
        let tree = type.render(resource, meta: meta, baseURL: "https://h/scim/v2/s", groups: list)
        #expect(String(decoding: spliced, as: UTF8.self) == tree.text)
      }
    }
  }

  @Test func `a stored resource comes back from its bytes`() throws {
    let resource = try SCIMBodies.stored(SCIMBodies.entraCreate)
    let bytes = SCIMRendering.storedBytes(resource, type: type, meta: meta)
    var back = try #require(try JSONValue(parsing: bytes).object)
    back["id"] = nil
    back["meta"] = nil
    #expect(back.text == resource.attributes.text)
  }

  @Test(arguments: [
    #"{"userName":"a","PassWord":"hush"}"#,
    #"{"Operations":[{"op":"replace","value":{"password":"hush"}}]}"#,
    #"{"Operations":[{"op":"replace","value":[{"password":"hush"}]}]}"#,
    #"{"Operations":[{"op":"replace","path":"password","value":"hush"}]}"#,
    #"{"Operations":[{"Op":"Replace","Path":" PASSWORD","VALUE":"hush"}]}"#,
    #"{"Operations":[{"op":"add","path":"urn:ietf:params:scim:schemas:core:2.0:User:password","value":"hush"}]}"#,
    #"{"Operations":[{"op":"add","value":{"urn:ietf:params:scim:schemas:core:2.0:User:password":"hush"}}]}"#,
    #"{"Operations":[{"op":"add","value":{"urn:ietf:params:scim:schemas:core:2.0:User":{"password":"hush"}}}]}"#,
    #"{"urn:scim:schemas:core:1.0":{"password":"hush"}}"#,
  ])
  func `a password is gone from wherever it can be`(body: String) throws {
    let clean = type.removingSecrets(from: try SCIMBodies.object(body))
    #expect(!clean.text.contains("hush"))
  }

  @Test func `a body without secrets stays as it is`() throws {
    let body = try SCIMBodies.object(SCIMBodies.entraCreate)
    #expect(type.removingSecrets(from: body).text == body.text)
    let hint = try SCIMBodies.object(#"{"passwordHint":"h","path":"title","value":"v"}"#)
    #expect(type.removingSecrets(from: hint).text == hint.text)
  }

  @Test func `a PATCH stripped of its password still applies`() throws {
    let body = try SCIMBodies.patch(
      #"{"op":"replace","path":"password","value":"hush"}"#,
      #"{"op":"replace","value":{"password":"hush"}}"#, #"{"op":"add","path":"title","value":"T"}"#)
    let new = try type.patch(
      SCIMBodies.stored(), id: "u1", with: type.removingSecrets(from: body))
    #expect(new.attributes["title"] == "T")
  }
}
