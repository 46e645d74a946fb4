import Testing
import Transport

@testable import Pipeline

/// Group Push of a wizard's app: the whole group, every time.
extension OktaWizardTests {
  @Test func `a group is read and put back with all its members`() async throws {
    let story = try await GroupStory.begin(.okta)
    let all: [JSONValue] = story.people.map { ["value": JSONValue($0), "display": .null] }
    func put(_ name: String, _ members: [JSONValue]) async throws -> TestAnswer {
      try await Self.overlay(story.client, story.id, in: "/Groups") {
        $0.setting("displayName", to: JSONValue(name)).setting("members", to: .array(members))
      }
    }
    let full = try await put("Crew", all)
    #expect(full.status == 200 && full["displayName"] == "Crew", "\(full)")
    #expect(try await story.members() == Set(story.people))
    let twice = try await put("Crew", all + all.reversed())
    #expect(twice.status == 200)
    #expect(try await story.members() == Set(story.people), "the same member twice is one")
    let fewer = try await put("Crew of one", [all[1]])
    #expect(fewer.status == 200 && fewer["displayName"] == "Crew of one")
    #expect(try await story.members() == [story.people[1]])
    #expect(try await put("Crew of one", []).status == 200)
    #expect(try await story.members().isEmpty)
  }

  @Test func `the same group put twice is one change`() async throws {
    let story = try await GroupStory.begin(.okta)
    let body = GroupStory.group("Crew", members: [story.member(0), story.member(1)])
    let first = try await story.client.put("/Groups/\(story.id)", body)
    let second = try await story.client.put("/Groups/\(story.id)", body)
    #expect(first.status == 200 && second.version == first.version)
    #expect(second.at("meta.lastModified") == first.at("meta.lastModified"))
  }

  @Test func `a group without members in the body loses those it had`() async throws {
    let story = try await GroupStory.begin(.okta)
    _ = try await story.patch(SCIM.op("add", "members", [story.member(0)]))
    let put = try await story.client.put(
      "/Groups/\(story.id)", ["schemas": [JSONValue(SCIM.group)], "displayName": "Crew"])
    #expect(put.status == 200)
    #expect(try await story.members().isEmpty)
  }
}
