import Testing
import Transport

@testable import Pipeline

extension OneLoginTests {
  @Test func `membership is patched, one person at a time`() async throws {
    let story = try await GroupStory.begin(.oneLogin)
    #expect(try await story.patch(SCIM.op("add", "members", [story.member(0)])).count == 1)
    #expect(try await story.patch(SCIM.op("add", "members", story.member(1))).count == 2)
    let left = try await story.patch(
      SCIM.op("remove", "members[value eq \"\(story.people[0])\"]"))
    #expect(left == [story.people[1]])
  }
}

extension JumpCloudTests {
  @Test func `activation lists groups, and a group is put whole`() async throws {
    let story = try await GroupStory.begin(.jumpCloud)
    #expect(try await story.client.get("/Groups").isList(of: 1))
    let body = GroupStory.group("Deck", members: [story.member(0), story.member(2)])
      .setting("id", to: JSONValue(story.id))
    let put = try await story.client.put("/Groups/\(story.id)", body)
    #expect(put.status == 200 && put["displayName"] == "Deck")
    #expect(try await story.members() == [story.people[0], story.people[2]])
  }
}
