import Synchronization
import Testing
import Transport

@testable import Pipeline

@Suite struct SimulatedCompanyTests {
  @Test func `the same seed gives the same company, whatever its size`() {
    let small = SimulatedCompany(users: 50, seed: 7)
    let large = SimulatedCompany(users: 300, seed: 7)
    #expect(Array(large.people.prefix(50)) == small.people)
    #expect(SimulatedCompany(users: 50, seed: 8).people != small.people)
    #expect(large.updated(3) == SimulatedCompany(users: 4, seed: 7).updated(3))
  }

  @Test func `user names and external ids are unique, plain and in reserved domains`() {
    let people = SimulatedCompany(users: 1500, seed: 1).people
    #expect(Set(people.map(\.userName)).count == 1500)
    #expect(Set(people.map(\.externalId)).count == 1500)
    #expect(people.allSatisfy { $0.userName.utf8.allSatisfy { $0 < 128 } })
    #expect(people.allSatisfy { $0.userName.hasSuffix("@example.com") })
    #expect(people.allSatisfy { $0.externalId.hasPrefix("00usim") && $0.externalId.count == 20 })
    let other = SimulatedCompany(users: 10, seed: 7).people
    #expect(other.allSatisfy { $0.userName.hasSuffix("@seed7.example.com") })
  }

  @Test func `managers form one tree and stand in an earlier wave`() {
    let company = SimulatedCompany(users: 2000, seed: 1)
    let waves = Dictionary(uniqueKeysWithValues: company.people.map { ($0.userName, $0.wave) })
    #expect(company.people.filter { $0.manager == nil }.count == 1)
    for person in company.people.dropFirst() {
      #expect((waves[person.manager ?? ""] ?? 99) < person.wave)
    }
    #expect(company.waves.map(\.count).reduce(0, +) == 2000)
    #expect(company.waves[0] == [0])
  }

  @Test func `of 200 people 120 are updated, 15 deactivated and 3 of those taken back`() {
    let fates = (0..<200).map { SimulatedFate(index: $0) }
    #expect(fates.filter(\.isUpdated).count == 120)
    #expect(fates.filter(\.isDeactivated).count == 15)
    #expect(fates.filter(\.isReactivated).count == 3)
    #expect(fates.allSatisfy { $0.isDeactivated || !$0.isReactivated })
    #expect(fates.filter { !$0.endsActive }.count == 12)
  }

  @Test func `an update always changes what a webhook shows`() {
    let company = SimulatedCompany(users: 400, seed: 4)
    for index in company.people.indices {
      let before = OktaProfile.creation(of: company.people[index])
      #expect(OktaProfile.overlay(company.updated(index), on: before) != before)
      #expect(company.updated(index).userName == company.people[index].userName)
    }
  }
}

@Suite struct ProviderSimulatorTests {
  @Test func `a company is created, updated and partly deactivated`() async {
    let server = ToyServer()
    let outcomes = Mutex<[ProviderSimulator.Change: Int]>([:])
    let simulator = ProviderSimulator(
      company: SimulatedCompany(users: 200, seed: 1), caller: server, connections: 8,
      onOutcome: { outcome in outcomes.withLock { $0[outcome.change, default: 0] += 1 } })
    await simulator.run()
    let totals = simulator.tally.snapshot
    #expect(totals.rows[.probe]?.count == 1)
    #expect(totals.rows[.filter]?.count == 200)
    #expect(totals.rows[.create]?.count == 200)
    #expect(totals.rows[.update]?.count == 120)
    #expect(totals.rows[.activate]?.count == 18)
    #expect(totals.failed == 0 && totals.done == totals.planned && totals.usersDone == 200)
    #expect(
      outcomes.withLock { $0 } == [
        .created: 200, .updated: 120, .deactivated: 15, .reactivated: 3,
      ])
    #expect(server.calls.first == "GET /Users?startIndex=1&count=2")
    #expect(server.users.filter { $0["active"] == false }.count == 12)
    #expect(server.users.allSatisfy { $0["password"] == nil })
  }

  @Test func `the same seed again finds everybody and changes nothing`() async {
    let server = ToyServer()
    let company = SimulatedCompany(users: 80, seed: 2)
    await ProviderSimulator(company: company, caller: server, connections: 4).run()
    let before = server.users
    let changes = Mutex(0)
    let again = ProviderSimulator(
      company: company, caller: server, connections: 4,
      onOutcome: { _ in changes.withLock { $0 += 1 } })
    await again.run()
    #expect(server.users == before)
    #expect(changes.withLock { $0 } == 0)
    let totals = again.tally.snapshot
    #expect(totals.rows[.create] == nil && totals.rows[.activate] == nil)
    #expect(totals.rows[.update]?.count == 80)
    #expect(totals.done == totals.planned)
  }

  @Test func `a busy server is waited for and a refusal is listed with its first sentence`() async {
    let server = ToyServer()
    let busy = Mutex(1)
    server.refuse { method, _ in
      let wasBusy = busy.withLock { count in
        defer { count = 0 }
        return count == 1
      }
      if wasBusy { return .answered(status: 429, retryAfter: 0, body: []) }
      let error: JSONValue = ["detail": "This name is taken. Choose another."]
      return method == "POST" ? .answered(status: 409, retryAfter: nil, body: error.bytes) : nil
    }
    let simulator = ProviderSimulator(
      company: SimulatedCompany(users: 5, seed: 1), caller: server, connections: 2)
    await simulator.run()
    let totals = simulator.tally.snapshot
    #expect(totals.rows[.probe]?.answers == [429: 1, 200: 1])
    #expect(totals.rows[.probe]?.count == 1)
    #expect(totals.failures.count == 1)
    #expect(
      CallTable.text(totals).hasSuffix("! 5 x POST /Users  409  This name is taken.\n"))
  }

  @Test func `a server that is gone ends the run early`() async {
    let server = ToyServer()
    server.refuse { method, _ in method == "POST" ? .failed("connection refused") : nil }
    let simulator = ProviderSimulator(
      company: SimulatedCompany(users: 2000, seed: 1), caller: server, connections: 2)
    await simulator.run()
    #expect(simulator.isServerGone)
    #expect(server.calls.count < 300)
  }

  @Test func `clean removes exactly those with the mark`() async {
    let server = ToyServer()
    let company = SimulatedCompany(users: 150, seed: 1)
    _ = await server.call(
      "POST", "/Users", body: JSONObject([.init(name: "externalId", value: "00u1")]).bytes)
    let live = ProviderSimulator(company: company, caller: server, connections: 4)
    #expect(await live.occupancy() == .live(1))
    await live.run()
    let cleaner = ProviderSimulator(company: company, caller: server, connections: 4)
    #expect(await cleaner.clean().users == 150)
    #expect(server.users.count == 1)
  }

  @Test func `the table lines up as people read it`() {
    let tally = CallTally()
    tally.answered(.probe, 200)
    tally.finished(.probe, after: .microseconds(400))
    for _ in 0..<2000 {
      tally.answered(.create, 201)
      tally.finished(.create, after: .microseconds(600))
    }
    #expect(
      CallTable.text(tally.snapshot) == """
        call                            count  failed      p50      p99  answers
        GET /Users?count=2 (probe)          1       0   0.4 ms   0.4 ms  200
        POST /Users                     2,000       0   0.6 ms   0.6 ms  201
        total                           2,001       0   0.6 ms   0.6 ms

        """)
    #expect(
      ProgressBar.line(done: 4212, of: 5611, failed: 0, elapsed: .milliseconds(2167))
        == "[##############################..........] 4,212 of 5,611 calls   1,943/s   0 failed"
        + "   1 s left")
  }
}
