import Synchronization
import Testing
import Transport

@testable import Pipeline

/// What each provider says, word by word, and where all of it leads.
@Suite struct ProviderDialectTests {
  static let dialects: [any ProviderDialect] = [
    OktaDialect(), EntraDialect(.standard), EntraDialect(.flag), OneLoginDialect(),
    JumpCloudDialect(),
  ]

  private func played(
    _ dialect: any ProviderDialect, on server: ToyServer, users: Int = 120, groups: Int = 17
  ) async -> (simulator: ProviderSimulator, changes: Int) {
    let changes = Mutex(0)
    let simulator = ProviderSimulator(
      company: SimulatedCompany(users: users, seed: 3), dialect: dialect, groups: groups,
      caller: server, connections: 3, onOutcome: { _ in changes.withLock { $0 += 1 } })
    await simulator.run()
    return (simulator, changes.withLock { $0 })
  }

  @Test(arguments: dialects)
  func `everybody is provisioned, changed and partly deactivated`(
    _ dialect: any ProviderDialect
  ) async {
    let server = ToyServer()
    let (simulator, _) = await played(dialect, on: server)
    let totals = simulator.tally.snapshot
    #expect(totals.failed == 0 && totals.done == totals.planned && totals.usersDone == 120)
    #expect(totals.groupsDone == (dialect.groups == nil ? 0 : 17))
    let deleted = dialect.deletesLeavers ? 2 : 0
    #expect(server.users.count == 120 - deleted)
    #expect(server.users.filter { $0["active"] == false }.count == 6 - deleted)
  }

  @Test(arguments: dialects.filter { $0.groups != nil })
  func `a group ends with the members the company gives it`(
    _ dialect: any ProviderDialect
  ) async throws {
    let server = ToyServer()
    let (simulator, _) = await played(dialect, on: server)
    let ids = Dictionary(
      uniqueKeysWithValues: server.users.map { ($0["userName"]?.string, $0["id"]?.string) })
    #expect(simulator.groups.count == 17 && server.groups.count == 17)
    for group in simulator.groups {
      let found = try #require(server.groups.first { $0["displayName"]?.string == group.name })
      let members = found["members"]?.array?.compactMap { $0["value"]?.string } ?? []
      let wanted = group.members.map { ids[simulator.company.people[$0].userName] }
      #expect(members.sorted() == wanted.compactMap { $0 ?? nil }.sorted(), "\(group.name)")
    }
    #expect(simulator.groups.contains { !$0.members.isEmpty })
  }

  @Test(arguments: dialects.filter { !$0.deletesLeavers })
  func `a second run finds everybody and changes nothing`(
    _ dialect: any ProviderDialect
  ) async {
    let server = ToyServer()
    _ = await played(dialect, on: server)
    let before = (server.users, server.groups)
    let (again, changes) = await played(dialect, on: server)
    #expect((server.users, server.groups) == before && changes == 0)
    let totals = again.tally.snapshot
    #expect(totals.failed == 0 && totals.done == totals.planned)
    #expect(totals.rows[.create] == nil && totals.groupsDone == again.groups.count)
  }

  @Test(arguments: dialects)
  func `clean takes away exactly what was made`(_ dialect: any ProviderDialect) async {
    let server = ToyServer()
    for (path, body) in [
      ("/Users", ["userName": "real@customer.test", "externalId": "00u1"]),
      ("/Groups", ["displayName": "Real"]),
    ] as [(String, JSONValue)] {
      _ = await server.call("POST", path, body: body.bytes)
    }
    let (simulator, _) = await played(dialect, on: server)
    let removed = await simulator.clean()
    #expect(removed.groups == simulator.groups.count && removed.users >= 118)
    #expect(server.users.count == 1 && server.groups.count == 1)
  }

  @Test func `an unexpected status is a failed call`() async {
    let server = ToyServer()
    server.refuse { method, target in
      method == "PATCH" && target.hasPrefix("/Groups")
        ? .answered(status: 404, retryAfter: nil, body: []) : nil
    }
    let (simulator, _) = await played(OktaDialect(), on: server, users: 20, groups: 2)
    #expect(simulator.tally.snapshot.rows[.group]?.failed == 2)
    #expect(CallTable.text(simulator.tally.snapshot).contains("! 2 x POST, PATCH /Groups  404"))
  }
}

/// The shapes that tell one provider from another.
@Suite struct ProviderWordingTests {
  private let company = SimulatedCompany(users: 40, seed: 1)
  private let people = [GroupMember(id: "7", userName: "a"), GroupMember(id: "8", userName: "b")]

  private func change(_ index: Int) -> GroupChange {
    GroupChange(
      group: SimulatedGroup(index: index, name: "Team", members: []), initial: [people[0]],
      joining: [people[1]], leaving: [people[0]], final: [people[1]])
  }

  private func text(_ calls: [ProviderCall]) -> [String] {
    calls.map { "\($0.method) \($0.target) \($0.body?["Operations"]?.text ?? "")" }
  }

  @Test func `Okta renames without a path and moves members in one request`() {
    #expect(
      text(OktaDialect().groupLife("g", change(0))) == [
        #"PATCH /Groups/g [{"op":"add","path":"members","value":[{"value":"7","display":"a"}]}]"#,
        #"PATCH /Groups/g [{"op":"replace","value":{"id":"g","displayName":"Team"}}]"#,
        #"PATCH /Groups/g [{"op":"replace","value":{"id":"g","displayName":"Team"}},"#
          + #"{"op":"remove","path":"members[value eq \"7\"]"},"#
          + #"{"op":"add","path":"members","value":[{"value":"8","display":"b"}]}]"#,
      ])
    #expect(
      text(OktaDialect().groupRefresh("g", members: [])) == [
        #"PATCH /Groups/g [{"op":"replace","path":"members","value":[]}]"#
      ])
  }

  @Test func `Entra speaks in capitals, with a reference that is null`() {
    #expect(
      text(EntraDialect(.standard).groupLife("g", change(0))) == [
        #"PATCH /Groups/g [{"op":"Add","path":"members","value":[{"$ref":null,"value":"7"}]}]"#,
        #"PATCH /Groups/g [{"op":"Replace","path":"displayName","value":"Team"}]"#,
        #"PATCH /Groups/g [{"op":"Add","path":"members","value":[{"$ref":null,"value":"8"}]}]"#,
        #"PATCH /Groups/g [{"op":"Remove","path":"members","value":[{"$ref":null,"value":"7"}]}]"#,
      ])
    let off = EntraDialect(.standard).activation(
      "u", false, of: company.people[0], managerId: nil)
    #expect(
      text([off]) == [#"PATCH /Users/u [{"op":"Replace","path":"active","value":"False"}]"#])
  }

  @Test func `Entra with the flag speaks in small letters, and the flag is in every target`() {
    let flagged = EntraDialect(.flag)
    #expect(
      text(flagged.groupLife("g", change(1))).last
        == #"PATCH /Groups/g?aadOptscim062020 [{"op":"remove","path":"members[value eq \"7\"]"}]"#)
    let off = flagged.activation("u", false, of: company.people[0], managerId: nil)
    #expect(
      text([off])
        == [#"PATCH /Users/u?aadOptscim062020 [{"op":"replace","path":"active","value":false}]"#])
    #expect(flagged.findingGroup("Team").target.hasSuffix("&aadOptscim062020"))
  }

  @Test func `Entra sends what differs: without a path what needs none, when flagged`() throws {
    let person = company.people[3]
    var stored = EntraProfile.creation(of: person)
    var moved = person
    moved.title = "Changed"
    moved.mobilePhone = "+1 212 555 0100"
    #expect(
      EntraDialect(.flag).update("u", to: person, managerId: nil, over: stored)?
        .body?["Operations"]?.array?.count == 1, "the region is not sent with the creation")
    stored["addresses"] = [
      [
        "type": "work", "locality": .string(Office.all[person.office].city),
        "region": .string(Office.all[person.office].state),
        "country": .string(Office.all[person.office].countryName),
      ]
    ]
    for dialect in [EntraDialect(.standard), EntraDialect(.flag)] {
      #expect(dialect.update("u", to: person, managerId: nil, over: stored) == nil)
    }
    let call = try #require(
      EntraDialect(.flag).update("u", to: moved, managerId: "m", over: stored))
    #expect(
      call.body?["Operations"]?.text
        == #"[{"op":"replace","value":{"title":"Changed"}},"#
        + #"{"op":"replace","path":"phoneNumbers[type eq \"mobile\"].value","#
        + #""value":"+1 212 555 0100"},{"op":"add","path":"\#(SCIMNames.enterprise):manager","#
        + #""value":"m"}]"#)
  }

  @Test func `OneLogin ends its targets with signs nobody needs`() {
    let dialect = OneLoginDialect()
    let person = company.people[0]
    #expect(dialect.finding(person).target.hasSuffix("%22&"))
    #expect(dialect.findingGroup("A B").target == "/Groups?filter=displayName+eq+%22A+B%22&")
    let put = dialect.update("u", to: person, managerId: nil, over: JSONObject())
    #expect(put?.target == "/Users/u?")
    #expect(put?.body?["schemas"]?.array?.first == "urn:scim:schemas:core:1.0")
    #expect(put?.body?["emails"]?.object != nil && dialect.headers.userAgent == "")
  }

  @Test func `JumpCloud leaves almost nothing of who leaves`() {
    let person = company.people[0]
    let off = JumpCloudDialect().activation("u", false, of: person, managerId: nil)
    #expect(off.method == "PUT" && off.body?["emails"] == .null && off.body?["active"] == false)
    #expect(off.body?["title"] == nil && off.body?["externalId"] == nil)
    let whole = JumpCloudDialect().update("u", to: person, managerId: nil, over: JSONObject())
    #expect(whole?.body?["photos"] == [] && whole?.body?["id"] == "u")
  }
}
