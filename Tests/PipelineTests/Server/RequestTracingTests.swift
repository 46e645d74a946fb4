import Actors
import Testing
import Transport

@testable import Pipeline

/// What the hops say of one call, joined, on a real spool.
struct RequestTracingTests {
  private let files: RequestSpool

  init() throws { files = try RequestSpool() }

  private var tracing: RequestTracing {
    RequestTracing(
      accepted: files.spool.hop(0), mapped: files.spool.hop(1), committed: files.spool.hop(2),
      attempts: files.spool.hop(3), log: files.log, disk: files.disk)
  }

  private func append(_ hop: Int, _ id: String, _ data: JSONValue, type: String) {
    files.spool.hop(hop).append(
      SpoolRecord(id: id, key: "cnx_1/Users/u1", type: type, data: data.bytes))
  }

  private func accept(_ id: String) {
    let line = AcceptedLine(
      method: .patch, path: "Users/u1", query: "", connection: "cnx_1", baseURL: "",
      client: "192.0.2.1", agent: "Okta", received: .now, body: JSONObject())
    files.spool.hop(0).append(line.record(request: id))
  }

  private func settle() async {
    for hop in 0..<3 { await files.spool.hop(hop).durable(through: files.spool.hop(hop).lastSeq) }
  }

  @Test func `a call is found in whatever file it was noted`() async throws {
    defer { files.spool.close() }
    let ids = (0..<6).map { _ in ULID.make(prefix: "req_") }
    for id in ids {
      files.log.note(
        RequestNote(
          id: id, received: .now, connection: "cnx_1", isAuthenticated: true,
          method: "GET", path: "/Users/u1", query: "", client: "192.0.2.1", agent: "",
          status: 200, detail: nil))
      // Closes the file, whoever is meant.
      try files.log.forget { _ in false }
    }
    for id in ids { #expect(try await tracing.trace(id) { _ in true } != nil, "\(id)") }
  }

  @Test func `of several mappings the one that was decided is told, however late that was`()
    async throws
  {
    defer { files.spool.close() }
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
    defer { files.spool.close() }
    let (write, read) = (ULID.make(prefix: "req_"), ULID.make(prefix: "req_"))
    accept(write)
    files.log.note(
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
