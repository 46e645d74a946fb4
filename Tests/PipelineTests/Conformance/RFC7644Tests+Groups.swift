import Testing
import Transport

@testable import Pipeline

/// Groups where RFC 7643 §4.2 and RFC 7644 meet: membership is stored once and shown on both sides.
extension RFC7644Tests {
  @Test func `a group needs a name, and its members a value`() async throws {
    let client = try await ConformanceServer.connect(.okta)
    let nameless = try await client.post("/Groups", ["schemas": [JSONValue(SCIM.group)]])
    #expect(nameless.isSCIMError(400) && nameless["scimType"] == "invalidValue")
    let body = GroupStory.group("G", members: [["display": "nobody"]])
    #expect(try await client.post("/Groups", body).isSCIMError(400))
    let made = try await client.post("/Groups", GroupStory.group("G"))
    let add = SCIM.patch(SCIM.op("add", "members", [["display": "nobody"]]))
    #expect(try await client.patch("/Groups/\(try made.id)", add).isSCIMError(400))
    let bare = SCIM.patch(SCIM.op("remove", "displayName"))
    let refused = try await client.patch("/Groups/\(try made.id)", bare)
    #expect(refused.isSCIMError(400) && refused["scimType"] == "mutability")
  }

  @Test func `a group PATCH is 204, and shows the group to whom it is asked for`() async throws {
    let story = try await GroupStory.begin(.okta)
    let body = SCIM.patch(SCIM.op("add", "members", [story.member(0)]))
    let plain = try await story.client.patch("/Groups/\(story.id)", body)
    #expect(plain.status == 204 && plain.body.isEmpty)
    let shown = try await story.client.patch("/Groups/\(story.id)?attributes=members", body)
    #expect(shown.status == 200 && shown.at("members.0.value") == JSONValue(story.people[0]))
    #expect(shown["displayName"] == nil)
    let rest = try await story.client.patch("/Groups/\(story.id)?excludedAttributes=members", body)
    #expect(rest.status == 200 && rest["displayName"] == "Crew" && rest["members"] == nil)
  }

  @Test func `a group PATCH is applied whole or not at all`() async throws {
    let story = try await GroupStory.begin(.okta)
    _ = try await story.patch(SCIM.op("add", "members", [story.member(0)]))
    let before = try await story.client.get("/Groups/\(story.id)")
    let half = SCIM.patch(
      SCIM.op("add", "members", [story.member(1)]), SCIM.op("remove", "displayName"))
    #expect(try await story.client.patch("/Groups/\(story.id)", half).isSCIMError(400))
    #expect(try await story.client.get("/Groups/\(story.id)").json == before.json)
  }

  @Test func `a group can belong to a group`() async throws {
    let story = try await GroupStory.begin(.okta)
    let inner = try await story.client.post(
      "/Groups", GroupStory.group("Inner", members: [story.member(0)]))
    let nested: JSONValue = [["value": JSONValue(try inner.id), "type": "Group"]]
    #expect(try await story.patch(SCIM.op("add", "members", nested)) == [try inner.id])
    #expect(try await story.client.delete("/Groups/\(try inner.id)").status == 204)
    #expect(try await story.members().isEmpty)
  }

  @Test func `a bulk job makes people and the group they belong to at once`() async throws {
    let client = try await ConformanceServer.connect(.okta)
    let members: [JSONValue] = [["value": "bulkId:one"], ["value": "bulkId:two"]]
    let answer = try await client.post(
      "/Bulk",
      Self.bulk(
        Self.operation(
          "POST", "/Groups", bulkId: "crew", GroupStory.group("Crew", members: members)),
        Self.operation("POST", "/Users", bulkId: "one", Self.person("one@example.com")),
        Self.operation("POST", "/Users", bulkId: "two", Self.person("two@example.com")),
        Self.operation(
          "PATCH", "/Groups/bulkId:crew",
          SCIM.patch(SCIM.op("remove", "members[value eq \"bulkId:two\"]")))))
    let results = try #require(answer["Operations"]?.array)
    #expect(results.map { $0["status"] } == ["201", "201", "201", "204"], "\(answer)")
    #expect(results.allSatisfy { $0["location"] != nil && $0["version"] != nil })
    let group = try await client.get("/Groups").resources.first
    let one = results[1]["location"]?.string?.split(separator: "/").last.map(String.init)
    #expect(group?["members"]?.array?.count == 1)
    #expect(group?.at("members.0.value")?.string == one)
  }

  @Test func `two groups made in one job can be each other's members`() async throws {
    let client = try await ConformanceServer.connect(.okta)
    let answer = try await client.post(
      "/Bulk",
      Self.bulk(
        Self.operation(
          "POST", "/Groups", bulkId: "a", GroupStory.group("A", members: [["value": "bulkId:b"]])),
        Self.operation(
          "POST", "/Groups", bulkId: "b", GroupStory.group("B", members: [["value": "bulkId:a"]]))))
    #expect(answer["Operations"]?.array?.map { $0["status"] } == ["201", "201"], "\(answer)")
    let groups = try await client.get("/Groups").resources
    #expect(groups.count == 2)
    for group in groups {
      let other = groups.first { $0["id"] != group["id"] }
      #expect(group.at("members.0.value") == other?["id"])
    }
  }
}
