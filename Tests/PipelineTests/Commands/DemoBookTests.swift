import Pipeline
import Testing
import Transport

@Suite struct DemoBookTests {
  private let key = Array("a signing key of twenty-four".utf8)
  private let company = SimulatedCompany(users: 2, seed: 1)
  private let start = ContinuousClock.now

  private func book() throws -> DemoBook {
    try #require(DemoBook(secret: Secret("whsec_" + Base64.encode(key))))
  }

  private func outcome(_ person: Int, _ change: ProviderSimulator.Change)
    -> ProviderSimulator.Outcome
  {
    .init(
      person: company.people[person], change: change, answered: start,
      latency: .microseconds(600))
  }

  private func webhook(
    _ id: String, _ type: String, person: Int = 0, sequence: Int, revision: Int,
    isSigned: Bool = true
  ) -> HTTPRequest {
    let someone = company.people[person]
    let event: JSONValue = [
      "id": .string(id), "type": .string(type), "timestamp": "2026-11-21T22:15:41.203Z",
      "sequence": .init(sequence),
      "data": [
        "externalId": .string(someone.externalId), "email": .string(someone.userName),
        "departmentName": .string(someone.department), "revision": .init(revision),
        "active": false,
      ],
      "changedFields": ["active", "employmentStatus"], "previous": ["active": true],
    ]
    let signed = Array("\(id).1795299341.".utf8) + event.bytes
    let code = HMACSHA256.code(for: signed, key: isSigned ? key : [1])
    return HTTPRequest(
      method: "POST", target: "/hris",
      fields: [
        "webhook-id": id, "webhook-timestamp": "1795299341",
        "webhook-signature": "v1,AAAA v1," + Base64.encode(code),
      ], body: event.bytes, peer: .local(uid: 0, pid: 1))
  }

  private func line(_ book: DemoBook, _ type: String) throws -> DemoBook.Line {
    try #require(book.lines[type])
  }

  @Test func `each write is matched with its event, whichever comes first`() throws {
    var book = try book()
    #expect(book.expect(outcome(0, .created)).isEmpty)
    #expect(!book.isComplete)
    let matches = book.receive(
      webhook("evt_1", "employee.created", sequence: 1, revision: 1),
      at: start + .milliseconds(3))
    #expect(matches.map(\.latency) == [.milliseconds(3)])
    let early = webhook("evt_2", "employee.updated", sequence: 2, revision: 2)
    #expect(book.receive(early, at: start - .milliseconds(1)).isEmpty)
    #expect(book.expect(outcome(0, .deactivated)).map(\.latency) == [.zero])
    #expect(book.isComplete && DemoScreen.isSound(book) && book.unexpected == 0)
    #expect(try line(book, "employee.updated").delivered == 1)
  }

  @Test func `what does not come is lost`() throws {
    var book = try book()
    _ = book.expect(outcome(0, .created))
    _ = book.expect(outcome(1, .created))
    _ = book.receive(webhook("evt_1", "employee.created", sequence: 1, revision: 1), at: start)
    #expect(try line(book, "employee.created").lost == 1)
    #expect(!book.isComplete && !DemoScreen.isSound(book))
  }

  @Test func `the same id twice is a duplicate, which breaks no promise`() throws {
    var book = try book()
    _ = book.expect(outcome(0, .created))
    for _ in 0..<2 {
      _ = book.receive(webhook("evt_1", "employee.created", sequence: 1, revision: 1), at: start)
    }
    #expect(try line(book, "employee.created").duplicated == 1)
    #expect(try line(book, "employee.created").delivered == 1)
    #expect(DemoScreen.isSound(book))
  }

  @Test func `an older event after a newer one is inverted`() throws {
    var book = try book()
    for change in [ProviderSimulator.Change.created, .updated] {
      _ = book.expect(outcome(0, change))
    }
    _ = book.receive(webhook("evt_2", "employee.updated", sequence: 2, revision: 2), at: start)
    _ = book.receive(webhook("evt_1", "employee.created", sequence: 1, revision: 1), at: start)
    #expect(try line(book, "employee.created").inverted == 1)
    #expect(!DemoScreen.isSound(book))
  }

  @Test func `another employee's lower sequence is no inversion`() throws {
    var book = try book()
    for person in [0, 1] { _ = book.expect(outcome(person, .created)) }
    let second = webhook("evt_2", "employee.created", person: 1, sequence: 2, revision: 1)
    _ = book.receive(second, at: start)
    _ = book.receive(webhook("evt_1", "employee.created", sequence: 1, revision: 1), at: start)
    #expect(DemoScreen.isSound(book))
  }

  @Test func `a wrong signature is counted and fails the demo`() throws {
    var book = try book()
    _ = book.expect(outcome(0, .created))
    let forged = webhook(
      "evt_1", "employee.created", sequence: 1, revision: 1, isSigned: false)
    #expect(book.receive(forged, at: start).map(\.signatureOK) == [false])
    #expect(try line(book, "employee.created").badSignature == 1)
    #expect(!DemoScreen.isSound(book))
  }

  @Test func `an event that no call explains fails the demo`() throws {
    var book = try book()
    _ = book.receive(webhook("evt_1", "employee.updated", sequence: 1, revision: 1), at: start)
    #expect(book.unexpected == 1)
    #expect(
      DemoScreen.result(book, program: "x").hasSuffix(
        "! Not as promised: 1 that no call explains.\n"))
  }

  @Test func `the screen shows events and ends with the table`() throws {
    var book = try book()
    _ = book.expect(outcome(0, .created))
    let created = book.receive(
      webhook("evt_1", "employee.created", sequence: 1, revision: 1),
      at: start + .microseconds(1100))
    _ = book.expect(outcome(0, .deactivated))
    let updated = book.receive(
      webhook("evt_2", "employee.updated", sequence: 331, revision: 2),
      at: start + .microseconds(1000))
    #expect(
      DemoScreen.event(try #require(created.first))
        == "22:15:41.203Z    #1  employee.created  "
        + "imizrahi@example.com, Product Manage…  signature ok   1.1 ms\n")
    #expect(
      DemoScreen.event(try #require(updated.first))
        == "22:15:41.203Z  #331  employee.updated  "
        + "imizrahi@example.com, active true → …  signature ok   1.0 ms\n")
    #expect(DemoScreen.event(try #require(updated.first)).count <= 101)
    #expect(
      DemoScreen.result(book, program: ".build/release/scim-hris") == """
                           expected  delivered  lost  duplicated  inverted  bad signature
        employee.created          1          1     0           0         0              0
        employee.updated          1          1     0           0         0              0
        SCIM answer → webhook   p50 1.0 ms   p99 1.1 ms        SCIM answer   p50 0.6 ms   p99 0.6 ms
        Nothing lost, nothing out of order.   Your own server: .build/release/scim-hris

        """)
    #expect(
      DemoScreen.head(bound: "127.0.0.1:43817", users: 200, seed: 1)
        == "server 127.0.0.1:43817   temporary spool, removed at the end   200 users, seed 1\n")
  }
}
