import Actors
import Testing
import Transport

@Suite("A write travels through the stages")
struct WritesTests {
  @Test func `a POST is answered with the resource and leaves one line in each hop`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let answer = await pipeline.send(
        "POST", "/Users", MiniaturePipeline.user("bjensen@example.com", externalId: "00u1"))
      #expect(answer.status == 201)
      let id = try #require(answer.json["id"]?.string)
      let location = "https://scim.example.com/scim/v2/test/Users/\(id)"
      #expect(answer.fields["Location"] == location)
      #expect(answer.json["meta"]?["location"]?.string == location)
      #expect(try pipeline.lines(of: 2).last?.type == "user.created")
      let event = try #require(try await pipeline.events().last)
      #expect(event["type"] == "employee.created")
      #expect(event["sequence"] == 1)
      #expect(event["consumerExternalId"] == "acme")
      #expect(event["data"]?["remoteId"]?.string == id)
      #expect(event["data"]?["username"] == "bjensen@example.com")
    }
    // Hops 1 and 2 are synced lazily; closing syncs them.
    pipeline.spool.close()
    #expect(try pipeline.lines(of: 0).map(\.type) == ["users.create"])
    #expect(try pipeline.lines(of: 1).map(\.type) == ["user.created"])
  }

  @Test func `a password is in no hop, no answer and no event`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let secret: JSONObject = JSONObject([.init(name: "PassWord", value: "hunter2-hunter2")])
      let created = await pipeline.send(
        "POST", "/Users", MiniaturePipeline.user("a@example.com", more: secret))
      let id = try #require(created.json["id"]?.string)
      let patch: JSONValue = [
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [["op": "replace", "value": ["password": "hunter2-hunter2"]]],
      ]
      #expect(await pipeline.send("PATCH", "/Users/\(id)", patch).status == 200)
      #expect(!created.json.text.contains("hunter2"))
    }
    pipeline.spool.close()
    for hop in 0..<3 {
      for line in try pipeline.lines(of: hop) {
        #expect(!String(decoding: line.data, as: UTF8.self).contains("hunter2"))
      }
    }
  }

  @Test func `an identical PUT changes nothing and raises no event`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let body = MiniaturePipeline.user("a@example.com")
      let created = await pipeline.send("POST", "/Users", body)
      let id = try #require(created.json["id"]?.string)
      let replaced = await pipeline.send("PUT", "/Users/\(id)", body)
      #expect(replaced.status == 200)
      #expect(replaced.json == created.json)
      #expect(try await pipeline.events().count == 1)
      #expect(try pipeline.lines(of: 2).last?.type == "user.unchanged")
    }
  }

  @Test func `deactivating raises updated then deactivated, with what it was before`() async throws
  {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let created = await pipeline.send("POST", "/Users", MiniaturePipeline.user("a@example.com"))
      let id = try #require(created.json["id"]?.string)
      let answer = await pipeline.send("PATCH", "/Users/\(id)", Self.setActive(false))
      #expect(answer.status == 200)
      #expect(answer.json["active"] == false)
      let events = try await pipeline.events().suffix(2).map { $0 }
      #expect(events.map { $0["type"] } == ["employee.updated", "employee.deactivated"])
      #expect(events[0]["changedFields"] == ["active", "employmentStatus"])
      #expect(events[0]["previous"]?["active"] == true)
      #expect(events[0]["data"]?["revision"] == 2)
      #expect(events.map { $0["sequence"] } == [2, 3])
      #expect(await pipeline.send("GET", "/Users/\(id)").json["active"] == false)
    }
  }

  @Test func `a deleted user is gone for SCIM while its employee says so`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let created = await pipeline.send("POST", "/Users", MiniaturePipeline.user("a@example.com"))
      let id = try #require(created.json["id"]?.string)
      #expect(await pipeline.send("DELETE", "/Users/\(id)").status == 204)
      #expect(await pipeline.send("GET", "/Users/\(id)").status == 404)
      #expect(await pipeline.send("DELETE", "/Users/\(id)").status == 404)
      #expect(await pipeline.send("GET", "/Users").json["totalResults"] == 0)
      let events = try await pipeline.events()
      #expect(events.last?["type"] == "employee.deleted")
      #expect(events.last?["data"]?["deleted"] == true)
      let employee = try #require(events.last?["data"]?["id"]?.string)
      #expect(pipeline.store.read { $0.row(record: employee)?.isDeleted } == true)
    }
  }

  @Test func `two POSTs of one userName at once give one 201 and one 409`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let statuses = await withTaskGroup(of: Int.self) { group in
        for name in ["Twin@example.com", "twin@EXAMPLE.com"] {
          group.addTask {
            await pipeline.send("POST", "/Users", MiniaturePipeline.user(name)).status
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(statuses.sorted() == [201, 409])
    }
  }

  @Test func `many writers of one resource lose no write`() async throws {
    let pipeline = try MiniaturePipeline(mappingLanes: 4)
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let created = await pipeline.send("POST", "/Users", MiniaturePipeline.user("a@example.com"))
      let id = try #require(created.json["id"]?.string)
      let count = 40
      await withTaskGroup(of: Void.self) { group in
        for number in 0..<count {
          group.addTask {
            let patch: JSONValue = [
              "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
              "Operations": [
                [
                  "op": "add", "path": "phoneNumbers",
                  "value": [["value": JSONValue("+1 555 \(number)"), "type": "work"]],
                ]
              ],
            ]
            let status = await pipeline.send("PATCH", "/Users/\(id)", patch).status
            #expect(status == 200)
          }
        }
      }
      let phones = await pipeline.send("GET", "/Users/\(id)").json["phoneNumbers"]?.array
      #expect(phones?.count == count)
      let revisions = try await pipeline.events().compactMap { $0["data"]?["revision"]?.int }
      #expect(revisions == Array(1...count + 1))
    }
  }

  @Test func `whoever comes back by externalId keeps both ids`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let body = MiniaturePipeline.user("a@example.com", externalId: "00u1")
      let first = await pipeline.send("POST", "/Users", body)
      let id = try #require(first.json["id"]?.string)
      #expect(await pipeline.send("DELETE", "/Users/\(id)").status == 204)
      let again = await pipeline.send(
        "POST", "/Users", MiniaturePipeline.user("new@example.com", externalId: "00u1"))
      #expect(again.status == 201)
      #expect(again.json["id"]?.string == id)
      let events = try await pipeline.events()
      #expect(Set(events.map { $0["data"]?["id"] }).count == 1)
      #expect(events.suffix(2).map { $0["type"] } == ["employee.updated", "employee.reactivated"])
      #expect(events.last?["data"]?["deleted"] == false)
    }
  }

  @Test func `a manager is resolved when known and never fails the user when not`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let boss = await pipeline.send("POST", "/Users", MiniaturePipeline.user("boss@example.com"))
      let known = await pipeline.send(
        "POST", "/Users", Self.user("a@example.com", managedBy: "BOSS@example.com"))
      let unknown = await pipeline.send(
        "POST", "/Users", Self.user("b@example.com", managedBy: "nobody"))
      #expect([boss.status, known.status, unknown.status] == [201, 201, 201])
      let managers = try await pipeline.events().map { $0["data"]?["manager"] }
      #expect(managers[1]?["resolved"] == true)
      #expect(managers[1]?["email"] == "boss@example.com")
      #expect(managers[2]?["resolved"] == false)
      let echoed = unknown.json["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]
      #expect(echoed?["manager"]?["value"] == "nobody")
    }
  }

  @Test func `what cannot be applied is refused with an outcome of its own`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let answer = await pipeline.send(
        "POST", "/Users", ["schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]])
      #expect(answer.status == 400)
      #expect(answer.json["scimType"] == "invalidValue")
      let outcome = try pipeline.lines(of: 2).last
      #expect(outcome?.type == "user.refused")
      #expect(
        await pipeline.send("PUT", "/Users/nobody", MiniaturePipeline.user("x")).status == 404)
    }
  }

  @Test func `whoever has an answer finds what it says`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let misses = await withTaskGroup(of: Int.self) { group in
        for writer in 0..<8 {
          group.addTask {
            var misses = 0
            for number in 0..<60 {
              let user = MiniaturePipeline.user("u\(writer)-\(number)@example.com")
              let id = await pipeline.send("POST", "/Users", user).json["id"]?.string ?? ""
              if await pipeline.send("GET", "/Users/\(id)").status != 200 { misses += 1 }
            }
            return misses
          }
        }
        return await group.reduce(0, +)
      }
      #expect(misses == 0)
    }
  }

  @Test func `many small changes cannot make a user that one large one could not`() async throws {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    try await pipeline.run { pipeline in
      let created = await pipeline.send("POST", "/Users", MiniaturePipeline.user("a@example.com"))
      let id = try #require(created.json["id"]?.string)
      for path in ["title", "urn:example:extension:User:note"] {
        let patch = Self.set(path, to: String(repeating: "x", count: 40_000))
        let status = await pipeline.send("PATCH", "/Users/\(id)", patch).status
        #expect(status == (path == "title" ? 200 : 413))
      }
      let list = await pipeline.send("GET", "/Users/\(id)").json
      #expect(list["title"]?.string?.count == 40_000)
    }
  }

  static func set(_ path: String, to value: String) -> JSONValue {
    [
      "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      "Operations": [["op": "replace", "path": JSONValue(path), "value": JSONValue(value)]],
    ]
  }

  static func setActive(_ active: Bool) -> JSONValue {
    [
      "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      "Operations": [["op": "replace", "value": ["active": JSONValue(active)]]],
    ]
  }

  static func user(_ name: String, managedBy manager: String) -> JSONValue {
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    let block: JSONValue = ["manager": ["value": JSONValue(manager)]]
    return MiniaturePipeline.user(name, more: JSONObject([.init(name: urn, value: block)]))
  }
}
