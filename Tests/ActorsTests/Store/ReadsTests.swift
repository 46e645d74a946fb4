import Actors
import Testing
import Transport

@Suite("Reads of a connection's users")
struct ReadsTests {
  @Test(arguments: [
    "userName+eq+%22USER3@example.com%22", "userName%20eq%20%22user3@example.com%22",
    "externalId+Eq+%22003%22", "emails.value+eq+%22user3@EXAMPLE.com%22",
    "emails%5Btype+eq+%22work%22%5D.value+eq+%22user3@example.com%22",
    "displayName+eq+%22person+3%22", "userName+eq+%22user3@example.com%22&",
  ])
  func `a filter finds its user, by index or by scan`(filter: String) async throws {
    try await Self.withUsers(6) { pipeline in
      let list = await pipeline.send("GET", "/Users?filter=\(filter)").json
      #expect(list["totalResults"] == 1)
      #expect(list["Resources"]?.array?.first?["userName"] == "user3@example.com")
    }
  }

  @Test func `no hit is an empty list, not an error`() async throws {
    try await Self.withUsers(1) { pipeline in
      let answer = await pipeline.send("GET", "/Users?filter=userName+eq+%22nobody%22")
      #expect(answer.status == 200)
      #expect(answer.json["totalResults"] == 0)
      #expect(answer.json["Resources"] == [])
    }
  }

  @Test func `pages follow each other in the order of creation`() async throws {
    try await Self.withUsers(7) { pipeline in
      var names: [String] = []
      for start in [1, 4, 7, 10] {
        let page = await pipeline.send("GET", "/Users?startIndex=\(start)&count=3").json
        #expect(page["totalResults"] == 7)
        names += (page["Resources"]?.array ?? []).compactMap { $0["userName"]?.string }
      }
      #expect(names == (1...7).map { "user\($0)@example.com" })
    }
  }

  @Test func `deleted users leave no hole in a page`() async throws {
    try await Self.withUsers(5) { pipeline in
      let all = await pipeline.send("GET", "/Users").json["Resources"]?.array ?? []
      _ = await pipeline.send("DELETE", "/Users/\(all[1]["id"]?.string ?? "")")
      let page = await pipeline.send("GET", "/Users?startIndex=2&count=2").json
      #expect(page["totalResults"] == 4)
      let names = page["Resources"]?.array?.compactMap { $0["userName"]?.string }
      #expect(names == ["user3@example.com", "user4@example.com"])
    }
  }

  @Test func `who comes back after many were deleted is listed again`() async throws {
    try await Self.withUsers(70) { pipeline in
      let all = await pipeline.send("GET", "/Users?count=70").json["Resources"]?.array ?? []
      for user in all { _ = await pipeline.send("DELETE", "/Users/\(user["id"]?.string ?? "")") }
      let back = MiniaturePipeline.user("user9@example.com", externalId: "009")
      #expect(await pipeline.send("POST", "/Users", back).status == 201)
      let list = await pipeline.send("GET", "/Users").json
      #expect(list["totalResults"] == 1 && list["itemsPerPage"] == 1)
    }
  }

  @Test func `a scan passes every row once however many there are`() async throws {
    try await Self.withUsers(600) { pipeline in
      let page = await pipeline.send("GET", "/Users?filter=active+eq+true&startIndex=590").json
      #expect(page["totalResults"] == 600)
      #expect(page["itemsPerPage"] == 11)
    }
  }

  @Test func `a page behind deleted rows is the same as without them`() async throws {
    try await Self.withUsers(70) { pipeline in
      let all = await pipeline.send("GET", "/Users?count=70").json["Resources"]?.array ?? []
      for user in all[10..<30] {
        _ = await pipeline.send("DELETE", "/Users/\(user["id"]?.string ?? "")")
      }
      let page = await pipeline.send("GET", "/Users?startIndex=9&count=4").json
      let names = page["Resources"]?.array?.compactMap { $0["userName"]?.string }
      #expect(names == [9, 10, 31, 32].map { "user\($0)@example.com" })
      #expect(page["totalResults"] == 50)
    }
  }

  @Test func `a page of large users ends early and says how many it has`() async throws {
    try await Self.withUsers(0) { pipeline in
      let text = JSONValue(String(repeating: "x", count: 50_000))
      let more = JSONObject([.init(name: "title", value: text)])
      for number in 1...30 {
        let user = MiniaturePipeline.user("user\(number)@example.com", more: more)
        #expect(await pipeline.send("POST", "/Users", user).status == 201)
      }
      var names: [String] = []
      for _ in 1...2 {
        let page = await pipeline.send("GET", "/Users?startIndex=\(names.count + 1)").json
        let users = page["Resources"]?.array ?? []
        #expect(page["totalResults"] == 30)
        #expect(page["itemsPerPage"]?.int == users.count)
        #expect((1...20).contains(users.count))
        names += users.compactMap { $0["userName"]?.string }
      }
      #expect(names == (1...30).map { "user\($0)@example.com" })
    }
  }

  @Test func `attributes limit what is shown, for one and for many`() async throws {
    try await Self.withUsers(1) { pipeline in
      let list = await pipeline.send("GET", "/Users?attributes=userName").json
      let user = try #require(list["Resources"]?.array?.first?.object)
      #expect(Set(user.members.map(\.name)) == ["schemas", "id", "userName"])
      let id = user["id"]?.string ?? ""
      let one = await pipeline.send("GET", "/Users/\(id)?excludedAttributes=emails").json
      #expect(one["emails"] == nil)
      #expect(one["userName"] == "user1@example.com")
    }
  }

  @Test func `discovery is served below the Base URL`() async throws {
    try await Self.withUsers(0) { pipeline in
      let config = await pipeline.send("GET", "/ServiceProviderConfig").json
      #expect(config["patch"]?["supported"] == true)
      #expect(await pipeline.send("GET", "/ResourceTypes").json["totalResults"] == 2)
      let urn = "urn:ietf:params:scim:schemas:core:2.0:User"
      #expect(await pipeline.send("GET", "/Schemas/\(urn)").json["id"]?.string == urn)
      #expect(await pipeline.send("GET", "/Schemas/urn:nothing").status == 404)
      #expect(await pipeline.send("GET", "/Schemas?filter=id+pr").status == 403)
      #expect(await pipeline.send("POST", "/Schemas", [:]).status == 405)
      #expect(await pipeline.send("GET", "/Me").status == 501)
      #expect(await pipeline.send("GET", "/Nothing").status == 404)
    }
  }

  static func withUsers(
    _ count: Int, _ body: @Sendable (MiniaturePipeline) async throws -> Void
  ) async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      for number in stride(from: 1, through: count, by: 1) {
        let name: JSONObject = JSONObject([
          .init(name: "displayName", value: JSONValue("Person \(number)"))
        ])
        let user = MiniaturePipeline.user(
          "user\(number)@example.com", externalId: "00\(number)", more: name)
        let status = await pipeline.send("POST", "/Users", user).status
        #expect(status == 201)
      }
      try await body(pipeline)
    }
  }
}
