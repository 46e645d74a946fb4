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
      "  committed  3-committed #6       revision 1 → 2; batch of 1",
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
    #expect(story?.origin("cnx_1") == "Acme / okta-scim")
    #expect(story?.receiver("wh_b41") == "https://hooks.example.org/okta")
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

  @Test func `verify ends with 0 when sound, 1 when torn, 2 when damaged`() async throws {
    let sample = SpoolSample()
    try await sample.write()
    let sound = try sample.reader.verify()
    let screen = SpoolVerifyScreen(sound, hops: SpoolHops.names)
    #expect(screen.exitCode == .success)
    let text = screen.text(paint: plain)
    #expect(text.hasPrefix("hop          lines verified\n1-accepted                2\n"))
    #expect(text.contains("\nsound   4 files, "))
    var torn = sound
    torn.findings = [.tornTail(segment: "3-committed/1.jsonl", offset: 812, lines: 1, bytes: 40)]
    #expect(SpoolVerifyScreen(torn, hops: []).exitCode == .failure)
    #expect(
      SpoolVerifyScreen(torn, hops: []).text(paint: plain)
        .contains("! 3-committed/1.jsonl, offset 812: 1 line (40 B) at the end is torn\n"))
    torn.findings.append(.missing(hop: "3-committed", last: 8, named: 10, by: "4-attempts"))
    let damaged = SpoolVerifyScreen(torn, hops: [])
    #expect(damaged.exitCode == .damaged)
    #expect(
      damaged.text(paint: plain)
        .contains("! 3-committed ends at line 8, but 4-attempts names line 10\n"))
    #expect(damaged.text(paint: plain).contains("spool repair --accept-loss"))
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
    let words = SpoolCommand.words(error, directory: "/", path: ["spool", "explain"])
    #expect(words == "you may not read /; its owner may: sudo -u root scim-hris spool explain …")
    #expect(SpoolCommand.code(.notFound(directory: "/x")) == .usage)
  }
}
