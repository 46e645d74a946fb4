import Actors
import Testing
import Transport

@testable import Pipeline

/// Both logs of calls read backwards side by side, on a real spool.
struct RequestRecordsTests {
  private let files: RequestSpool

  init() throws { files = try RequestSpool() }

  private var records: RequestRecords {
    RequestRecords(
      accepted: files.spool.hop(0), committed: files.spool.hop(2), log: files.log, disk: files.disk,
      gate: ScanGate())
  }

  /// A write of the user of that number, and what became of it.
  private func write(_ number: Int, connection: String = "cnx_1", outcome: String = "applied") {
    let id = "req_w\(number)"
    let line = AcceptedLine(
      method: number % 3 == 0 ? .create : .patch, path: "Users/u\(number % 7)", query: "",
      connection: connection, baseURL: "https://scim.example.com/scim/v2/x", client: "192.0.2.1",
      agent: "Okta", received: .now,
      body: JSONObject([.init(name: "userName", value: JSONValue("u\(number)@example.com"))]))
    let accepted = files.spool.hop(0).append(line.record(request: id))
    let status = outcome == "refused" ? 409 : 200
    let data =
      #"{"request":"\#(id)","application":"app_1","accepted":\#(accepted),"outcome":"\#(outcome)","#
      + #""status":\#(status),"events":[]}"#
    files.spool.hop(2).append(
      SpoolRecord(
        id: id, key: "\(connection)/Users/u\(number % 7)", type: "user.\(outcome)",
        data: Array(data.utf8)))
  }

  private func read(_ number: Int, connection: String = "cnx_1", status: Int = 200) {
    files.log.note(
      RequestNote(
        id: "req_r\(number)", received: .now, connection: connection, isAuthenticated: true,
        method: "GET", path: "/Users/u\(number % 7)", query: "", client: "192.0.2.1", agent: "",
        status: status, detail: nil))
  }

  private func all(_ query: RequestQuery) async throws -> [String] {
    var (query, found) = (query, [String]())
    while true {
      let page = try #require(try await records.page(query))
      found += page.requests.map(\.id)
      guard let next = page.next else { return found }
      #expect(RequestPlace(next.text) == next)
      query.before = next
    }
  }

  @Test func `pages hold every call once, the newest first, whichever log it is in`() async throws {
    defer { files.spool.close() }
    var wanted: [String] = []
    for number in 0..<600 {
      write(number)
      wanted.append("req_w\(number)")
      if number % 5 == 0 {
        // The two logs are told apart by time alone, to the millisecond.
        try await Task.sleep(for: .milliseconds(3))
        read(number)
        wanted.append("req_r\(number)")
        try await Task.sleep(for: .milliseconds(3))
      }
    }
    await files.spool.hop(2).durable(through: files.spool.hop(2).lastSeq)
    let found = try await all(RequestQuery(connections: ["cnx_1"], limit: 37))
    #expect(found == wanted.reversed())
  }

  @Test func `each filter lets through what it names`() async throws {
    defer { files.spool.close() }
    for number in 0..<60 {
      let outcome = number % 10 == 0 ? "refused" : number % 4 == 0 ? "unchanged" : "applied"
      write(number, connection: number % 2 == 0 ? "cnx_1" : "cnx_2", outcome: outcome)
      read(number, connection: "cnx_1", status: number % 6 == 0 ? 404 : 200)
    }
    await files.spool.hop(2).durable(through: files.spool.hop(2).lastSeq)
    var query = RequestQuery(connections: ["cnx_1", "cnx_2"], limit: 100)
    #expect(try await all(query).count == 120)
    query.connections = ["cnx_2"]
    #expect(try await all(query).count == 30)
    query.connections = ["cnx_1"]
    query.outcome = .refused
    #expect(try await all(query).count == 16)
    query.outcome = .unchanged
    #expect(try await all(query).count == 12)
    query.outcome = .read
    #expect(try await all(query).count == 50)
    query.outcome = nil
    query.status = 409
    #expect(try await all(query).count == 6)
    query.status = nil
    query.method = "POST"
    #expect(try await all(query).count == 10)
    query.method = nil
    query.keys = [ResourceKey(connection: "cnx_1", type: "Users", id: "u3")]
    let about = try await all(query)
    #expect(about.count == 13 && about.contains("req_r3") && about.contains("req_w10"))
    query.keys = []
    query.word = "U8@EXAMPLE.com"
    #expect(
      try await all(query) == ["req_w8"])
    query.word = nil
    query.keys = nil
    query.since = Timestamp.now.advanced(by: .seconds(1800))
    #expect(try await all(query).isEmpty)
    query.since = nil
    query.until = Timestamp.now.advanced(by: .seconds(-1800))
    #expect(try await all(query).isEmpty)
  }

  @Test func `a bulk call is no read, since what it writes are calls of their own`() async throws {
    defer { files.spool.close() }
    read(1)
    files.log.note(
      RequestNote(
        id: "req_bulk", received: .now, connection: "cnx_1", isAuthenticated: true,
        method: "POST", path: "/Bulk", query: "", client: "192.0.2.1", agent: "", status: 200,
        detail: nil))
    var query = RequestQuery(connections: ["cnx_1"], limit: 5)
    let page = try #require(try await records.page(query))
    #expect(page.requests.first { $0.id == "req_bulk" }?.json(nil)["outcome"]?.isNull == true)
    query.outcome = .read
    #expect(try await all(query) == ["req_r1"])
  }

  @Test func `a write that nothing decides has no outcome`() async throws {
    defer { files.spool.close() }
    let line = AcceptedLine(
      method: .delete, path: "Users/u1", query: "", connection: "cnx_1", baseURL: "",
      client: "192.0.2.1", agent: "", received: .now, body: JSONObject())
    files.spool.hop(0).append(line.record(request: "req_1"))
    let page = try #require(
      try await records.page(RequestQuery(connections: ["cnx_1"], limit: 5)))
    #expect(page.requests.map(\.id) == ["req_1"] && page.requests[0].outcome == nil)
    #expect(page.requests[0].json(nil)["status"]?.isNull == true)
  }
}
