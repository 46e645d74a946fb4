import Testing
import Transport

@testable import Actors

@Suite struct SCIMCreateTests {
  private let type = SCIMResourceType.user

  private func create(_ members: String) throws -> SCIMResource {
    try type.create(from: SCIMBodies.user(members))
  }

  private func refusal(_ members: String) -> SCIMError? {
    do throws(any Error) {
      _ = try create(members)
      return nil
    } catch { return error as? SCIMError }
  }

  @Test func `Okta's create is kept in canonical order without password, groups and id`() throws {
    let resource = try SCIMBodies.stored()
    #expect(
      resource.attributes.text == """
        {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"00u1ada",\
        "userName":"ada@example.com","name":{"familyName":"Quill","givenName":"Ada"},\
        "displayName":"Ada Quill","locale":"en-US","active":true,\
        "emails":[{"value":"ada@example.com","type":"work","primary":true}]}
        """)
    #expect(resource.unknown.isEmpty)
  }

  @Test func `Entra's create keeps every block and reads True as true`() throws {
    let resource = try SCIMBodies.stored(SCIMBodies.entraCreate)
    #expect(resource.attributes["roles"]?.array?[0]["primary"] == true)
    #expect(resource.attributes[SCIMBodies.enterprise]?["manager"] == ["value": "m1"])
    #expect(resource.attributes["addresses"]?.array?[0]["country"] == "Gibraltar")
    #expect(resource.attributes["schemas"]?.array?.count == 2)
  }

  @Test func `names come in any case and go out canonical`() throws {
    let resource = try create(#""USERNAME":"a","Name":{"GIVENNAME":"A"},"Active":"True""#)
    #expect(resource.attributes["userName"] == "a")
    #expect(resource.attributes["name"] == ["givenName": "A"])
    #expect(resource.attributes["active"] == true)
  }

  @Test func `null, an empty list, an empty text and an empty object are all absent`() throws {
    let bare = try create(#""userName":"a""#)
    let void = try create(
      #""userName":"a","title":null,"nickName":"","emails":[],"name":{},"#
        + #""addresses":[{"type":null}],"\#(SCIMBodies.enterprise)":{"department":""}"#)
    #expect(void == bare)
  }

  @Test func `numbers for texts keep every digit`() throws {
    let resource = try create(
      #""userName":"a","externalId":701984,"addresses":[{"postalCode":01234e0}]"#
        .replacing("01234e0", with: "1234567890123456789012"))
    #expect(resource.attributes["externalId"] == "701984")
    #expect(
      resource.attributes["addresses"]?.array?[0]["postalCode"] == "1234567890123456789012")
  }

  @Test func `one object where a list belongs is a list of one`() throws {
    let resource = try create(#""userName":"a","emails":{"value":"a@b.c"}"#)
    #expect(resource.attributes["emails"] == [["value": "a@b.c"]])
  }

  @Test(arguments: [
    #""m1""#, #"{"value":"m1"}"#, #"[{"value":"m1"}]"#, #"["m1"]"#,
    #"{"value":"m1","displayName":"M"}"#,
  ])
  func `a manager comes as text, object or list and is echoed as value`(manager: String) throws {
    let resource = try create(
      #""userName":"a","\#(SCIMBodies.enterprise)":{"manager":\#(manager)}"#)
    #expect(resource.attributes[SCIMBodies.enterprise]?["manager"] == ["value": "m1"])
  }

  @Test func `identical values are kept once`() throws {
    let resource = try create(
      #""userName":"a","emails":[{"value":"x","type":"work"},{"type":"work","value":"x"}]"#)
    #expect(resource.attributes["emails"]?.array?.count == 1)
  }

  @Test func `what no schema knows is kept aside and never listed`() throws {
    let resource = try create(
      #""userName":"a","tShirt":"L","name":{"pet":"P"},"emails":[{"value":"x","note":"n"}],"#
        + #""urn:old:enterprise:2.0User":{"department":"D"},"#
        + #""\#(SCIMBodies.enterprise)":{"badge":7}"#)
    #expect(resource.attributes["name"] == nil)
    #expect(resource.attributes["emails"] == [["value": "x"]])
    #expect(
      JSONValue.object(resource.unknown) == [
        "tShirt": "L", "name": ["pet": "P"], "emails": [["value": "x", "note": "n"]],
        "urn:old:enterprise:2.0User": ["department": "D"],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": ["badge": 7],
      ])
    #expect(resource.attributes["schemas"] == [.string(SCIMBodies.core)])
  }

  @Test(arguments: [
    (#""displayName":"A""#, "userName is required."),
    (#""userName":null"#, "userName is required."),
    (#""userName":"a","active":"yes""#, "active must be true or false."),
    (#""userName":"a","title":{"x":1}"#, "title must be a string."),
    (#""userName":"a","name":"A B""#, "name must be an object."),
    (#""userName":"a","title":["x","y"]"#, "title takes one value, not a list."),
    (
      #""userName":"a","emails":[{"value":"x","primary":true},{"value":"y","primary":true}]"#,
      "emails may have only one primary value."
    ),
    (
      #""userName":"a","x509Certificates":[{"value":"%%"}]"#,
      "x509Certificates.value must be base64 text."
    ),
  ])
  func `a wrong value is refused by name`(members: String, detail: String) {
    #expect(refusal(members) == SCIMError(.invalidValue, detail))
  }

  @Test func `a body without schemas or with a name twice is not SCIM`() throws {
    #expect(throws: SCIMError.self) {
      try type.create(from: SCIMBodies.object(#"{"userName":"a"}"#))
    }
    #expect(refusal(#""userName":"a","USERNAME":"b""#)?.scimType == .invalidSyntax)
  }
}
