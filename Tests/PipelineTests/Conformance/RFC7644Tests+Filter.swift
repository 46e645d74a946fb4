import Testing
import Transport

@testable import Pipeline

/// The filter language (RFC 7644 §3.4.2.2) as a caller meets it.
extension RFC7644Tests {
  @Test(arguments: [
    // Grouping, then `not`, then `and`, then `or`.
    ("userName eq \"ann\" or userName eq \"bob\" and active eq false", "ann bob"),
    ("(userName eq \"ann\" or userName eq \"bob\") and active eq false", "bob"),
    ("not (active eq true)", "bob"), ("NOT (userName sw \"a\") AND active eq true", "cyd"),
    // Operators, names and URNs in any case; texts as their attribute says.
    ("USERNAME Eq \"ANN\"", "ann"), ("externalId eq \"Ext-ann\"", "ann"),
    ("externalId eq \"ext-ANN\"", ""),
    ("URN:ietf:params:scim:schemas:core:2.0:user:userName eq \"cyd\"", "cyd"),
    ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq \"Deck\"", "cyd"),
    // Any value of many; the same element only in brackets.
    ("emails.type eq \"home\" and emails.value co \"work\"", "ann"),
    ("emails[type eq \"home\" and value co \"work\"]", ""),
    ("emails[type eq \"home\" and value co \"home\"]", "ann"), ("emails co \"ann-home\"", "ann"),
    // Presence and absence; false is something.
    ("title pr", "ann"), ("active pr", "ann bob cyd"), ("title eq null", "bob cyd"),
    ("not (title pr)", "bob cyd"), ("nickName pr", ""),
    // Order, also of times with a zone.
    ("userName gt \"ann\" and userName le \"bob\"", "bob"),
    ("meta.created gt \"2015-10-10T14:38:21.8617979-07:00\"", "ann bob cyd"),
    ("meta.lastModified lt \"2015-10-10T14:38:21Z\"", ""),
    ("userName ew \"d\"", "cyd"), ("title ne \"Captain\"", "bob cyd"),
    // What a type does not define has no value.
    ("shoeSize eq 43", ""), ("shoeSize pr or userName eq \"bob\"", "bob"),
  ])
  func `a filter means what the grammar says`(filter: String, wanted: String) async throws {
    let client = try await Self.crew()
    let answer = try await client.get(SCIM.filter(filter))
    #expect(answer.status == 200, "\(answer)")
    let names = answer.resources.compactMap { $0["userName"]?.string }.joined(separator: " ")
    #expect(names == wanted)
    #expect(answer["totalResults"] == JSONValue(answer.resources.count))
  }

  @Test(arguments: [
    "userName", "userName eq", "userName eq ann", "userName is \"ann\"", "not userName pr",
    "(userName eq \"ann\"", "userName eq \"ann\")", "emails[type eq \"work\"", "and", "",
    "userName eq \"ann\" or", "active gt true", "name eq \"Ann\"", "userName sw O", "1 eq 1",
    "userName eq 'ann'", "userName eq \"a\" \"b\"", "emails[type eq \"work\"] eq \"x\"",
  ])
  func `what is no filter is refused and says so`(filter: String) async throws {
    let client = try await ConformanceServer.connect(.okta)
    let answer = try await client.get(SCIM.filter(filter))
    #expect(answer.isSCIMError(400) && answer["scimType"] == "invalidFilter", "\(answer)")
  }

  /// Ann has everything, Bob left, Cyd is on deck.
  private static func crew() async throws -> TestClient {
    let client = try await ConformanceServer.connect(.okta)
    let ann = person("ann").setting("externalId", to: "Ext-ann").setting("title", to: "Captain")
      .setting(
        "emails",
        to: [
          ["type": "work", "value": "ann-work@example.com"],
          ["type": "home", "value": "ann-home@example.com"],
        ]
      )
    let cyd = person("cyd").setting(SCIM.enterprise, to: ["department": "Deck"])
    for body in [ann, person("bob").setting("active", to: false), cyd] {
      let made = try await client.post(
        "/Users",
        body.object?["active"] == nil
          ? body.setting("active", to: true) : body)
      #expect(made.status == 201, "\(made)")
    }
    return client
  }
}
