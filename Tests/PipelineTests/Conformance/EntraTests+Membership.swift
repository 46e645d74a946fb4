import Testing
import Transport

@testable import Pipeline

extension EntraTests {
  @Test func `whether somebody belongs is asked with a filter`() async throws {
    let story = try await GroupStory.begin(.entra)
    _ = try await story.patch(SCIM.op("Add", "members", [story.member(0)]))
    for (number, hits) in [(0, 1), (1, 0)] {
      for path in ["members", "members.value"] {
        let asked = "id eq \"\(story.id)\" and \(path) eq \"\(story.people[number])\""
        let answer = try await story.client.get(
          SCIM.filter(asked, in: "/Groups", more: "&attributes=id"))
        #expect(answer.isList(of: hits), "\(asked): \(answer)")
      }
    }
  }
}
