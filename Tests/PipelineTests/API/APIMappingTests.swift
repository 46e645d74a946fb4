import Testing
import Transport

@testable import Pipeline

/// A connection's own mapping over the API.
struct APIMappingTests {
  let harness = APIHarness()
  private let path = "/api/connections/hris/scim"

  private func connected() async throws -> String {
    let token = try await Tenant("Acme", in: harness).consumerTokens[0]
    #expect(await harness.send("POST", path, token: token).status == 201)
    return token
  }

  @Test func `a mapping is kept, shown and taken away`() async throws {
    let token = try await connected()
    let mapping: JSONValue = ["jobTitle": ["upper": "title"], "customFields.badge": "badge"]
    let saved = await harness.send(
      "PATCH", path, ["settings": ["mapping": mapping]], token: token)
    #expect(saved.status == 200 && saved.data["settings"]?["mapping"] == mapping, "\(saved.text)")
    #expect(saved.data["mapping"] == ["pending": 0])
    let other = await harness.send(
      "PATCH", path, ["settings": ["deactivatedStatus": "terminated"]], token: token)
    #expect(other.data["settings"]?["mapping"] == mapping)
    let gone = await harness.send("PATCH", path, ["settings": ["mapping": nil]], token: token)
    #expect(gone.data["settings"] == ["deactivatedStatus": "terminated"])
  }

  @Test(
    arguments: [
      (["jobTitel": "title"], "settings.mapping.jobTitel", "did you mean jobTitle?"),
      (
        ["jobTitle": ["lookupp": 1]], "settings.mapping.jobTitle.lookupp", "did you mean lookup?"
      ),
      (["id": "title"], "settings.mapping.id", "cannot be mapped"),
    ] as [(JSONValue, String, String)])
  func `a mistake is refused with its member and what was probably meant`(
    mapping: JSONValue, field: String, detail: String
  ) async throws {
    let token = try await connected()
    let refused = await harness.send(
      "PATCH", path, ["settings": ["mapping": mapping]], token: token)
    #expect(refused.status == 400)
    #expect(refused.json["errors"]?.array?.first?["field"]?.string == field)
    #expect(refused.detail.contains(detail), "\(refused.detail)")
    let preview = await harness.send(
      "POST", path + "/mapping/preview", ["mapping": mapping], token: token)
    #expect(preview.status == 400 && preview.detail.contains(detail))
  }

  @Test func `a preview needs a mapping, if only none`() async throws {
    let token = try await connected()
    let place = path + "/mapping/preview"
    #expect(await harness.send("POST", place, [:], token: token).status == 400)
    let none = await harness.send("POST", place, ["mapping": nil], token: token)
    #expect(none.status == 200 && none.data["employees"]?["checked"] == 0, "\(none.text)")
  }
}
