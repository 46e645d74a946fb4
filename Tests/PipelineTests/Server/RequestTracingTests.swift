import Actors
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// What the hops say of one call, joined, on a real spool.
struct RequestTracingTests {
  private let directory = TemporaryDirectory()
  private let disk = BlockingThread(name: "test")
  private let spool: Spool
  private let log: RequestLog

  init() throws {
    (spool, _) = try Spool.open(
      directory: directory.file("spool"), hops: SpoolHops.descriptions, log: .silent)
    log = try RequestLog(
      spool: directory.file("spool"), limits: .init(keep: .seconds(3600), bytes: 1 << 20))
  }

  private var tracing: RequestTracing {
    RequestTracing(
      accepted: spool.hop(0), mapped: spool.hop(1), committed: spool.hop(2),
      attempts: spool.hop(3), log: log, disk: disk)
  }

  private func append(_ hop: Int, _ id: String, _ data: JSONValue, type: String) {
    spool.hop(hop).append(
      SpoolRecord(id: id, key: "cnx_1/Users/u1", type: type, data: data.bytes))
  }

  private func accept(_ id: String) {
    let line = AcceptedLine(
      method: .patch, path: "Users/u1", query: "", connection: "cnx_1", baseURL: "",
      client: "192.0.2.1", agent: "Okta", received: .now, body: JSONObject())
    spool.hop(0).append(line.record(request: id))
  }

  private func settle() async {
    for hop in 0..<3 { await spool.hop(hop).durable(through: spool.hop(hop).lastSeq) }
  }

  @Test func `of several mappings the one that was decided is told, however late that was`()
    async throws
  {
    defer { spool.close() }
    let id = ULID.make(prefix: "req_")
    accept(id)
    for field in ["title", "departmentName"] {
      append(1, id, ["changes": [JSONValue(field)]], type: "user.updated")
      append(1, "req_other", ["changes": []], type: "user.updated")
    }
    let outcome: JSONValue = [
      "request": JSONValue(id), "accepted": 1, "outcome": "applied", "status": 200, "events": [],
    ]
    append(2, id, outcome, type: "user.updated")
    await settle()
    let trace = try #require(try await tracing.trace(id) { $0 == "cnx_1" })
    #expect(trace.summary.outcome == .applied && trace.mapped?.seq == 3)
    #expect(trace.json(nil)["changedFields"] == ["departmentName"])
  }

  @Test func `what is not wanted is not told, whichever log it is in`() async throws {
    defer { spool.close() }
    let (write, read) = (ULID.make(prefix: "req_"), ULID.make(prefix: "req_"))
    accept(write)
    log.note(
      RequestNote(
        id: read, received: .now, connection: "cnx_1", isAuthenticated: true, method: "GET",
        path: "/Users", query: "", client: "192.0.2.1", agent: "", status: 200, detail: nil))
    await settle()
    for id in [write, read] {
      #expect(try await tracing.trace(id) { _ in true }?.summary.id == id)
      #expect(try await tracing.trace(id) { _ in false }?.summary.id == nil)
    }
  }
}
