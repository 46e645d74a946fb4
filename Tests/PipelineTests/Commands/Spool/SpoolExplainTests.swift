import TestSupport
import Testing
import Transport

@testable import Pipeline

/// `explain` where parts of the story have been deleted, or are only in a snapshot.
@Suite struct SpoolExplainTests {
  private let plain = SpoolPaint(isOn: false)

  private func story(_ what: String, _ sample: SpoolSample) throws -> SpoolStory? {
    var search = SpoolSearch(what, in: try sample.reader)
    return try search.story()
  }

  private func lines(_ story: SpoolStory?) -> [String] {
    let text = story.map { SpoolExplainScreen($0, bodies: false, paint: plain).text(all: true) }
    let lines = (text ?? "").split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.count <= 100 }, "\(text ?? "")")
    return lines
  }

  @Test func `a person whose first lines are deleted is found by the later ones`() async throws {
    let sample = SpoolSample()
    try await sample.write()
    try sample.writeSnapshot(
      at: 5, sample.snapshotLines(at: 5), hash: try sample.hash(through: 5))
    for hop in [SpoolHops.accepted, SpoolHops.mapped] { try sample.forget(hop, through: 1) }
    try sample.forget(SpoolHops.committed, through: 5)
    let found = lines(try story("bjensen@example.com", sample))
    #expect(
      found.first == "Barbara Jensen   emp_4Q7K   SCIM 2819c223   Acme / okta-scim   revision 2")
    #expect(found.contains { $0.contains("committed  3-committed #6") })
    #expect(
      found.contains {
        $0
          == "  to wh_b41  https://hooks.example.org/okta   attempt 2  connection refused    waiting"
      })
  }

  @Test func `a person who is only in the snapshot is shown as it has them`() async throws {
    let sample = SpoolSample()
    try await sample.write()
    try sample.writeSnapshot(
      at: 6, sample.snapshotLines(at: 6), hash: try sample.hash(through: 6))
    for hop in [SpoolHops.accepted, SpoolHops.mapped] { try sample.forget(hop, through: 2) }
    try sample.forget(SpoolHops.committed, through: 6)
    for what in ["bjensen@example.com", "emp_4Q7K", "2819c223"] {
      #expect(
        lines(try story(what, sample)) == [
          "Barbara Jensen   emp_4Q7K   SCIM 2819c223   Acme / okta-scim   revision 2",
          "no outcome of theirs is left in the log; the snapshot at line 6 has them:",
          "  version 2, last changed 2026-01-02T03:04:05.678Z, line 6", "bodies: --bodies",
        ])
    }
    let none = try story("somebody@example.com", sample)
    #expect(none == nil)
    let json = try story("emp_4Q7K", sample)?.json(all: true)
    #expect(json?["snapshot"]?["seq"] == 6)
  }

  @Test func `what was asked for is shown below, where only that is left`() async throws {
    let sample = SpoolSample()
    try await sample.write()
    try sample.writeSnapshot(
      at: 6, sample.snapshotLines(at: 6), hash: try sample.hash(through: 6))
    try sample.forget(SpoolHops.committed, through: 6)
    let found = lines(try story("bjensen@example.com", sample))
    #expect(found.count == 12)
    #expect(found[1].hasPrefix("no outcome of theirs is left in the log; "))
    #expect(found.filter { $0 == "  its outcome is no longer kept" }.count == 2)
  }

  @Test func `a write whose outcome is deleted is not said to be undecided`() async throws {
    let sample = SpoolSample()
    try await sample.write()
    try sample.writeSnapshot(
      at: 6, sample.snapshotLines(at: 6), hash: try sample.hash(through: 6))
    try sample.forget(SpoolHops.committed, through: 6)
    let found = lines(try story("req_2", sample))
    #expect(found.contains("  its outcome is no longer kept"))
  }

  @Test func `an open breaker and what waits behind are told`() async throws {
    let sample = SpoolSample()
    try await sample.write(isProbe: true)
    let found = lines(try story("evt_2", sample))
    #expect(found.contains("                 breaker open, next probe 22:31:40Z"))
  }

  @Test func `what has no attempt yet waits behind earlier events of the same employee`()
    async throws
  {
    let sample = SpoolSample()
    try await sample.write()
    try await sample.commit(events: 3)
    let last = lines(try story("evt_102", sample))
    #expect(
      last.contains(
        "  to wh_b41  https://hooks.example.org/okta   not tried yet    waiting"))
    #expect(last.contains("                 behind 3 earlier events of this employee"))
    let first = lines(try story("evt_2", sample))
    #expect(
      first.contains(
        "                 next try 22:31:40Z; 3 later events of this employee wait behind this one"
      ))
  }
}
