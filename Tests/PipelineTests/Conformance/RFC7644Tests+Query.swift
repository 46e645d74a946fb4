import Testing
import Transport

@testable import Pipeline

/// Lists: pages, order, projection, search (RFC 7644 §3.4.2, §3.4.3, §3.9).
extension RFC7644Tests {
  @Test(arguments: [
    ("startIndex=0", 1, 5), ("startIndex=-7", 1, 5), ("count=-1", 1, 0), ("count=0", 1, 0),
    ("startIndex=2&count=2", 2, 2), ("startIndex=5&count=9", 5, 1), ("startIndex=6", 6, 0),
    ("startIndex=99&count=3", 99, 0), ("count=100", 1, 5),
  ])
  func `a page is what was asked for, and its total counts everybody`(
    query: String, startIndex: Int, shown: Int
  ) async throws {
    let client = try await Self.people(5)
    let answer = try await client.get("/Users?\(query)")
    #expect(answer.isList(of: 5) && answer["startIndex"] == JSONValue(startIndex), "\(answer)")
    #expect(answer.resources.count == shown && answer["itemsPerPage"] == JSONValue(shown))
  }

  @Test(arguments: ["startIndex=x", "count=1.5", "count=ten", "startIndex=1e2"])
  func `a page that is no number is refused`(query: String) async throws {
    let client = try await Self.people(1)
    let answer = try await client.get("/Users?\(query)")
    #expect(answer.isSCIMError(400) && answer["scimType"] == "invalidValue", "\(answer)")
  }

  @Test func `attributes and excludedAttributes shape every answer that holds a resource`()
    async throws
  {
    let (client, made) = try await Self.made()
    let id = try made.id
    let body = OktaUser("person@example.com").creation
    let patch = SCIM.patch(SCIM.op("replace", "nickName", "Nick"))
    let other = OktaUser("other@example.com").creation
    let some = "attributes=userName,name.givenName"
    for answer in [
      try await client.get("/Users/\(id)?\(some)"),
      try await client.put("/Users/\(id)?\(some)", body),
      try await client.patch("/Users/\(id)?\(some)", patch),
      try await client.post("/Users?\(some)", other),
    ] {
      #expect(answer.status < 300 && answer["userName"] != nil, "\(answer)")
      #expect(answer["name"] == ["givenName": "Testa"] && answer["emails"] == nil)
      #expect(answer["id"] != nil && answer["schemas"] != nil)
    }
    let listed = try await client.get("/Users?\(some)").resources
    #expect(listed.count == 2 && listed.allSatisfy { $0["id"] != nil && $0["emails"] == nil })
    let without = try await client.get(
      "/Users/\(id)?excludedAttributes=id,schemas,emails,name.givenName")
    #expect(without["id"] == JSONValue(id) && without["schemas"] != nil, "always returned")
    #expect(without["emails"] == nil && without["name"] == ["familyName": "Person"])
  }

  @Test func `a projection takes URNs and any case, and never shows what is never returned`()
    async throws
  {
    let client = try await ConformanceServer.connect(.okta)
    let body = OktaUser("urn@example.com").creation
      .setting(SCIM.enterprise, to: ["department": "Dep", "division": "Div"])
    let id = try await client.post("/Users", body).id
    let one = try await client.get("/Users/\(id)?attributes=\(SCIM.enterprise):department")
    #expect(one.enterprise == ["department": "Dep"] && one["userName"] == nil, "\(one)")
    let block = try await client.get("/Users/\(id)?attributes=\(SCIM.enterprise)")
    #expect(block.enterprise == ["department": "Dep", "division": "Div"])
    let core = try await client.get("/Users/\(id)?attributes=\(SCIM.user):USERNAME,password")
    #expect(core["userName"] == "urn@example.com" && core["password"] == nil)
    let both = try await client.get("/Users/\(id)?attributes=userName&excludedAttributes=name")
    #expect(both.isSCIMError(400))
    let unknown = try await client.get("/Users/\(id)?attributes=nothing")
    #expect(unknown.status == 200 && unknown["id"] != nil && unknown["userName"] == nil)
  }

  @Test func `a list is sorted by what it is asked, missing values last, descending first`()
    async throws
  {
    let client = try await ConformanceServer.connect(.okta)
    for (name, title) in [("b", "Zulu"), ("A", nil), ("c", "alpha")] as [(String, String?)] {
      let body = Self.person("\(name)@example.com")
      let titled = title.map { body.setting("title", to: JSONValue($0)) } ?? body
      _ = try await client.post("/Users", titled)
    }
    func order(_ query: String) async throws -> String {
      try await client.get("/Users?\(query)").resources
        .compactMap { $0["userName"]?.string?.prefix(1) }.joined()
    }
    #expect(try await order("sortBy=userName") == "Abc")
    #expect(try await order("sortBy=USERNAME&sortOrder=descending") == "cbA")
    #expect(try await order("sortBy=title") == "cbA")
    #expect(try await order("sortBy=title&sortOrder=descending") == "Abc")
    #expect(try await order("sortBy=meta.created") == "bAc")
    #expect(try await order("sortBy=nothing") == "bAc", "what cannot be sorted by is ignored")
    #expect(try await order("sortBy=userName&startIndex=2&count=1") == "b")
  }

  @Test func `a list is sorted by the primary of several values`() async throws {
    let client = try await ConformanceServer.connect(.okta)
    for (name, first, second) in [("one", "m", "z"), ("two", "y", "a")] {
      let emails: JSONValue = [
        ["value": JSONValue("\(first)@example.com"), "type": "home"],
        ["value": JSONValue("\(second)@example.com"), "type": "work", "primary": true],
      ]
      _ = try await client.post("/Users", Self.person(name).setting("emails", to: emails))
    }
    let sorted = try await client.get("/Users?sortBy=emails").resources
    #expect(sorted.map { $0["userName"] } == ["two", "one"])
  }

  @Test(arguments: ["/Users/.search", "/.search"])
  func `a search is a list whose parameters stand in the body`(path: String) async throws {
    let client = try await Self.people(5)
    let body: JSONValue = [
      "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
      "filter": "userName sw \"p\" and not (userName eq \"p3@example.com\")",
      "attributes": ["userName"], "sortBy": "userName", "sortOrder": "descending",
      "startIndex": 2, "count": 2,
    ]
    let answer = try await client.post(path, body)
    #expect(answer.isList(of: 4) && answer["startIndex"] == 2, "\(answer)")
    #expect(answer.resources.map { $0["userName"] } == ["p2@example.com", "p1@example.com"])
    #expect(answer.resources.allSatisfy { $0["meta"] == nil && $0["id"] != nil })
    let wrong = try await client.post(path, body.setting("schemas", to: ["urn:other"]))
    #expect(wrong.isSCIMError(400))
    let invalid = try await client.post(path, body.setting("filter", to: "userName eq"))
    #expect(invalid.isSCIMError(400) && invalid["scimType"] == "invalidFilter")
    #expect(try await client.get(path).isSCIMError(405))
  }

  @Test func `a query of the Base URL looks through every type`() async throws {
    let client = try await Self.people(2)
    let answer = try await client.get(SCIM.filter("userName eq \"p1@example.com\"", in: ""))
    #expect(answer.isList(of: 1) && answer.at("Resources.0.meta.resourceType") == "User")
    #expect(try await client.get(SCIM.filter("nothing eq \"x\"", in: "")).isList(of: 0))
  }

  /// RFC 9865.
  @Test func `cursors lead through everybody once and are good for one query`() async throws {
    let client = try await Self.people(5)
    let config = try await client.get("/ServiceProviderConfig")["pagination"]
    #expect(config?["cursor"] == true && config?["index"] == true)
    #expect(config?["defaultPaginationMethod"] == "index")
    var names: [String] = []
    var cursor: String? = ""
    while let here = cursor {
      let page = try await client.get("/Users?cursor=\(here)&count=2")
      #expect(page.status == 200 && page.resources.count <= 2, "\(page)")
      names += page.resources.compactMap { $0["userName"]?.string }
      cursor = page["nextCursor"]?.string
      if let next = cursor {
        #expect(next.utf8.allSatisfy { HTTPPercent.encode(String(UnicodeScalar($0))).count == 1 })
        let other = try await client.get("/Users?cursor=\(next)&count=2&sortBy=userName")
        #expect(other.isSCIMError(400) && other["scimType"] == "invalidCursor")
      }
      if names.count == 2 { _ = try await client.post("/Users", Self.person("late@example.com")) }
    }
    #expect(names == (0..<5).map { "p\($0)@example.com" } + ["late@example.com"])
    let invalid = try await client.get("/Users?cursor=nonsense&count=2")
    #expect(invalid.isSCIMError(400) && invalid["scimType"] == "invalidCursor")
    #expect(try await client.get("/Users")["nextCursor"] == nil, "index is the default")
  }

  /// A connection with that many users, p0@example.com and so on.
  static func people(_ count: Int) async throws -> TestClient {
    let client = try await ConformanceServer.connect(.okta)
    for number in 0..<count {
      _ = try await client.post("/Users", person("p\(number)@example.com"))
    }
    return client
  }
}
