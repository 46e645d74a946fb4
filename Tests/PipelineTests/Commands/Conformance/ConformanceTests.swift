import Testing
import Transport

@testable import Pipeline

/// The probe against the real program, and against servers that do one thing wrong each.
@Suite(.timeLimit(.minutes(5)))
struct ConformanceTests {
  private static func caller(_ server: TestServer) throws -> HTTPConformanceCaller {
    let made = try server.made
    return HTTPConformanceCaller(
      http: TestClient.http, base: try HTTPURL(parsing: made.baseURL), token: made.apiToken)
  }

  @Test func `this server fails no check, and nothing is left behind`() async throws {
    let server = try await TestServer.started()
    let caller = try Self.caller(server)
    let report = try await ConformanceRun(caller: caller, checks: ConformanceCheck.all).run()
    for result in report.results {
      guard case .failed(let why) = result.ending else { continue }
      Issue.record("\(Self.name(result)): \(why)")
    }
    #expect(report.left.isEmpty)
    #expect(try await server.okta().get("/Users?count=1")["totalResults"] == 0)
  }

  @Test func `every check that passes notices a server that is wrong about it`() async throws {
    let server = try await TestServer.started()
    let honest = try Self.caller(server)
    let first = try await ConformanceRun(caller: honest, checks: ConformanceCheck.all).run()
    var unproven = Set(first.results.filter { $0.ending == .passed }.map(Self.name))
    for lie in LyingServer.Lie.all {
      let run = ConformanceRun(
        caller: LyingServer(honest: honest, lie: lie), checks: ConformanceCheck.all)
      let report = try await run.run()
      let failed = report.results.filter { $0.ending.word == "failed" }.map(Self.name)
      #expect(!failed.isEmpty, "nobody noticed a server that \(lie.name)")
      unproven.subtract(failed)
    }
    #expect(unproven.isEmpty, "these checks cannot fail: \(unproven.sorted())")
  }

  private static func name(_ result: ConformanceReport.Result) -> String {
    "\(result.check.section.rawValue): \(result.check.name)"
  }

  @Test func `what is made is deleted also when a check fails on the way`() async throws {
    let server = try await TestServer.started()
    let check = ConformanceCheck(
      section: .create, name: "breaks off", source: "none", needs: [],
      body: { (probe) async throws(Unmet) in
        _ = try await probe.newUser()
        throw .failed("on purpose")
      })
    let report = try await ConformanceRun(caller: try Self.caller(server), checks: [check]).run()
    #expect(report.failed == 1 && report.left.isEmpty)
    #expect(try await server.okta().get("/Users?count=1")["totalResults"] == 0)
  }

  @Test func `a server that is not there is said in one sentence`() async throws {
    let closed = HTTPConformanceCaller(
      http: TestClient.http, base: try HTTPURL(parsing: "http://127.0.0.1:1"), token: Secret("x"))
    await #expect(throws: ClientFailure.self) {
      try await ConformanceRun(caller: closed, checks: []).run()
    }
  }
}

@Suite struct ConformanceReportTests {
  private static func result(_ ending: ConformanceReport.Ending) -> ConformanceReport.Result {
    .init(check: FilterChecks.all[0], ending: ending)
  }

  @Test func `lines are at most 100 columns and line up`() {
    for check in ConformanceCheck.all {
      let line = ConformanceReport.text(.init(check: check, ending: .notSupported), coloured: false)
      #expect(line.count <= 101, "\(line)")
      #expect(check.name.count <= ConformanceCheck.nameWidth - 1 && check.source.count <= 14)
    }
    let names = ConformanceCheck.all.map { $0.section.rawValue + $0.name }
    #expect(Set(names).count == names.count, "a check is known by its name")
    let long = String(repeating: "x", count: 300)
    let failed = ConformanceReport.text(Self.result(.failed(long)), coloured: false)
    #expect(failed.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test func `a passed and a failed check look like this`() {
    #expect(
      ConformanceReport.titles + ConformanceReport.text(Self.result(.passed), coloured: false)
        + ConformanceReport.text(
          Self.result(.failed("500, not 200, to GET /Users?filter=x")), coloured: false) == """
          section     check                                                    RFC             result
          filter      eq finds a userName                                      7644 §3.4.2.2   passed
          filter      eq finds a userName                                      7644 §3.4.2.2   failed
                      ! 500, not 200, to GET /Users?filter=x

          """)
    #expect(
      ConformanceReport.text(Self.result(.passed), coloured: true).contains("\u{1B}[32mpassed"))
  }

  @Test func `the summary counts, and says what could not be deleted`() {
    let report = ConformanceReport(
      results: [
        Self.result(.passed), Self.result(.failed("it broke")), Self.result(.notSupported),
      ], left: ["/Users/7"])
    #expect(
      report.summary(after: .milliseconds(1234)) == """
        3 checks: 1 passed, 1 failed, 1 not supported   in 1.2 s
        ! not deleted, please remove: /Users/7

        """)
    let json = report.json(base: "http://127.0.0.1/v2")
    #expect(json["failed"] == 1 && json["checks"]?.array?[1]["reason"] == "it broke")
  }

  @Test func `without an address it says what is missing`() async throws {
    let nowhere = try await runProgram(["conformance"])
    #expect(nowhere.ending == .exited(64) && nowhere.output.contains("--base-url"))
  }
}
