import Testing
import Transport

@testable import Pipeline

/// JumpCloud: everything by PUT, the whole user or as little as its name.
@Suite(.oneServer, .timeLimit(.minutes(5)))
struct JumpCloudTests {
  private static let both: JSONValue = [JSONValue(SCIM.user), JSONValue(SCIM.enterprise)]

  private static var person: JSONValue {
    [
      "active": true, "displayName": "Juno Cloud", "externalId": "66e2-juno", "locale": "en-US",
      "addresses": [
        [
          "country": "US", "locality": "Testville", "postalCode": "00000", "primary": true,
          "region": "TS", "streetAddress": "1 Example Street", "type": "work",
        ]
      ],
      "emails": [["primary": true, "type": "work", "value": "juno@example.com"]],
      "name": ["familyName": "Cloud", "givenName": "Juno"],
      "phoneNumbers": [["primary": true, "type": "work", "value": "tel:+1-555-555-0100"]],
      "preferredLanguage": "en-US", "schemas": both, "userName": "juno@example.com",
    ]
  }

  @Test func `activation lists users, and the first user is made with its telephone`() async throws
  {
    let (jumpCloud, api) = try await ConformanceServer.story(.jumpCloud)
    #expect(try await jumpCloud.get("/Users").isList(of: 0))
    let made = try await jumpCloud.post("/Users", Self.person)
    #expect(made.status == 201 && made["externalId"] == "66e2-juno", "\(made)")
    #expect(made.at("phoneNumbers.0.value") == "tel:+1-555-555-0100")
    #expect(made.at("addresses.0.streetAddress") == "1 Example Street")
    #expect(made["schemas"] == [JSONValue(SCIM.user)], "an extension without values is not listed")
    let employee = try await api.get("/hris/employees").at("data.0")
    #expect(employee?["workLocation"]?["city"] == "Testville")
  }

  @Test func `a full PUT replaces, a minimal one leaves nothing but what it names`() async throws {
    let jumpCloud = try await ConformanceServer.connect(.jumpCloud)
    let id = try await jumpCloud.post("/Users", Self.person).id
    let full = Self.person.setting("id", to: JSONValue(id)).setting("addresses", to: [])
      .setting("phoneNumbers", to: []).setting("title", to: "Captain")
      .setting("schemas", to: [JSONValue(SCIM.enterprise), JSONValue(SCIM.user)])
      .setting("photos", to: [["value": "https://img.example.com/1.png"]])
      .setting(SCIM.enterprise, to: ["department": "Harbour"])
    let put = try await jumpCloud.put("/Users/\(id)", full)
    #expect(put.status == 200 && put.enterprise == ["department": "Harbour"], "\(put)")
    #expect(put["photos"]?.array?.count == 1 && put["title"] == "Captain")
    #expect(put["addresses"] == nil && put["phoneNumbers"] == nil)
    let minimal: JSONValue = [
      "active": true, "emails": .null, "id": JSONValue(id), "schemas": [JSONValue(SCIM.user)],
      "name": ["familyName": "Cloud", "givenName": "Juno"], "userName": "juno@example.com",
    ]
    let cut = try await jumpCloud.put("/Users/\(id)", minimal)
    #expect(cut.status == 200 && cut["name"] == ["familyName": "Cloud", "givenName": "Juno"])
    for gone in ["emails", "photos", "title", "displayName", SCIM.enterprise] {
      #expect(cut[gone] == nil, "\(gone)")
    }
    #expect(cut["schemas"] == [JSONValue(SCIM.user)])
  }

  @Test func `somebody suspended is put inactive and back`() async throws {
    let jumpCloud = try await ConformanceServer.connect(.jumpCloud)
    let id = try await jumpCloud.post("/Users", Self.person).id
    for active in [false, true] {
      let body = Self.person.setting("active", to: JSONValue(active))
      #expect(try await jumpCloud.put("/Users/\(id)", body)["active"] == JSONValue(active))
    }
  }
}
