import Testing
import Transport

@testable import Pipeline

/// Groups, the tree of managers, and one employee with all there is to know.
@Suite(.timeLimit(.minutes(5)))
struct PeopleReadTests {
  private struct People {
    let server = TestServer()
    /// SCIM ids of boss, a and b, who report to the boss, and c, who reports to a.
    private(set) var scim: [String: String] = [:]
    private(set) var employees: [String: String] = [:]

    init() async throws {
      try await server.start()
      let okta = try server.okta()
      for (name, manager) in [("c", "a"), ("a", "boss"), ("b", "boss"), ("boss", nil)] {
        let block: JSONValue = manager.map { ["manager": ["value": JSONValue("x-\($0)")]] } ?? [:]
        let body = OktaUser("\(name)@example.com", externalId: "x-\(name)").creation
          .setting("schemas", to: [JSONValue(OktaUser.core), JSONValue(OktaUser.enterprise)])
          .setting(OktaUser.enterprise, to: block)
        let made = try await okta.post("/Users", body)
        #expect(made.status == 201, "\(made)")
        scim[name] = made["id"]?.string
      }
      let api = try await api()
      for employee in try await api.get("/hris/employees")["data"]?.array ?? [] {
        let name = employee["username"]?.string?.prefix { $0 != "@" } ?? ""
        employees[String(name)] = employee["id"]?.string
      }
      try #require(employees.count == 4)
      try await settled(api)
    }

    func api() async throws -> TestClient {
      try await server.api(consumer: try server.made.consumerId)
    }

    /// Late managers are found soon after they came.
    private func settled(_ api: TestClient) async throws {
      for _ in 0..<2000 {
        let all = try await api.get("/hris/employees")["data"]?.array ?? []
        if all.count(where: { $0["manager"]?["id"]?.string != nil }) == 3 { return }
        try await ContinuousClock().sleep(for: .milliseconds(5))
      }
      Issue.record("managers were not found")
    }

    func group(_ name: String, _ members: [String]) async throws -> String {
      let body: JSONValue = [
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": JSONValue(name),
        "members": .array(members.map { ["value": JSONValue(scim[$0] ?? $0)] }),
      ]
      let made = try await server.okta().post("/Groups", body)
      #expect(made.status == 201, "\(made)")
      return try #require(made["id"]?.string)
    }
  }

  private static func names(_ answer: TestAnswer) -> [String] {
    answer["data"]?.array?.compactMap {
      ($0["username"] ?? $0["email"])?.string.map { String($0.prefix { $0 != "@" }) }
    } ?? []
  }

  @Test func `groups are listed page by page, and so is who belongs to them`() async throws {
    let people = try await People()
    let api = try await people.api()
    _ = try await people.group("Engineering", ["a", "b", "c", "nobody-yet"])
    let second = try await people.group("Law & Order", ["c"])
    _ = try await people.group("Empty", [])
    let first = try await api.get("/hris/groups?limit=2")
    #expect(first["data"]?.array?.map { $0["name"] } == ["Engineering", "Law & Order"])
    let cursor = try #require(first["meta"]?["next"]?.string)
    let rest = try await api.get("/hris/groups?limit=2&cursor=\(cursor)")
    #expect(rest["data"]?.array?.map { $0["name"] } == ["Empty"])
    #expect(rest["meta"]?["next"] == .null)
    let group = try #require(first["data"]?.array?.first)
    let path = "/hris/groups/\(try #require(group["id"]?.string))"
    #expect(try await api.get(path)["data"] == group)
    let members = try await api.get(path + "/members?limit=2")
    #expect(Self.names(members) == ["c", "a"])
    #expect(members["data"]?.array?.first?["type"] == "employee")
    let next = try #require(members["meta"]?["next"]?.string)
    let last = try await api.get(path + "/members?cursor=\(next)")
    #expect(Self.names(last) == ["b"], "who is awaited is hidden")
    #expect(try await api.get("/hris/groups?cursor=\(next)").status == 400, "of employees")
    #expect(try await api.get("/hris/employees?cursor=\(cursor)").status == 400, "of groups")
    let never = APICursor(after: "emp_none").text
    for list in ["/hris/employees", "/hris/groups", path + "/members"] {
      #expect(try await api.get(list + "?cursor=\(never)").status == 400)
    }
    #expect(try await api.get("/hris/groups/grp_none").status == 404)
    #expect(try await api.get("/hris/groups/grp_none/members").status == 404)
    let okta = try people.server.okta()
    #expect(try await okta.delete("/Groups/\(second)").status == 204)
    #expect(try await api.get("/hris/groups")["data"]?.array?.count == 2)
  }

  @Test func `however many groups are gone, those that are there are found`() async throws {
    let people = try await People()
    let okta = try people.server.okta()
    for number in 0..<300 {
      let id = try await people.group("G\(number)", [])
      #expect(try await okta.delete("/Groups/\(id)").status == 204)
    }
    _ = try await people.group("Last", ["a"])
    let api = try await people.api()
    let page = try await api.get("/hris/groups?limit=1")
    #expect(page["data"]?.array?.map { $0["name"] } == ["Last"])
    #expect(page["meta"]?["next"] == .null)
    #expect(Self.names(try await api.get("/hris/employees?group=LAST")) == ["a"])
    #expect(Self.names(try await api.get("/hris/employees?group=G7")) == [])
  }

  @Test func `pages that show more of everybody are pages still`() async throws {
    let people = try await People()
    let api = try await people.api()
    _ = try await people.group("Engineering", ["a", "boss"])
    let list = "/hris/employees?limit=3&include=raw,groups,directReports"
    let first = try await api.get(list)
    #expect(Self.names(first) == ["c", "a", "b"])
    #expect(
      first["data"]?.array?[1]["directReports"]?.array?.map { $0["email"] } == ["c@example.com"])
    let next = try #require(first["meta"]?["next"]?.string)
    let last = try await api.get(list + "&cursor=\(next)")
    #expect(Self.names(last) == ["boss"] && last["meta"]?["next"] == .null)
    #expect(last["data"]?.array?.first?["groups"]?.array?.count == 1)
  }

  @Test func `a group in a group is a member of its own kind`() async throws {
    let people = try await People()
    let inner = try await people.group("Inner", ["a"])
    _ = try await people.group("Outer", [inner, "b"])
    let api = try await people.api()
    let groups = try await api.get("/hris/groups")["data"]?.array ?? []
    let outer = try #require(groups.last?["id"]?.string)
    let members = try await api.get("/hris/groups/\(outer)/members")["data"]?.array ?? []
    #expect(members.map { $0["type"] } == ["employee", "group"])
    #expect(members.last?["id"] == groups.first?["id"] && members.last?["name"] == "Inner")
    #expect(Self.names(try await api.get("/hris/employees?group=Outer")) == ["b"])
  }

  @Test func `employees are found by their group and by their manager`() async throws {
    let people = try await People()
    let api = try await people.api()
    _ = try await people.group("Engineering", ["a", "c"])
    let id = try await api.get("/hris/groups")["data"]?.array?.first?["id"]?.string ?? ""
    for name in ["engineering", id] {
      let found = try await api.get("/hris/employees?group=\(name)")
      #expect(Self.names(found) == ["c", "a"])
      #expect(found["data"]?.array?.first?["groups"]?.array?.first?["name"] == "Engineering")
    }
    #expect(Self.names(try await api.get("/hris/employees?group=nothing")) == [])
    let boss = try #require(people.employees["boss"])
    #expect(Self.names(try await api.get("/hris/employees?managerId=\(boss)")) == ["a", "b"])
    let page = try await api.get("/hris/employees?managerId=\(boss)&limit=1")
    #expect(Self.names(page) == ["a"])
    let cursor = try #require(page["meta"]?["next"]?.string)
    let rest = try await api.get("/hris/employees?managerId=\(boss)&limit=1&cursor=\(cursor)")
    #expect(Self.names(rest) == ["b"] && rest["meta"]?["next"] == .null)
    let both = try await api.get("/hris/employees?managerId=\(boss)&group=\(id)")
    #expect(Self.names(both) == ["a"])
    #expect(Self.names(try await api.get("/hris/employees?managerId=emp_none")) == [])
  }

  @Test func `one employee comes with its resource, all groups and its reports`() async throws {
    let people = try await People()
    let api = try await people.api()
    for number in 0..<101 { _ = try await people.group("G\(number)", ["boss"]) }
    let path = "/hris/employees/\(try #require(people.employees["boss"]))"
    let plain = try #require(try await api.get(path)["data"])
    #expect(plain["groups"]?.array?.count == 100 && plain["groupsTruncated"] == true)
    #expect(plain["raw"] == nil && plain["directReports"] == nil)
    let full = try #require(
      try await api.get(path + "?include=raw,groups,directReports")["data"])
    #expect(full["groups"]?.array?.count == 101 && full["groupsTruncated"] == false)
    #expect(
      full["directReports"]?.array?.map { $0["email"] } == ["a@example.com", "b@example.com"])
    let scim = try #require(people.scim["boss"])
    let sent = try await people.server.okta().get("/Users/\(scim)")
    #expect(full["raw"]?["userName"] == "boss@example.com" && full["raw"]?["password"] == nil)
    #expect(full["raw"] == sent.json)
    #expect(try await api.get(path + "?include=photo").status == 400)
  }

  @Test func `an ETag spares what is known, and tells when others changed`() async throws {
    let people = try await People()
    let api = try await people.api()
    let path = "/hris/employees/\(try #require(people.employees["a"]))"
    let first = try await api.get(path)
    let tag = try #require(first.fields["ETag"])
    #expect(tag.hasPrefix("\""))
    let known = api.with("If-None-Match", "\"other\", W/\(tag)")
    let unchanged = try await known.get(path)
    #expect(unchanged.status == 304 && unchanged.text.isEmpty)
    #expect(unchanged.fields["ETag"] == tag)
    #expect(try await known.get(path + "?include=raw").status == 200, "another answer")
    let rename: JSONValue = [
      "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      "Operations": [["op": "replace", "path": "displayName", "value": "New Name"]],
    ]
    let boss = try #require(people.scim["boss"])
    _ = try await people.server.okta().send("PATCH", "/Users/\(boss)", bytes: rename.bytes)
    let changed = try await known.get(path)
    #expect(changed.status == 200 && changed["data"]?["manager"]?["name"] == "New Name")
    #expect(changed["data"]?["revision"] == first["data"]?["revision"], "his name is his own")
  }

  @Test func `the tree shows everybody under his manager`() async throws {
    let people = try await People()
    let api = try await people.api()
    let whole = try #require(try await api.get("/hris/org-chart")["data"])
    #expect(whole["employees"] == 4 && whole["truncated"] == false)
    let boss = try #require(whole["roots"]?.array?.first)
    #expect(whole["roots"]?.array?.count == 1 && boss["email"] == "boss@example.com")
    #expect(boss["directReports"] == 2)
    let reports = try #require(boss["reports"]?.array)
    #expect(reports.map { $0["email"] } == ["a@example.com", "b@example.com"])
    #expect(reports[0]["reports"]?.array?.map { $0["email"] } == ["c@example.com"])
    let id = try #require(people.employees["boss"])
    let cut = try #require(try await api.get("/hris/org-chart?root=\(id)&depth=1")["data"])
    #expect(cut["employees"] == 3 && cut["truncated"] == true)
    let none = try await api.get("/hris/org-chart?depth=0")["data"]
    #expect(none?["employees"] == 1 && none?["truncated"] == true)
    #expect(try await api.get("/hris/org-chart?root=emp_none").status == 404)
    #expect(try await api.get("/hris/org-chart?depth=25").status == 400)
  }

  @Test func `a circle of managers ends where it would close`() async throws {
    let people = try await People()
    let turn: JSONValue = [
      "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      "Operations": [
        ["op": "replace", "path": JSONValue(OktaUser.enterprise + ":manager"), "value": "x-c"]
      ],
    ]
    let boss = try #require(people.scim["boss"])
    let changed = try await people.server.okta().send(
      "PATCH", "/Users/\(boss)", bytes: turn.bytes)
    #expect(changed.status < 300)
    let api = try await people.api()
    let id = try #require(people.employees["boss"])
    let tree = try #require(try await api.get("/hris/org-chart?root=\(id)")["data"])
    #expect(tree["employees"] == 4 && tree["truncated"] == false)
    let whole = try #require(try await api.get("/hris/org-chart")["data"])
    #expect(whole["employees"] == 4 && whole["truncated"] == false)
    #expect(whole["roots"]?.array?.map { $0["email"] } == ["c@example.com"], "who came first")
  }

  @Test func `an export that is not whole does not end well`() async throws {
    let people = try await People()
    let words = ["employees", "export", "--spool", people.server.spool]
    let whole = try await runProgram(words)
    #expect(whole.ending == .exited(0) && whole.output.split(separator: "\r\n").count == 5)
    let full = try ChildProcess(
      program: TestServer.program, words: words, environment: TestServer.environment,
      output: "/dev/full")
    #expect(await full.ending(within: .seconds(30)) == .exited(74))
  }
}
