import Testing
import Transport

@testable import Pipeline

/// Groups in Entra's default dialect: made empty, filled by PATCH, never read back with members.
extension EntraTests {
  @Test func `a group is made empty and found without its members`() async throws {
    let entra = try await ConformanceServer.connect(.entra)
    let made = try await entra.post("/Groups", EntraUser.group("Ops", externalId: "Object-ops"))
    #expect(made.status == 201 && made["externalId"] == "Object-ops", "\(made)")
    #expect(made["schemas"] == [JSONValue(SCIM.group)])
    let id = try await entra.post("/Users", EntraUser("ops@example.com").creation).id
    let add = SCIM.op("Add", "members", [["$ref": .null, "value": JSONValue(id)]])
    #expect(try await entra.patch("/Groups/\(try made.id)", SCIM.patch(add)).status == 204)
    for filter in ["displayName eq \"ops\"", "externalId eq \"Object-ops\""] {
      let target = SCIM.filter(filter, in: "/Groups", more: "&excludedAttributes=members")
      let found = try await entra.get(target)
      #expect(found.isList(of: 1) && found.at("Resources.0.id") == made["id"], "\(filter)")
      #expect(found.at("Resources.0.members") == nil)
    }
    let one = try await entra.get("/Groups/\(try made.id)?excludedAttributes=members")
    #expect(one.status == 200 && one["members"] == nil && one["displayName"] == "Ops")
    #expect(try await entra.get("/Groups/\(try made.id)").at("members.0.value") == JSONValue(id))
  }

  @Test func `members are added and removed by a list of values`() async throws {
    let story = try await GroupStory.begin(.entra, people: 4)
    func named(_ numbers: Int...) -> JSONValue {
      .array(numbers.map { ["$ref": .null, "value": JSONValue(story.people[$0])] })
    }
    #expect(try await story.patch(SCIM.op("Add", "members", named(0, 1, 2))).count == 3)
    let fewer = try await story.patch(SCIM.op("Remove", "members", named(0, 2)))
    #expect(fewer == [story.people[1]], "only those who are named leave")
    let strings = SCIM.op("Add", "members", [JSONValue(story.people[3])])
    #expect(try await story.patch(strings).contains(story.people[3]))
    let shown: JSONValue = [["value": JSONValue(story.people[0]), "displayName": "Crew 0"]]
    let extra = SCIM.op("Add", "members", shown).setting("name", to: "addMember")
    #expect(try await story.patch(extra).contains(story.people[0]))
    #expect(try await story.patch(SCIM.op("Remove", "members")).isEmpty)
  }

  @Test func `a group's name and externalId are changed by path`() async throws {
    let story = try await GroupStory.begin(.entra)
    _ = try await story.patch(SCIM.op("Add", "members", [story.member(0)]))
    let members = try await story.patch(
      SCIM.op("Replace", "displayName", "Crew renamed"), SCIM.op("Replace", "externalId", "new-1"),
      SCIM.op("Add", "members", [story.member(1)]),
      SCIM.op("Remove", "members", [story.member(0)]))
    #expect(members == [story.people[1]])
    let read = try await story.client.get("/Groups/\(story.id)")
    #expect(read["displayName"] == "Crew renamed" && read["externalId"] == "new-1")
  }
}

extension EntraFlagTests {
  @Test func `members are added by value and removed by path`() async throws {
    let story = try await GroupStory.begin(.entra)
    let query = "?aadOptscim062020"
    let added = try await story.patch(
      SCIM.op("add", "members", [story.member(0), story.member(1)]), query: query)
    #expect(added.count == 2)
    let removed = try await story.patch(
      SCIM.op("remove", "members[value eq \"\(story.people[0])\"]"), query: query)
    #expect(removed == [story.people[1]])
    let verbose = try await story.patch(SCIM.op("Remove", "members", [story.member(1)]))
    #expect(verbose.isEmpty, "both dialects reach one group")
  }

  @Test func `a group changes its attributes in one object`() async throws {
    let story = try await GroupStory.begin(.entra)
    let value: JSONValue = ["displayName": "Crew two", "externalId": "object-2"]
    _ = try await story.patch(SCIM.op("replace", nil, value), query: "?aadOptscim062020")
    let read = try await story.client.get("/Groups/\(story.id)")
    #expect(read["displayName"] == "Crew two" && read["externalId"] == "object-2")
  }
}

extension EntraValidatorTests {
  @Test func `create a group, and another of its name`() async throws {
    let entra = try await ConformanceServer.connect(.entra)
    let made = try await entra.post("/Groups", EntraUser.group("Twin", externalId: "t-1"))
    #expect(made.status == 201)
    let second = try await entra.post("/Groups", EntraUser.group("Twin", externalId: "t-2"))
    #expect(second.status == 201, "a group's name need not be unique: \(second)")
    #expect(try await entra.get("/Groups/\(try made.id)")["externalId"] == "t-1")
  }

  @Test func `get a group without its members`() async throws {
    let story = try await GroupStory.begin(.entra)
    _ = try await story.patch(SCIM.op("add", "members", [story.member(0)]))
    let answer = try await story.client.get("/Groups/\(story.id)?excludedAttributes=members")
    #expect(answer.status == 200 && answer["members"] == nil && answer["displayName"] == "Crew")
  }

  @Test func `delete a group`() async throws {
    let story = try await GroupStory.begin(.entra)
    #expect(try await story.client.delete("/Groups/\(story.id)").status == 204)
    #expect(try await story.client.delete("/Groups/\(story.id)").isSCIMError(404))
    #expect(try await story.client.get("/Groups/\(story.id)").isSCIMError(404))
  }

  @Test func `filter for a group by externalId and by name`() async throws {
    let entra = try await ConformanceServer.connect(.entra)
    let made = try await entra.post("/Groups", EntraUser.group("Named", externalId: "g-1"))
    for (filter, hits) in [
      ("externalId eq \"g-1\"", 1), ("displayName eq \"Named\"", 1),
      ("displayName eq \"NAMED\"", 1),
      ("externalId eq \"g-2\"", 0), ("displayName eq \"Nobody\"", 0),
    ] {
      let answer = try await entra.get(SCIM.filter(filter, in: "/Groups"))
      #expect(answer.isList(of: hits), "\(filter): \(answer)")
      #expect(answer.resources.allSatisfy { $0["id"] == made["id"] })
    }
  }

  @Test func `change a group's name and externalId`() async throws {
    let story = try await GroupStory.begin(.entra)
    _ = try await story.patch(SCIM.op("replace", "displayName", "Crew 2"))
    _ = try await story.patch(SCIM.op("replace", "externalId", "g-7"))
    let read = try await story.client.get("/Groups/\(story.id)")
    #expect(read["displayName"] == "Crew 2" && read["externalId"] == "g-7")
  }

  @Test func `add and remove a member`() async throws {
    let story = try await GroupStory.begin(.entra)
    #expect(try await story.patch(SCIM.op("add", "members", [story.member(0)])).count == 1)
    let removed = try await story.patch(
      SCIM.op("remove", "members[value eq \"\(story.people[0])\"]"))
    #expect(removed.isEmpty)
  }
}
