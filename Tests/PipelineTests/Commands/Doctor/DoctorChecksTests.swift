import TestSupport
import Testing
import Transport

@testable import Pipeline

/// What doctor says to facts it was given.
@Suite struct DoctorChecksTests {
  private let now = Timestamp(parsing: "2026-11-21T22:15:41.203Z")!

  @Test func `a finding is a line, and what to do stands below it`() {
    #expect(DoctorFinding.ok("disk", "6.1 GiB free").lines == "ok  disk         6.1 GiB free\n")
    #expect(
      DoctorFinding.bad("descriptors", "10 allowed", "Raise it.").lines
        == "x   descriptors  10 allowed\n                 Raise it.\n")
    #expect(DoctorFinding.warning("a", "b", "c").json["verdict"] == "warning")
  }

  @Test func `a spool's directory is judged by owner, mode and format`() throws {
    let directory = TemporaryDirectory()
    let status = try #require(try FileSystem.status(directory.path))
    func judge(
      mode: UInt32? = nil, user: UInt32? = nil, format: Int? = SpoolRelease.written
    ) throws -> DoctorFinding {
      if let mode { try FileSystem.setMode(mode, of: directory.path) }
      return SpoolChecks.judge(
        .init(
          path: "/spool", status: try FileSystem.status(directory.path), user: user ?? status.owner,
          format: format))
    }
    #expect(try judge(mode: 0o700).lines == "ok  spool        /spool, format 2, mode 0700\n")
    #expect(
      try judge(mode: 0o750).text == "/spool has mode 0750: others of this machine may look in")
    #expect(try judge(mode: 0o700, format: 99).verdict == .bad)
    #expect(try judge(format: 1).advice == "Once: start with --upgrade-format.")
    #expect(try judge(format: nil).text == "/spool holds no spool yet")
    #expect(try judge(user: status.owner + 1).text.hasPrefix("/spool belongs to "))
    let none = SpoolChecks.judge(.init(path: "/spool", status: nil, user: 0, format: nil))
    #expect(none.verdict == .warning && none.text == "/spool: there is none yet")
  }

  @Test(arguments: [
    (100, DoctorFinding.Verdict.bad), (500, .bad), (512, .warning), (900, .warning), (1024, .ok),
  ])
  func `free space is judged against the reserve`(mebibytes: Int, verdict: DoctorFinding.Verdict) {
    let space = FileSystem.Space(free: UInt64(mebibytes) << 20, total: 10 << 30)
    #expect(SpoolChecks.judge(space, reserve: 512 << 20).verdict == verdict)
  }

  @Test(arguments: [(1, DoctorFinding.Verdict.warning), (60, .ok), (4000, .ok), (50_000, .warning)])
  func `fdatasync may be slow, and too fast to be true`(
    microseconds: Int, verdict: DoctorFinding.Verdict
  ) {
    var result = DiskProbe.Result()
    result.latency.record(microseconds: microseconds)
    result.elapsed = .microseconds(microseconds)
    #expect(SpoolChecks.judge(result).verdict == verdict)
  }

  @Test func `the hard limit of descriptors has to suffice`() {
    func limits(_ hard: String) -> String {
      """
      Limit                     Soft Limit           Hard Limit           Units
      Max processes             96000                96000                processes
      Max open files            1024                 \(hard)              files
      """
    }
    let needed = Settings.descriptors(maxConnections: 512, deliveryConcurrency: 0)
    #expect(MachineChecks.descriptors(limits("65536"), needed: needed).verdict == .ok)
    #expect(
      MachineChecks.descriptors(limits("unlimited"), needed: needed).text
        == "any number allowed, 2,048 wanted")
    #expect(MachineChecks.descriptors(limits("1024"), needed: needed).verdict == .bad)
    #expect(MachineChecks.descriptors("", needed: needed).verdict == .warning)
  }

  @Test func `clocks are compared, by the minute`() {
    #expect(MachineChecks.clock(isKept: true).verdict == .ok)
    #expect(MachineChecks.clock(isKept: false).verdict == .warning)
    #expect(MachineChecks.clock(isKept: nil).verdict == .warning)
    let behind = MachineChecks.clock(theirs: now.advanced(by: .seconds(301)), ours: now)
    #expect(behind.verdict == .bad && behind.text == "301 s behind the public address")
    let ahead = MachineChecks.clock(theirs: now, ours: now.advanced(by: .seconds(60)))
    #expect(ahead.text == "60 s ahead of the public address")
    #expect(
      MachineChecks.clock(theirs: now, ours: now.advanced(by: .seconds(59))).verdict == .ok)
  }

  @Test func `names that have no address are said`() {
    #expect(MachineChecks.names(looked: [], failed: []).text == "none to look up yet")
    #expect(
      MachineChecks.names(looked: ["a.example", "b.example", "c.example"], failed: []).text
        == "a.example, b.example and 1 more resolved")
    let failed = MachineChecks.names(looked: ["a.example"], failed: ["a.example", "b.example"])
    #expect(failed.verdict == .bad && failed.text == "a.example and 1 more: no address")
  }

  @Test func `a running server tells how it is`() {
    let well: JSONValue = [
      "version": .init(Version.current), "listen": ["127.0.0.1:8080"],
      "startedAt": "2026-11-21T22:11:41.203Z", "refusingWrites": nil, "deadLetters": 0,
      "webhooks": [],
    ]
    #expect(
      ServerChecks.judge(well, now: now).map(\.lines) == [
        "ok  server       scim-hris \(Version.current) on 127.0.0.1:8080, up 4 min\n"
      ])
    let ill: JSONValue = [
      "version": "0.0.1", "listen": ["127.0.0.1:8080"], "refusingWrites": "disk full",
      "deadLetters": 2,
      "webhooks": [
        ["id": "wh_1", "breakerOpen": false],
        ["id": "wh_2", "breakerOpen": true, "lastError": "connection refused"],
      ],
    ]
    let findings = ServerChecks.judge(ill, now: now)
    #expect(findings.map(\.verdict) == [.warning, .bad, .warning, .warning])
    #expect(findings[1].text == "refused: disk full" && findings[2].text == "2 events given up")
    #expect(findings[3].text == "wh_2 is not reached")
    #expect(findings[3].advice == "connection refused; see `status`.")
    let failure = ClientFailure("It failed.")
    #expect(ServerChecks.absent(failure, isHeld: true).verdict == .bad)
    #expect(ServerChecks.absent(failure, isHeld: false).verdict == .warning)
  }

  @Test func `every line of advice fits beside the margin`() {
    for finding in [
      MachineChecks.clock(isKept: false), MachineChecks.clock(isKept: nil),
      SpoolChecks.judge(.init(path: "/spool", status: nil, user: 0, format: nil)),
    ] {
      #expect(finding.lines.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }
  }
}
