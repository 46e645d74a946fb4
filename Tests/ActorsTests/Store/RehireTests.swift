import Actors
import Testing
import Transport

/// Who a POST brings back, and who must never become one with somebody else.
@Suite("A POST of somebody who was here before")
struct RehireTests {
  enum Before: Sendable { case active, inactive, deleted }
  enum After: Sendable { case restored, refused, another }

  struct Case: Sendable, CustomTestStringConvertible {
    let before: Before
    let externalId: String?
    let name: String
    let newExternalId: String?
    let after: After

    init(_ before: Before, _ external: String?, as name: String, _ new: String?, _ after: After) {
      (self.before, externalId, self.name, newExternalId) = (before, external, name, new)
      self.after = after
    }

    var testDescription: String {
      "\(before) \(externalId ?? "without externalId"), then \(name) "
        + "\(newExternalId ?? "without externalId"): \(after)"
    }
  }

  static let cases = [
    Case(.inactive, "00u1", as: "a@example.com", "00u1", .restored),
    Case(.inactive, "00u1", as: "new@example.com", "00u1", .restored),
    Case(.deleted, "00u1", as: "a@example.com", "00u1", .restored),
    Case(.deleted, "00u1", as: "new@example.com", "00u1", .restored),
    Case(.inactive, nil, as: "a@example.com", "00u1", .restored),
    Case(.inactive, "00u1", as: "A@EXAMPLE.com", nil, .restored),
    Case(.inactive, nil, as: "a@example.com", nil, .restored),
    Case(.inactive, "00u1", as: "a@example.com", "00u2", .refused),
    Case(.deleted, "00u1", as: "a@example.com", "00u2", .another),
    Case(.deleted, "00u1", as: "a@example.com", nil, .another),
    Case(.deleted, nil, as: "a@example.com", nil, .another),
    Case(.active, "00u1", as: "a@example.com", "00u1", .refused),
    Case(.active, "00u1", as: "A@example.com", nil, .refused),
    Case(.inactive, "00u1", as: "new@example.com", "00u2", .another),
  ]

  @Test(arguments: cases) func `is the same person only where nothing speaks against it`(
    _ given: Case
  ) async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let first = await pipeline.send(
        "POST", "/Users", MiniaturePipeline.user("a@example.com", externalId: given.externalId))
      let id = try #require(first.json["id"]?.string)
      let employee = try #require(try await pipeline.events().last?["data"]?["id"]?.string)
      switch given.before {
      case .active: break
      case .inactive:
        let off = await pipeline.send("PATCH", "/Users/\(id)", WritesTests.setActive(false))
        #expect(off.status == 200)
      case .deleted: #expect(await pipeline.send("DELETE", "/Users/\(id)").status == 204)
      }
      let told = try await pipeline.events().count

      let again = await pipeline.send(
        "POST", "/Users", MiniaturePipeline.user(given.name, externalId: given.newExternalId))
      let events = try await pipeline.events().dropFirst(told)
      let types = events.compactMap { $0["type"]?.string }
      switch given.after {
      case .restored:
        #expect(again.status == 201 && again.json["id"]?.string == id)
        #expect(again.fields["Location"]?.hasSuffix("/Users/\(id)") == true)
        #expect(types == ["employee.updated", "employee.reactivated"])
        #expect(events.allSatisfy { $0["data"]?["id"]?.string == employee })
        #expect(events.last?["data"]?["active"] == true)
        #expect(events.last?["data"]?["deleted"] == false)
        #expect(events.last?["data"]?["deactivatedAt"] == .null)
      case .refused:
        #expect(again.status == 409 && again.json["scimType"] == "uniqueness")
        #expect(types.isEmpty)
      case .another:
        #expect(again.status == 201 && again.json["id"]?.string != id)
        #expect(types == ["employee.created"])
        #expect(events.last?["data"]?["id"]?.string != employee)
      }
    }
  }

  @Test func `a PUT that says nothing of active keeps who left away`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let first = await pipeline.send("POST", "/Users", MiniaturePipeline.user("a@example.com"))
      let path = "/Users/\(first.json["id"]?.string ?? "")"
      _ = await pipeline.send("PATCH", path, WritesTests.setActive(false))
      let told = try await pipeline.events().count
      guard case .object(var body) = MiniaturePipeline.user("a@example.com") else { return }
      body["active"] = nil
      body["title"] = "Engineer"
      #expect(await pipeline.send("PUT", path, .object(body)).json["active"] == false)
      let events = try await pipeline.events().dropFirst(told)
      #expect(events.map { $0["type"] } == ["employee.updated"])
      #expect(events.last?["changedFields"] == ["jobTitle"])
    }
  }

  @Test func `who left is terminated where the connection says so`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      var connection = try #require(pipeline.store.view.current.connections["cnx_1"])
      connection.settings["deactivatedStatus"] = "terminated"
      try await pipeline.store.administer([.connectionUpdated(connection)], request: "req_s")
      let first = await pipeline.send("POST", "/Users", MiniaturePipeline.user("a@example.com"))
      let path = "/Users/\(first.json["id"]?.string ?? "")"
      _ = await pipeline.send("PATCH", path, WritesTests.setActive(false))
      let event = try #require(try await pipeline.events().last)
      #expect(event["type"] == "employee.deactivated")
      #expect(event["data"]?["employmentStatus"] == "terminated")
    }
  }
}
