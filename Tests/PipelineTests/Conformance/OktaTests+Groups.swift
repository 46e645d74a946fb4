import Testing
import Transport

@testable import Pipeline

/// Group Push of an app that patches.
extension OktaTests {
  @Test func `a pushed group is looked for, made, found, renamed and deleted`() async throws {
    let okta = try await ConformanceServer.connect(.okta)
    #expect(try await okta.get("/Groups?startIndex=1&count=100").isList(of: 0))
    let look = SCIM.filter("displayName eq \"Eng\"", in: "/Groups", more: "&startIndex=1&count=100")
    #expect(try await okta.get(look).isList(of: 0))
    let made = try await okta.post("/Groups", GroupStory.group("Eng"))
    #expect(made.status == 201 && made["displayName"] == "Eng", "\(made)")
    #expect(made.fields["Location"]?.hasSuffix("/Groups/\(try made.id)") == true)
    #expect(made.at("meta.resourceType") == "Group")
    #expect(made["schemas"] == [JSONValue(SCIM.group)])
    let found = try await okta.get(look)
    #expect(found.isList(of: 1) && found.at("Resources.0.id") == made["id"])
    let id = try made.id
    let rename: JSONValue = ["id": JSONValue(id), "displayName": "Engineering"]
    let renamed = try await okta.patch("/Groups/\(id)", SCIM.patch(SCIM.op("replace", nil, rename)))
    #expect(renamed.status == 204, "\(renamed)")
    #expect(try await okta.get("/Groups/\(id)")["displayName"] == "Engineering")
    #expect(try await okta.get(look).isList(of: 0))
    let wrong: JSONValue = ["id": "another", "displayName": "Engineering"]
    let refused = try await okta.patch("/Groups/\(id)", SCIM.patch(SCIM.op("replace", nil, wrong)))
    #expect(refused.isSCIMError(400) && refused["scimType"] == "mutability")
    #expect(try await okta.delete("/Groups/\(id)").status == 204)
    #expect(try await okta.get("/Groups/\(id)").isSCIMError(404))
  }

  @Test func `members come and go in every shape of a push`() async throws {
    let story = try await GroupStory.begin(.okta)
    let people = story.people
    let added = try await story.patch(
      SCIM.op(
        "add", "members",
        [["value": JSONValue(people[0]), "display": "crew0@example.com"], story.member(1)]))
    #expect(added == [people[0], people[1]])
    let mixed = try await story.patch(
      SCIM.op("remove", "members[value eq \"\(people[0])\"]"),
      SCIM.op("add", "members", [story.member(2)]))
    #expect(mixed == [people[1], people[2]])
    let ordered = try await story.patch(
      SCIM.op("remove", "members[value eq \"\(people[1])\"]"),
      SCIM.op("add", "members", [story.member(1)]),
      SCIM.op("replace", "members", [story.member(0), story.member(1)]))
    #expect(ordered == [people[0], people[1]])
    let renamed = try await story.patch(
      SCIM.op("replace", nil, ["id": JSONValue(story.id), "displayName": "Crew"]),
      SCIM.op("remove", "members[value eq \"\(people[0])\"]"),
      SCIM.op("remove", "members[value eq \"\(people[1])\"]"))
    #expect(renamed.isEmpty)
    let whole: JSONValue = [
      "members": [story.member(2)], "id": JSONValue(story.id), "displayName": "Crew",
    ]
    #expect(try await story.patch(SCIM.op("replace", nil, whole)) == [people[2]])
    #expect(try await story.patch(SCIM.op("replace", "members", [])) == [])
  }

  @Test func `whoever is there already, or is not, is no error and no change`() async throws {
    let story = try await GroupStory.begin(.okta)
    _ = try await story.patch(SCIM.op("add", "members", [story.member(0)]))
    let before = try await story.client.get("/Groups/\(story.id)")
    for operation in [
      SCIM.op("add", "members", [story.member(0)]),
      SCIM.op("remove", "members[value eq \"\(story.people[1])\"]"),
      SCIM.op("remove", "members[value eq \"never-there\"]"),
      SCIM.op("replace", "members", [story.member(0)]),
      SCIM.op("replace", nil, ["displayName": "Crew"]),
    ] {
      #expect(try await story.patch(operation) == [story.people[0]])
    }
    #expect(try await story.client.get("/Groups/\(story.id)").json == before.json)
  }

  @Test func `who is not known yet is kept, and stands by until there is somebody`() async throws {
    let story = try await GroupStory.begin(.okta)
    let added = try await story.patch(
      SCIM.op("add", "members", [["value": "00u-late"], story.member(0)]))
    #expect(added == ["00u-late", story.people[0]], "one stale id does not hold up the push")
    let late = OktaUser("late@example.com", externalId: "00u-late").creation
    let id = try await story.client.post("/Users", late).id
    let user = try await story.client.get("/Users/\(id)")
    #expect(user.at("groups.0.value") == JSONValue(story.id), "\(user)")
  }

  @Test func `a user shows its groups, which only groups can change`() async throws {
    let story = try await GroupStory.begin(.okta)
    let user = "/Users/\(story.people[0])"
    _ = try await story.patch(SCIM.op("add", "members", [story.member(0)]))
    let shown = try await story.client.get(user)
    #expect(shown.at("groups.0.value") == JSONValue(story.id) && shown["groups"]?.array?.count == 1)
    #expect(shown.at("groups.0.display") == "Crew")
    let put = try await story.client.put(user, shown.json.setting("groups", to: []))
    #expect(put.status == 200 && put["groups"] == shown["groups"], "\(put)")
    _ = try await story.patch(SCIM.op("remove", "members[value eq \"\(story.people[0])\"]"))
    #expect(try await story.client.get(user)["groups"] == nil)
    _ = try await story.patch(SCIM.op("add", "members", [story.member(0), story.member(1)]))
    #expect(try await story.client.delete(user).status == 204)
    #expect(try await story.members() == [story.people[1]], "who is deleted leaves")
  }

  @Test func `a member exists as soon as the group's answer is there`() async throws {
    let okta = try await ConformanceServer.connect(.okta)
    let id = try await okta.post("/Users", OktaUser("first@example.com").creation).id
    let made = try await okta.post(
      "/Groups",
      GroupStory.group("Full", members: [["value": JSONValue(id), "display": "first@example.com"]]))
    #expect(made.status == 201)
    let read = try await okta.get("/Groups/\(try made.id)")
    #expect(read.at("members.0.value") == JSONValue(id))
    #expect(try await okta.get("/Groups?startIndex=1&count=100").isList(of: 1))
  }
}
