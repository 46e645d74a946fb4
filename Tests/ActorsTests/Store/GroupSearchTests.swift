import Testing
import Transport

@testable import Actors

@Suite("Searches among groups and what they compute")
struct GroupSearchTests {
  private typealias Pipeline = MiniaturePipeline

  private static func names(_ json: JSONValue) -> [String] {
    (json["Resources"]?.array ?? []).compactMap { $0["displayName"]?.string }
  }

  private static func group(_ name: String, members: [String]) -> JSONValue {
    [
      "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": JSONValue(name),
      "members": .array(members.map { ["value": JSONValue($0)] }),
    ]
  }

  /// Three users and the groups Red (1, 2), Green (2) and Blue (nobody), by id.
  private static func withGroups(
    _ body: @Sendable (Pipeline, _ users: [String], _ groups: [String]) async throws -> Void
  ) async throws {
    try await ReadsTests.withUsers(3) { pipeline in
      let all = await pipeline.send("GET", "/Users").json["Resources"]?.array ?? []
      let users = all.compactMap { $0["id"]?.string }
      var groups: [String] = []
      for (name, members) in [("Red", [0, 1]), ("Green", [1]), ("Blue", [])] {
        let made = await pipeline.send(
          "POST", "/Groups", group(name, members: members.map { users[$0] }))
        #expect(made.status == 201)
        groups.append(made.json["id"]?.string ?? "")
      }
      try await body(pipeline, users, groups)
    }
  }

  @Test func `a group is found by its members, a user by its groups`() async throws {
    try await Self.withGroups { pipeline, users, groups in
      func find(_ path: String, _ filter: String) async -> [String] {
        let query = HTTPPercent.encode(filter)
        return Self.names(await pipeline.send("GET", "\(path)?filter=\(query)").json)
      }
      let (first, second, third) = (users[0], users[1], users[2])
      #expect(await find("/Groups", #"members eq "\#(first)""#) == ["Red"])
      #expect(await find("/Groups", #"members.value eq "\#(second)""#) == ["Red", "Green"])
      #expect(await find("/Groups", #"members[value eq "\#(third)"]"#) == [])
      #expect(await find("/Groups", #"not (members eq "\#(first)")"#) == ["Green", "Blue"])
      #expect(await find("/Groups", "members pr") == ["Red", "Green"])
      #expect(await find("/Groups", #"members ne "\#(second)""#) == ["Red", "Blue"])
      #expect(
        await find("/Groups", #"id eq "\#(groups[1])" and members eq "\#(second)""#) == ["Green"])
      #expect(
        await find("/Groups", #"members eq "\#(first)" or displayName eq "blue""#)
          == ["Red", "Blue"])
      #expect(await find("/Users", #"groups eq "\#(groups[0])""#) == ["Person 1", "Person 2"])
      #expect(await find("/Users", "not (groups pr)") == ["Person 3"])
      #expect(await find("/Users", #"groups.display eq "green""#) == ["Person 2"])
      #expect(await find("", #"displayName eq "RED" or members eq "\#(second)""#).count == 2)
      #expect(await find("", #"displayName sw "person""#).count == 3)
    }
  }

  @Test func `members are shown unless they are left out`() async throws {
    try await Self.withGroups { pipeline, users, groups in
      let list = await pipeline.send("GET", "/Groups?sortBy=displayName").json
      #expect(Self.names(list) == ["Blue", "Green", "Red"])
      #expect(list["Resources"]?.array?.last?["members"]?.array?.count == 2)
      for query in ["excludedAttributes=members", "attributes=displayName"] {
        let bare = await pipeline.send("GET", "/Groups?\(query)").json
        #expect(bare["Resources"]?.array?.allSatisfy { $0["members"] == nil } == true)
        let one = await pipeline.send("GET", "/Groups/\(groups[0])?\(query)").json
        #expect(one["members"] == nil && one["displayName"] == "Red")
      }
      let values = await pipeline.send("GET", "/Groups/\(groups[0])?attributes=members.value").json
      #expect(values["members"]?.array?.first == ["value": JSONValue(users[0])])
      let user = await pipeline.send("GET", "/Users/\(users[1])").json
      #expect(user["groups"]?.array?.compactMap { $0["display"] } == ["Red", "Green"])
    }
  }

  @Test func `pages and cursors at the Base URL pass from type to type`() async throws {
    try await Self.withGroups { pipeline, _, _ in
      var names: [String] = []
      var cursor = ""
      repeat {
        let page = await pipeline.send("GET", "/?cursor=\(cursor)&count=2").json
        names += Self.names(page)
        #expect(page["totalResults"] == 6)
        cursor = page["nextCursor"]?.string ?? ""
      } while !cursor.isEmpty && names.count < 20
      #expect(names == ["Person 1", "Person 2", "Person 3", "Red", "Green", "Blue"])
      let second = await pipeline.send("GET", "/?startIndex=3&count=2").json
      #expect(Self.names(second) == ["Person 3", "Red"] && second["totalResults"] == 6)
      let sorted = await pipeline.send("GET", "/?sortBy=displayName&count=3").json
      #expect(Self.names(sorted) == ["Blue", "Green", "Person 1"])
    }
  }
}
