import Testing
import Transport

@testable import Pipeline

/// Versions (RFC 7644 §3.14).
extension RFC7644Tests {
  @Test func `a version is weak, in the head as in meta, and moves with every change`() async throws
  {
    let (client, made) = try await Self.made()
    let id = try made.id
    #expect(made.version?.string?.hasPrefix("W/\"") == true)
    #expect(made.fields["ETag"] == made.version?.string)
    let read = try await client.get("/Users/\(id)")
    #expect(read.fields["ETag"] == made.fields["ETag"])
    let changed = try await client.patch("/Users/\(id)", OktaUser.deactivation)
    #expect(changed.fields["ETag"] != made.fields["ETag"])
    #expect(changed.fields["ETag"] == changed.version?.string)
    let same = try await client.patch("/Users/\(id)", OktaUser.deactivation)
    #expect(same.fields["ETag"] == changed.fields["ETag"])
    let part = try await client.get("/Users/\(id)?attributes=userName")
    #expect(part.fields["ETag"] == changed.fields["ETag"], "though meta is not shown")
    #expect(try await client.get("/ServiceProviderConfig").at("etag.supported") == true)
  }

  @Test func `who has the version already gets 304 and no body`() async throws {
    let (client, made) = try await Self.made()
    let tag = try #require(made.fields["ETag"])
    for known in [tag, "W/\"other\", \(tag)", "*"] {
      let answer = try await client.with("If-None-Match", known).get("/Users/\(try made.id)")
      #expect(answer.status == 304 && answer.body.isEmpty, "\(known): \(answer)")
      #expect(answer.fields["ETag"] == tag)
    }
    let other = try await client.with("If-None-Match", "W/\"other\"").get("/Users/\(try made.id)")
    #expect(other.status == 200)
  }

  @Test func `a change meant for another version is 412 and not made`() async throws {
    let (client, made) = try await Self.made()
    let (id, first) = (try made.id, try #require(made.fields["ETag"]))
    let title = SCIM.patch(SCIM.op("replace", "title", "Second"))
    let changed = try await client.with("If-Match", first).patch("/Users/\(id)", title)
    #expect(changed.status == 200)
    let late = client.with("If-Match", first)
    #expect(try await late.patch("/Users/\(id)", OktaUser.deactivation).isSCIMError(412))
    #expect(try await late.put("/Users/\(id)", Self.person("person@example.com")).isSCIMError(412))
    #expect(try await late.delete("/Users/\(id)").isSCIMError(412))
    #expect(try await client.get("/Users/\(id)").json == changed.json)
    let listed = client.with("If-Match", "\(first), \(try #require(changed.fields["ETag"]))")
    #expect(try await listed.patch("/Users/\(id)", OktaUser.deactivation).status == 200)
    #expect(try await client.with("If-Match", "*").delete("/Users/\(id)").status == 204)
  }

  @Test func `an operation of a bulk job can name the version it means`() async throws {
    let (client, made) = try await Self.made()
    let id = try made.id
    let right = Self.operation("PATCH", "/Users/\(id)", SCIM.patch(SCIM.op("add", "title", "One")))
      .setting("version", to: made.version)
    let wrong = Self.operation("DELETE", "/Users/\(id)").setting("version", to: made.version)
    let results = try await client.post("/Bulk", Self.bulk(right, wrong))["Operations"]?.array
    #expect(results?.map { $0["status"] } == ["200", "412"])
    #expect(try await client.get("/Users/\(id)")["title"] == "One")
  }
}
