import Testing
import Transport

@testable import Pipeline

/// Every shape of request that was recorded of an identity provider, each against a connection with
/// a user, another, and a group that the other belongs to.
@Suite(.oneServer, .timeLimit(.minutes(5)))
struct ProviderShapeTests {
  @Test(arguments: ProviderShape.all)
  func `a recorded request gets the status and the fields its sender needs`(
    shape: ProviderShape
  ) async throws {
    let client = try await ConformanceServer.connect(shape.provider)
    let user = try await client.post("/Users", OktaUser("user@example.com").creation).id
    let other = try await client.post("/Users", OktaUser("other@example.com").creation).id
    let group = try await client.post(
      "/Groups", GroupStory.group("Group", members: [["value": JSONValue(other)]])
    ).id
    func filled(_ text: String) -> String {
      text.replacing("{user}", with: user).replacing("{other}", with: other)
        .replacing("{group}", with: group)
    }

    let path = filled(shape.path)
    let body = Array(filled(shape.body?.text ?? "").utf8)
    let answer = try await client.send(shape.method, path, bytes: body)
    #expect(answer.status == shape.status, "\(answer)")
    let shown = answer.status == 204 ? try await client.get(path) : answer
    for (path, value) in shape.fields {
      let wanted = try JSONValue(parsing: filled(value.text))
      #expect(shown.at(path) ?? .null == wanted, "\(path): \(shown)")
    }
  }
}
