import Testing
import Transport

@testable import Actors

@Suite("Searches, orders and cursors")
struct SearchTests {
  private typealias Pipeline = MiniaturePipeline

  private static func names(_ json: JSONValue) -> [String] {
    (json["Resources"]?.array ?? []).compactMap { $0["displayName"]?.string }
  }

  private static func search(_ members: JSONObject.Member...) -> JSONValue {
    .object(
      JSONObject(
        [.init(name: "schemas", value: [.string(SCIMQueryParameters.searchSchema)])] + members))
  }

  @Test func `a search is a list whose parameters are in the body`() async throws {
    try await ReadsTests.withUsers(5) { pipeline in
      let body = Self.search(
        .init(name: "filter", value: #"userName co "USER""#), .init(name: "startIndex", value: 2),
        .init(name: "count", value: 3), .init(name: "attributes", value: ["displayName"]),
        .init(name: "sortBy", value: "displayName"),
        .init(name: "sortOrder", value: "descending"))
      for path in ["/Users/.search", "/.search"] {
        let found = await pipeline.send("POST", path, body)
        #expect(found.status == 200)
        #expect(found.json["totalResults"] == 5 && found.json["itemsPerPage"] == 3)
        #expect(Self.names(found.json) == [4, 3, 2].map { "Person \($0)" })
        #expect(found.json["Resources"]?.array?.first?.object?.members.count == 3)
      }
      let committed = try pipeline.lines(of: 2)
      #expect(committed.count == 6, "a search is no write")
    }
  }

  @Test(arguments: [
    (#"{"filter":"id pr"}"#, 400), (#"{"schemas":["urn:x"],"filter":"id pr"}"#, 400),
    (#"[]"#, 400), (#"{"count":"x"}"#, 400), (#"{"count":true}"#, 400), (#"{"filter":5}"#, 400),
    (#"{"filter":"id"}"#, 400), (#"{"count":1.5}"#, 400), (#"{"filter":null,"nope":[1]}"#, 200),
    (#"{"COUNT":0}"#, 200), (#"{"count":"1"}"#, 200),
    (#"{"attributes":["id"],"excludedAttributes":["name"]}"#, 400),
  ])
  func `a search body is read with care`(text: String, status: Int) async throws {
    try await ReadsTests.withUsers(1) { pipeline in
      var body = try JSONValue(parsing: text)
      if case .object(var object) = body, object["schemas"] == nil,
        text != #"{"filter":"id pr"}"#
      {
        object["schemas"] = [.string(SCIMQueryParameters.searchSchema)]
        body = .object(object)
      }
      let answer = await pipeline.send("POST", "/Users/.search", body)
      #expect(answer.status == status, "\(answer.json)")
    }
  }

  @Test func `the Base URL itself lists all there is`() async throws {
    try await ReadsTests.withUsers(3) { pipeline in
      let all = await pipeline.send("GET", "")
      #expect(all.json["totalResults"] == 3 && Self.names(all.json).count == 3)
      let one = await pipeline.send("GET", "/?filter=userName+eq+%22user2@example.com%22")
      #expect(Self.names(one.json) == ["Person 2"])
      #expect(await pipeline.send("POST", "", [:]).status == 405)
      #expect(await pipeline.send("GET", "/.search").status == 405)
      #expect(await pipeline.send("GET", "/Users/.search").status == 405)
    }
  }

  @Test func `a sorted list puts who has no value last, or first when descending`() async throws {
    try await ReadsTests.withUsers(3) { pipeline in
      var bare = JSONObject()
      bare["nickName"] = "Nick"
      _ = await pipeline.send("POST", "/Users", Pipeline.user("x@example.com", more: bare))
      let up = await pipeline.send("GET", "/Users?sortBy=displayName").json
      #expect(Self.names(up) == ["Person 1", "Person 2", "Person 3"])
      #expect(up["Resources"]?.array?.last?["nickName"] == "Nick" && up["totalResults"] == 4)
      let down = await pipeline.send(
        "GET", "/Users?sortBy=DISPLAYNAME&sortOrder=Descending&count=2&startIndex=1"
      ).json
      #expect(down["Resources"]?.array?.first?["nickName"] == "Nick")
      #expect(Self.names(down) == ["Person 3"])
      let ignored = await pipeline.send("GET", "/Users?sortBy=shoeSize")
      #expect(ignored.status == 200 && ignored.json["totalResults"] == 4)
      let far = await pipeline.send("GET", "/Users?sortBy=id&startIndex=99999999999999999999")
      #expect(far.json["totalResults"] == 4 && far.json["Resources"] == [])
    }
  }

  @Test(arguments: [
    "", "&filter=active+eq+true", "&sortBy=displayName", "&sortBy=active&sortOrder=descending",
    "&filter=userName+co+%22user%22&sortBy=userName",
  ])
  func `cursors pass every user once, whatever is deleted`(query: String) async throws {
    try await ReadsTests.withUsers(9) { pipeline in
      let all = await pipeline.send("GET", "/Users").json["Resources"]?.array ?? []
      var names: [String] = []
      var cursor = ""
      var pages = 0
      repeat {
        let page = await pipeline.send("GET", "/Users?count=2&cursor=\(cursor)\(query)").json
        let users = page["Resources"]?.array ?? []
        names += Self.names(page)
        pages += 1
        #expect(page["startIndex"] == nil && users.count <= 2)
        // What was shown may go: the next page still begins behind it.
        if pages == 2 {
          _ = await pipeline.send("DELETE", "/Users/\(users.last?["id"]?.string ?? "")")
        }
        cursor = page["nextCursor"]?.string ?? ""
      } while !cursor.isEmpty && pages < 20
      #expect(names.count == 9 && Set(names).count == 9 && pages == 5)
      #expect(all.count == 9)
    }
  }

  @Test func `a cursor goes with its query only, and refuses a bad count`() async throws {
    try await ReadsTests.withUsers(3) { pipeline in
      let first = await pipeline.send("GET", "/Users?cursor=&count=1").json
      let cursor = first["nextCursor"]?.string ?? ""
      #expect(first["totalResults"] == 3)
      #expect(await pipeline.send("GET", "/Users?count=2&cursor=\(cursor)").status == 200)
      func fault(_ query: String) async -> JSONValue? {
        await pipeline.send("GET", "/Users?\(query)").json["scimType"]
      }
      #expect(await fault("cursor=\(cursor)&sortBy=id") == "invalidCursor")
      #expect(await fault("cursor=nope") == "invalidCursor")
      #expect(await fault("cursor=&count=x") == "invalidCount")
      #expect(await fault("cursor=&count=-1") == "invalidCount")
      #expect(await fault("count=x") == "invalidValue")
      let body = Self.search(
        .init(name: "cursor", value: .string(cursor)), .init(name: "count", value: 5))
      let rest = await pipeline.send("POST", "/Users/.search", body).json
      #expect(Self.names(rest) == ["Person 2", "Person 3"] && rest["nextCursor"] == nil)
    }
  }

  @Test func `a version that is known already is not sent again`() async throws {
    try await ReadsTests.withUsers(1) { pipeline in
      let list = await pipeline.send("GET", "/Users").json
      let user = try #require(list["Resources"]?.array?.first)
      let path = "/Users/\(user["id"]?.string ?? "")"
      let read = await pipeline.send("GET", path)
      let tag = try #require(read.fields["ETag"])
      #expect(tag == read.json["meta"]?["version"]?.string)
      for known in [tag, "*", #""x", W/"1""#, String(tag.dropFirst(2))] {
        let again = await pipeline.send("GET", path, headers: ["If-None-Match": known])
        #expect(again.status == 304 && again.fields["ETag"] == tag)
        #expect(again.json == .null)
      }
      let other = await pipeline.send("GET", path, headers: ["If-None-Match": #"W/"9""#])
      #expect(other.status == 200)
    }
  }

  @Test func `discovery needs no token, but a wrong one is wrong`() async throws {
    try await ReadsTests.withUsers(0) { pipeline in
      for path in ["/ServiceProviderConfig", "/Schemas", "/ResourceTypes"] {
        #expect(await pipeline.send("GET", path, token: nil).status == 200)
        #expect(await pipeline.send("GET", path, token: "wrong").status == 401)
      }
      #expect(await pipeline.send("GET", "/Users", token: nil).status == 401)
    }
  }
}

@Suite("Lists that are a look-up")
struct LookUpTests {
  @Test func `a look-up says what a search for the same says`() async throws {
    try await GroupsTests.run { pipeline in
      for (name, externalId) in [
        ("a@example.com", "x"), ("b@example.com", "x"), ("c@example.com", "Y"),
      ] {
        _ = try await GroupsTests.user(name, externalId: externalId, pipeline)
      }
      let gone = try await GroupsTests.user("gone@example.com", pipeline)
      _ = await pipeline.send("DELETE", "/Users/\(gone.id)")
      let filters = [
        "userName eq \"A@EXAMPLE.com\"", "userName eq \"gone@example.com\"", "userName eq \"\"",
        "externalId eq \"x\"", "externalId eq \"y\"", "externalId eq \"Y\"",
        "emails eq \"b@example.com\"", "emails.value eq \"B@example.com\"", "id eq \"\(gone.id)\"",
        "urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"c@example.com\"",
      ]
      let ends = ["", "&startIndex=2", "&count=0", "&attributes=userName", "&sortBy=userName"]
      for filter in filters {
        for end in ends {
          let one = "/Users?filter=" + HTTPPercent.encode(filter) + end
          let same = "/Users?filter=" + HTTPPercent.encode("(\(filter)) and id pr") + end
          let (found, searched) = (
            await pipeline.send("GET", one), await pipeline.send("GET", same)
          )
          #expect(found.json == searched.json && found.status == 200, "\(filter) \(end)")
        }
      }
      let both = await pipeline.send(
        "GET", "/Users?filter=userName%20eq%20%22a%22&attributes=id&excludedAttributes=name")
      #expect(both.status == 400)
    }
  }
}
