import Actors
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// The log of what no hop tells of, on a real disk.
struct RequestLogTests {
  private let directory = TemporaryDirectory()

  private func log(
    keep: Duration = .seconds(3600), bytes: UInt64 = 1 << 20,
    budget: RequestLogBudget = RequestLogBudget(),
    isShort: @escaping @Sendable () -> Bool = { false }
  ) throws -> RequestLog {
    try RequestLog(
      spool: directory.path, limits: .init(keep: keep, bytes: bytes), budget: budget,
      isShortOfDisk: isShort)
  }

  private func note(
    _ id: String = ULID.make(prefix: "req_"), connection: String = "cnx_1", path: String = "/Users",
    query: String = "", agent: String = "Okta", status: Int = 200, isKnown: Bool = true
  ) -> RequestNote {
    RequestNote(
      id: id, received: .now, connection: connection, isAuthenticated: isKnown, method: "GET",
      path: path, query: query, client: "198.51.100.9", agent: agent, status: status,
      detail: status < 400 ? nil : "No.")
  }

  private func lines() throws -> [RequestLogLine] {
    let files = RequestLogFiles(spool: directory.path)
    return try files.all().flatMap { try files.lines(of: $0).compactMap { RequestLogLine($0) } }
  }

  @Test func `what is noted reads back, also after a restart and behind a torn end`() throws {
    let first = try log()
    first.note(note("req_1"))
    first.note(note("req_2", status: 404, isKnown: false))
    first.flush()
    let file = try #require(try RequestLogFiles(spool: directory.path).all().first)
    try File(file.path, .appending).write(Array(#"{"n":3,"ts":"20"#.utf8))
    let second = try log()
    second.note(note("req_3"))
    second.flush()
    let found = try lines()
    #expect(found.map(\.number) == [1, 2, 3])
    #expect(found.compactMap(\.call?.id) == ["req_1", "req_2", "req_3"])
    #expect(found[1].call?.isAuthenticated == false && found[1].call?.detail == "No.")
    #expect(try FileSystem.status(file.path)?.mode == 0o600)
    #expect(try FileSystem.status(directory.file("requests"))?.mode == 0o700)
  }

  @Test func `its thread writes by itself, and all of it when it stops`() async throws {
    let log = try log()
    log.start()
    log.note(note("req_1"))
    #expect(await eventually { (try? lines().count) == 1 })
    for _ in 0..<100 { log.note(note()) }
    log.stop()
    #expect(try lines().count == 101)
  }

  @Test func `no credential and no password gets into it, wherever it was pasted`() throws {
    let log = try log()
    log.note(
      note(
        path: "/scimtok_abcDEF123/Users",
        query: "access_token=topsecret&filter=password%20eq%20%22hunter2%22",
        agent: "Bearer APIKEY_abc123 whsec_Zm9vYmFy+/="))
    log.note(note(query: "filter=userName%20eq%20%22scimtok_zzz%22&count=1"))
    log.note(note(path: "/setup_abc123/Users", agent: "access_eyJhIjoi.c2ln"))
    log.flush()
    let calls = try lines().compactMap(\.call)
    #expect(calls[0].path == "/scimtok_…")
    #expect(calls[0].query == "filter=…")
    #expect(calls[0].agent == "Bearer … whsec_…")
    #expect(calls[1].query == #"filter=userName eq "scimtok_…&count=1"#)
    #expect(calls[2].path == "/setup_…" && calls[2].agent == "access_…")
  }

  @Test func `texts of any length are cut`() throws {
    let log = try log()
    log.note(
      note(path: String(repeating: "é", count: 5000), agent: String(repeating: "a", count: 999)))
    log.flush()
    let call = try #require(try lines().first?.call)
    #expect(call.path.utf8.count <= 1027 && call.agent.utf8.count == 256)
  }

  @Test func `what is too much is counted, and strangers push nobody out`() throws {
    let budget = RequestLogBudget(
      known: .init(burst: 3, rate: 0), strangers: .init(burst: 1, rate: 0))
    let log = try log(budget: budget)
    for _ in 0..<5 { log.note(note(isKnown: false)) }
    for _ in 0..<5 { log.note(note()) }
    log.note(note(connection: "cnx_2"))
    log.flush()
    let found = try lines()
    #expect(found.compactMap(\.call).count == 5)
    #expect(found.last?.omitted == 6 && found.last?.connection == "cnx_1")
    #expect(log.omitted == 6)
  }

  @Test func `a budget is filled again with time`() {
    var budget = RequestLogBudget(known: .init(burst: 2, rate: 10), strangers: .strangers)
    let source = RequestLogBudget.Source(connection: "cnx_1", isAuthenticated: true)
    let start = Timestamp(milliseconds: 1_000_000)
    let admitted = [0, 0, 0, 50, 100, 150, 200].map { offset in
      budget.admits(source, at: Timestamp(milliseconds: start.milliseconds + offset))
    }
    #expect(admitted == [true, true, false, false, true, false, true])
    #expect(budget.takeOmitted() == ["cnx_1": 3] && budget.omitted.isEmpty)
  }

  @Test func `nothing is written while the disk is short of space, only counted`() throws {
    let log = try log(isShort: { true })
    log.note(note())
    log.flush()
    #expect(try lines().isEmpty && log.omitted == 1)
  }

  @Test func `old files go, and the oldest where there are too many bytes`() throws {
    let files = RequestLogFiles(spool: directory.path)
    var limits = RequestLogWriter.Limits(keep: .seconds(3600), bytes: 4000)
    limits.fileBytes = 1000
    var writer = try RequestLogWriter(files, limits)
    for _ in 0..<40 { try writer.append([note()], omitted: [:], at: .now) }
    let all = try files.all().count
    try writer.tidy(at: .now)
    let kept = try files.all()
    #expect(kept.count < all && kept.count >= 3)
    #expect(try lines().last?.number == 40)
    try writer.tidy(at: Timestamp.now.advanced(by: .seconds(3601)))
    #expect(try files.all().isEmpty)
    try writer.append([note()], omitted: [:], at: .now)
    #expect(try lines().map(\.number) == [41])
  }

  @Test func `what a crash left of a file that was being replaced goes at the start`() throws {
    let first = try log()
    first.note(note("req_1"))
    first.flush()
    directory.write(Array("ann@example.com".utf8), to: "requests/00000000000000000001.jsonl.tmp")
    let second = try log()
    #expect(directory.read("requests/00000000000000000001.jsonl.tmp") == nil)
    #expect(try lines().count == 1 && second.omitted == 0)
  }

  @Test func `a person's calls are taken out of every file`() throws {
    let log = try log()
    for name in ["ann", "bob", "ANN"] {
      log.note(note(query: "filter=userName%20eq%20%22\(name)@example.com%22"))
    }
    let needle = Array("ann@example.com".utf8)
    try log.forget { SpoolSearch.occurs(needle, in: $0) }
    log.note(note("req_9"))
    log.flush()
    let calls = try lines().compactMap(\.call)
    #expect(calls.map(\.query) == [#"filter=userName eq "bob@example.com""#, ""])
  }
}
