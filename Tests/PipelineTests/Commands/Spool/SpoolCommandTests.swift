import TestSupport
import Testing

@testable import Pipeline
@testable import Transport

@Suite struct SpoolCommandTests {
  private let plain = SpoolPaint(isOn: false)

  @Test(arguments: ["bjensen@example.com", "BJENSEN@example.com", "emp_4Q7K", "2819c223"])
  func `explain finds a person by any of their names`(what: String) async throws {
    let sample = SpoolSample()
    try await sample.write()
    var search = SpoolSearch(what, in: try sample.reader)
    let story = try search.story()
    #expect(story?.traces.map(\.request) == ["req_1", "req_2"])
    var other = SpoolSearch(what + "x", in: try sample.reader)
    let none = try other.story()
    #expect(none == nil)
  }

  @Test(arguments: [("req_1", "req_1"), ("evt_2", "req_2"), ("dlv_2", "req_2"), ("dlv_1", "req_1")])
  func `explain finds one write by what it led to`(what: String, request: String) async throws {
    let sample = SpoolSample()
    try await sample.write()
    var search = SpoolSearch(what, in: try sample.reader)
    let story = try search.story()
    #expect(story?.traces.map(\.request) == [request])
  }

  @Test func `explain shows the last change from acceptance to delivery`() async throws {
    let sample = SpoolSample()
    try await sample.write()
    var search = SpoolSearch("bjensen@example.com", in: try sample.reader)
    let found = try search.story()
    let story = try #require(found)
    let text = SpoolExplainScreen(story, bodies: false, paint: plain).text(all: false)
    var lines = text.split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.count <= 100 })
    // Moments differ from run to run; their places do not.
    for index in 2...4 { lines[index] = String(lines[index].dropFirst(15)) }
    let expected = [
      "Barbara Jensen   emp_4Q7K   SCIM 2819c223   Acme / okta-scim   revision 2",
      "req_2  PATCH /Users/2819c223  from 198.51.100.9 (Okta SCIM Client 1.0.0)  answered 200",
      "  accepted   1-accepted  #2       replace active = false",
      "  mapped     2-mapped    #2       active, employmentStatus",
      "  committed  3-committed #5       revision 1 → 2; batch of 1",
      "                 event      evt_2  employee.updated, sequence 4711",
      "  to wh_b41  https://hooks.example.org/okta   attempt 2  connection refused    waiting",
      "                 next try 22:31:40Z",
      "showing the last of 2 changes   all: --all   bodies: --bodies",
    ]
    #expect(lines == expected)
    let all = SpoolExplainScreen(story, bodies: false, paint: plain).text(all: true)
    #expect(all.contains("okta   attempt 1  200  14 ms  203.0.113.7    delivered\n"))
  }

  @Test func `explain knows names that one line made together, as a first start does`()
    async throws
  {
    let sample = SpoolSample()
    try await sample.write(asBatch: true)
    var search = SpoolSearch("bjensen@example.com", in: try sample.reader)
    let story = try search.story()
    #expect(story?.origins == ["cnx_1": "Acme / okta-scim"])
    #expect(story?.receivers == ["wh_b41": "https://hooks.example.org/okta"])
  }

  @Test func `a write without an outcome is shown as far as it came`() async throws {
    let line = SpoolLine(
      seq: 7, based: 1, timestamp: Timestamp(milliseconds: 0), id: "req_9",
      key: "cnx_1/Users/77", type: "users.delete",
      data: Array(#"{"method":"DELETE","path":"Users/77","connection":"cnx_1"}"#.utf8))
    var trace = SpoolTrace(request: "req_9")
    trace.accepted = line
    let screen = SpoolExplainScreen(SpoolStory(traces: [trace]), bodies: false, paint: plain)
    #expect(
      screen.text(all: true) == """
        SCIM 77   cnx_1
        req_9  DELETE /Users/77
          00:00:00.000Z  accepted   1-accepted  #7       delete
          no outcome yet: the next start drives it again
        bodies: --bodies

        """)
  }

  @Test func `ls lines up what is in each hop and what waits`() {
    let now = Timestamp(milliseconds: 1_000_000_000_000)
    func hop(
      _ name: String, _ last: UInt64, _ reader: String?, _ behind: UInt64?
    ) -> SpoolListing.Hop {
      SpoolListing.Hop(
        hop: SpoolReader.Hop(
          name: name, segments: 3, bytes: 13_002_342, lines: last > 0 ? 1...last : nil,
          oldest: now.advanced(by: .seconds(-181_440))), reader: reader, behind: behind)
    }
    let listing = SpoolListing(
      directory: "/var/lib/scim-hris",
      holder: SpoolReader.Holder(
        pid: 812, since: Timestamp(parsing: "2026-11-18T06:02:11.000Z"), isAlive: true),
      instance: "3f9a12", epoch: 1,
      hops: [
        hop("1-accepted", 41_873, "mapping", 0), hop("2-mapped", 41_873, "state store", nil),
        hop("3-committed", 41_902, "delivery", 612), hop("4-attempts", 0, nil, nil),
      ],
      waiting: [
        .init(webhook: "wh_b41", outcomes: 612, oldest: now.advanced(by: .seconds(-15_120)))
      ],
      space: FileSystem.Space(free: 6_549_825_126, total: 10_522_669_875))
    let use = "held by pid 812 since 2026-11-18T06:02Z"
    #expect(
      SpoolListScreen.text(listing, now: now, paint: plain) == """
        /var/lib/scim-hris   format 2   \(use)   instance 3f9a, epoch 1
        hop          files            seq      bytes  oldest  read by      behind
        1-accepted       3       1–41,873   12.4 MiB   2.1 d  mapping           0
        2-mapped         3       1–41,873   12.4 MiB   2.1 d  state store       -
        3-committed      3       1–41,902   12.4 MiB   2.1 d  delivery        612
        4-attempts       3              -   12.4 MiB   2.1 d  -                 -
        total 49.6 MiB   disk 6.1 GiB of 9.8 GiB free
        ! wh_b41: 612 outcomes wait, oldest 4.2 h

        """)
  }

  @Test func `ls of a real spool knows who is behind`() async throws {
    let sample = SpoolSample()
    try await sample.write()
    let listing = try SpoolListing(try sample.reader)
    #expect(listing.hops.map { $0.hop.lines } == [1...2, 1...2, 1...5, 1...2])
    #expect(listing.hops.map(\.behind) == [0, nil, 1, nil])
    #expect(listing.waiting.map(\.outcomes) == [1])
    #expect(listing.json["hops"]?.array?.count == 4)
  }

  @Test func `verify ends with 0 when sound, 1 when torn, 2 when damaged`() async throws {
    let sample = SpoolSample()
    try await sample.write()
    let sound = try sample.reader.verify()
    #expect(SpoolVerifyScreen.exitCode(sound) == .success)
    let text = SpoolVerifyScreen.text(sound, hops: SpoolHops.names, paint: plain)
    #expect(text.hasPrefix("hop          lines verified\n1-accepted                2\n"))
    #expect(text.contains("\nsound   4 files, "))
    var torn = sound
    torn.findings = [.tornTail(segment: "3-committed/1.jsonl", offset: 812, lines: 1, bytes: 40)]
    #expect(SpoolVerifyScreen.exitCode(torn) == .failure)
    #expect(
      SpoolVerifyScreen.text(torn, hops: [], paint: plain)
        .contains("! 3-committed/1.jsonl, offset 812: 1 line (40 B) at the end is torn\n"))
    torn.findings.append(.missing(hop: "3-committed", last: 8, named: 10, by: "4-attempts"))
    #expect(SpoolVerifyScreen.exitCode(torn) == .damaged)
    #expect(
      SpoolVerifyScreen.text(torn, hops: [], paint: plain)
        .contains("! 3-committed ends at line 8, but 4-attempts names line 10\n"))
  }

  @Test func `verify finds what must be absent, at a chunk's edge too, and never says it`() throws {
    let directory = TemporaryDirectory()
    let edge = [UInt8](repeating: 0x2E, count: (1 << 20) - 3) + Array("a secret".utf8)
    directory.write(edge, to: "large")
    try FileSystem.makeDirectory(directory.file("hop"))
    directory.write(Array("xx other".utf8), to: "hop/1.jsonl")
    let absence = SpoolAbsence(Array("nowhere\n\na secret\r\nother".utf8))
    let found = try absence.findings(in: directory.path)
    #expect(
      found == [
        .init(line: 4, place: "hop/1.jsonl", offset: 3),
        .init(line: 3, place: "large", offset: (1 << 20) - 3),
      ])
    let text = SpoolVerifyScreen.text(found, list: "list", paint: plain)
    #expect(text.contains("! line 3 of list: large, offset 1048573\n") && !text.contains("secret"))
    #expect(try SpoolAbsence(Array("nowhere\n".utf8)).findings(in: directory.path) == [])
  }

  @Test func `the state hash follows the published rule`() async throws {
    let sample = SpoolSample()
    try await sample.write()
    var hash = SpoolStateHash()
    try sample.reader.forEachLine(of: SpoolHops.committed) { line in
      hash.take(line)
      return true
    }
    var chain: [UInt8] = []
    for change in [SpoolSample.consumer, SpoolSample.connection, SpoolSample.webhook] {
      chain = SHA256.hash(chain + Array(change.utf8))
    }
    let employee = SpoolSample.employee(active: false, revision: 2)
    let text =
      "cnx_1/Users/2819c223\n2\n"
      + #"{"userName":"BJensen@Example.com","active":false}"# + "\n\(employee)\n"
      + "admin\n\(Hex.encode(chain))"
    #expect(hash.value == Hex.encode(SHA256.hash(Array(text.utf8))))
    #expect(hash.resourceCount == 1 && hash.lastSeq == 5)
  }

  @Test func `cat picks by whole parts of key and type`() {
    let line = SpoolLine(
      seq: 42, based: 40, timestamp: Timestamp(milliseconds: 0), id: "req_1",
      key: "cnx_1/Users/77", type: "user.created", data: Array(#"{"a":1}"#.utf8))
    #expect(SpoolCat(key: "cnx_1").wants(line))
    #expect(SpoolCat(key: "cnx_1/Users/77", type: "user").wants(line))
    #expect(!SpoolCat(key: "cnx").wants(line))
    #expect(!SpoolCat(type: "user.deleted").wants(line))
    #expect(SpoolCat(isRaw: true).text(line, hop: "3-committed") == #"{"a":1}"# + "\n")
    #expect(
      SpoolCat(isJSON: true).text(line, hop: "3-committed")
        .hasPrefix(#"{"hop":"3-committed","seq":42,"b":40,"#))
    #expect(
      SpoolCat().text(line, hop: "3-committed")
        == """
        #42  1970-01-01T00:00:00.000Z  user.created  cnx_1/Users/77  req_1
          {
            "a": 1
          }

        """)
  }

  @Test func `who may not read is told who may`() {
    let error = SpoolError.file(FileError("open", "/x", code: 13))
    #expect(SpoolCommand.code(error) == .permission)
    #expect(SpoolCommand.words(error, directory: "/").contains("sudo -u '#0' scim-hris spool"))
    #expect(SpoolCommand.code(.notFound(directory: "/x")) == .usage)
  }
}
