import Testing
import Transport

@testable import Pipeline

/// What Microsoft's validator asks of a service before it is trusted, test by test.
@Suite(.oneServer, .timeLimit(.minutes(5)))
struct EntraValidatorTests {
  @Test func `create a user`() async throws {
    let entra = try await ConformanceServer.connect(.entra)
    let made = try await entra.post("/Users", EntraUser("new@example.com").creation)
    #expect(made.status == 201)
    #expect(made.fields["Location"] == made.at("meta.location")?.string)
    #expect(try await entra.get("/Users/\(try made.id)").json == made.json)
  }

  @Test func `create a duplicate user`() async throws {
    let (entra, _) = try await Self.user("dup@example.com")
    let again = try await entra.post("/Users", EntraUser("DUP@example.com").creation)
    #expect(again.isSCIMError(409) && again["scimType"] == "uniqueness")
  }

  @Test func `delete a user`() async throws {
    let (entra, id) = try await Self.user("gone@example.com")
    let answer = try await entra.delete("/Users/\(id)")
    #expect(answer.status == 204 && answer.body.isEmpty)
    #expect(try await entra.get("/Users/\(id)").isSCIMError(404))
  }

  @Test func `delete a user who does not exist, and one twice`() async throws {
    let (entra, id) = try await Self.user("twice@example.com")
    #expect(try await entra.delete("/Users/0f0f0f0f").isSCIMError(404))
    #expect(try await entra.delete("/Users/\(id)").status == 204)
    #expect(try await entra.delete("/Users/\(id)").isSCIMError(404))
  }

  @Test func `filter for an existing user, another case, and nobody`() async throws {
    let (entra, id) = try await Self.user("found@example.com")
    for (name, hits) in [("found@example.com", 1), ("FOUND@EXAMPLE.COM", 1), ("nobody", 0)] {
      let answer = try await entra.get(SCIM.filter("userName eq \"\(name)\""))
      #expect(answer.isList(of: hits))
      #expect(answer.resources.map { $0["id"]?.string } == Array(repeating: id, count: hits))
    }
  }

  @Test func `replace attributes, one operation each`() async throws {
    let (entra, id) = try await Self.user("verbose@example.com")
    let answer = try await entra.patch(
      "/Users/\(id)",
      SCIM.patch(
        SCIM.op("replace", "emails[type eq \"work\"].value", "v2@example.com"),
        SCIM.op("replace", "name.givenName", "Vera"), SCIM.op("replace", "locale", "en-GB"),
        SCIM.op("replace", "\(SCIM.enterprise):costCenter", "CC-2")))
    #expect(answer.status == 200 && answer.at("emails.0.value") == "v2@example.com")
    #expect(answer.at("name.givenName") == "Vera" && answer["locale"] == "en-GB")
    #expect(answer.enterprise?["costCenter"] == "CC-2")
    #expect(answer.at("name.familyName") == "Entra", "what is not named stays")
  }

  @Test func `update the userName without a path`() async throws {
    let (entra, id) = try await Self.user("before@example.com")
    let answer = try await entra.patch(
      "/Users/\(id)", SCIM.patch(SCIM.op("replace", nil, ["userName": "after@example.com"])))
    #expect(answer.status == 200 && answer["userName"] == "after@example.com")
    #expect(try await entra.get(SCIM.filter("userName eq \"before@example.com\"")).isList(of: 0))
    #expect(try await entra.get(SCIM.filter("userName eq \"after@example.com\"")).isList(of: 1))
  }

  @Test func `disable a user`() async throws {
    let (entra, id) = try await Self.user("off@example.com")
    let answer = try await entra.patch(
      "/Users/\(id)", SCIM.patch(SCIM.op("replace", "active", false)))
    #expect(answer.status == 200 && answer["active"] == false)
    #expect(try await entra.get("/Users/\(id)")["active"] == false)
  }

  @Test func `add attributes`() async throws {
    let (entra, id) = try await Self.user("more@example.com")
    let answer = try await entra.patch(
      "/Users/\(id)",
      SCIM.patch(
        SCIM.op("add", "nickName", "Moe"),
        SCIM.op("add", "phoneNumbers", [["type": "mobile", "value": "2"]]),
        SCIM.op("add", "addresses[type eq \"home\"].locality", "Hometown")))
    #expect(answer.status == 200 && answer["nickName"] == "Moe")
    #expect(answer.at("phoneNumbers.0.value") == "2")
    #expect(answer["addresses"] == [["locality": "Hometown", "type": "home"]])
  }

  @Test func `add, replace and remove a manager`() async throws {
    let (entra, id) = try await Self.user("led@example.com")
    let boss = try await entra.post("/Users", EntraUser("boss@example.com").creation).id
    let path = "\(SCIM.enterprise):manager"
    for (op, value) in [("add", JSONValue(boss)), ("replace", JSONValue(id))] {
      let answer = try await entra.patch("/Users/\(id)", SCIM.patch(SCIM.op(op, path, value)))
      #expect(answer.status == 200 && answer.enterprise?.at("manager.value") == value)
    }
    let removed = try await entra.patch("/Users/\(id)", SCIM.patch(SCIM.op("remove", path)))
    #expect(removed.status == 200 && removed.enterprise?["manager"] == nil)
  }

  @Test func `several operations in one PATCH see each other's result`() async throws {
    let (entra, id) = try await Self.user("sequence@example.com")
    let answer = try await entra.patch(
      "/Users/\(id)",
      SCIM.patch(
        SCIM.op("add", "title", "One"), SCIM.op("replace", "title", "Two"),
        SCIM.op("remove", "nickName"), SCIM.op("add", "phoneNumbers[type eq \"work\"].value", "1"),
        SCIM.op("replace", "phoneNumbers[type eq \"work\"].value", "2")))
    #expect(answer.status == 200 && answer["title"] == "Two")
    #expect(answer["phoneNumbers"] == [["value": "2", "type": "work"]])
  }

  /// A connection with one user, and the user's id.
  static func user(_ userName: String) async throws -> (TestClient, String) {
    let entra = try await ConformanceServer.connect(.entra)
    return (entra, try await entra.post("/Users", EntraUser(userName).creation).id)
  }
}
