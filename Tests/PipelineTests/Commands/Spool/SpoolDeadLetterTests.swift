import Actors
import TestSupport
import Testing

@testable import Pipeline
@testable import Transport

@Suite struct SpoolDeadLetterTests {
  private let plain = SpoolPaint(isOn: false)

  /// The sample with its second event given up, as the server does it.
  private func sample() async throws -> SpoolSample {
    let sample = SpoolSample()
    try await sample.write()
    let (spool, _) = try Spool.open(
      directory: sample.path, hops: SpoolHops.descriptions, log: .silent)
    defer { spool.close() }
    let disk = BlockingThread(name: "disk")
    defer { disk.stop() }
    let committed = spool.hop(2)
    let letters = DeadLetters(
      spool: sample.path, disk: disk, log: .silent, committed: { try committed.verbatim($0) })
    let last = try #require(Timestamp(parsing: "2026-01-05T00:00:00.000Z"))
    try await letters.keep(
      DeadLetter(
        webhookId: "wh_b41", eventId: "evt_2", seq: 6, reason: "answered 500", attempts: 10,
        time: last, event: Array("{}".utf8)))
    return sample
  }

  @Test func `a letter holds the committed line as it stood, and the event can be taken from it`()
    async throws
  {
    let sample = try await sample()
    let letter = try #require(try SpoolDeadLetter.all(in: sample.path).first)
    #expect(letter.name == "wh_b41-evt_2" && letter.stage == .delivery && letter.id == "evt_2")
    #expect(letter.kind == "answered" && letter.attempts == 10 && letter.seq == 6)
    let line = try #require(letter.line)
    let segment = try FileSystem.contents(
      of: "\(sample.path)/3-committed/\(SpoolFormat.segmentName(first: 1))")
    #expect(
      String(decoding: segment, as: UTF8.self).contains(String(decoding: line, as: UTF8.self)))
    #expect(letter.first.map { $0 < Timestamp.now } == true)
    let event = try #require(letter.event)
    #expect(try JSONValue(parsing: event)["id"] == "evt_2")
    #expect(try FileSystem.status("\(sample.path)/dead/wh_b41-evt_2.json")?.mode == 0o600)
  }

  @Test func `ls and show say what was given up, and why`() async throws {
    let sample = try await sample()
    let letters = try SpoolDeadLetter.all(in: sample.path)
    let now = try #require(Timestamp(parsing: "2026-01-05T04:00:00.000Z"))
    #expect(
      SpoolDeadScreen.list(letters, now: now) == """
        letter  to      tries   last  why
        evt_2   wh_b41     10  4.0 h  answered 500
        show: spool dead show LETTER   again: spool dead retry LETTER   away: spool dead drop LETTER

        """)
    #expect(SpoolDeadScreen.list([], now: now) == "There is no dead letter.\n")
    let lines = SpoolDeadScreen.text(letters[0], paint: plain).split(separator: "\n")
    #expect(lines.prefix(2) == ["evt_2   delivery", "  file    dead/wh_b41-evt_2.json"])
    #expect(lines[3] == "  why     answered 500 (answered)")
    #expect(lines[5] == "  line    3-committed #6")
    #expect(lines.allSatisfy { $0.count <= 100 })
    #expect(SpoolDeadScreen.json(letters[0])["line"]?["seq"] == 6)
  }

  @Test func `a letter is meant by its id, its webhook or its file`() async throws {
    let sample = try await sample()
    let letters = try SpoolDeadLetter.all(in: sample.path)
    for what in ["evt_2", "wh_b41", "wh_b41-evt_2"] {
      #expect(SpoolDeadLetter.named(what, among: letters).count == 1)
    }
    #expect(SpoolDeadLetter.named("evt_", among: letters).isEmpty)
  }

  @Test func `a write that crashed is a letter with its accepted line`() throws {
    let line =
      #"{"v":1,"seq":7,"b":7,"ts":"2026-01-02T03:04:05.678Z","id":"req_9","#
      + #""key":"cnx_1/Users/77","type":"users.delete","data":{"method":"DELETE","#
      + #""path":"Users/77","connection":"cnx_1"},"crc":"00000000"}"#
    let moment = Timestamp(milliseconds: 0)
    let bytes = DeadLetters.Circumstances(
      about: [("request", "req_9")], stage: .mapping, kind: "crashed", reason: "it ended",
      seq: 7, attempts: 2, first: moment, last: moment
    ).bytes(around: Array(line.utf8))
    let letter = try #require(SpoolDeadLetter(name: "req_9", bytes + [10]))
    #expect(letter.event == nil)
    #expect(letter.line == Array(line.utf8))
    let accepted = try #require(letter.accepted.flatMap { AcceptedLine($0) })
    #expect(accepted.method == .delete && accepted.path == "Users/77")
  }

  @Test func `a line that was gone leaves a letter that says so`() throws {
    let moment = Timestamp(milliseconds: 0)
    let bytes = DeadLetters.Circumstances(
      about: [("event", "evt_1"), ("webhook", "wh_1")], stage: .delivery, kind: "missing",
      reason: "the event is no longer in the log", seq: 7, attempts: 1, first: moment, last: moment
    ).bytes(around: nil)
    let letter = try #require(SpoolDeadLetter(name: "wh_1-evt_1", bytes))
    #expect(letter.line == nil && letter.event == nil)
    #expect(SpoolDeadLetter(name: "x", Array("not JSON".utf8)) == nil)
  }

  @Test func `letters leave only by their own names`() async throws {
    let sample = try await sample()
    let disk = BlockingThread(name: "disk")
    defer { disk.stop() }
    let letters = DeadLetters(spool: sample.path, disk: disk, log: .silent)
    #expect(try await letters.letter("../cursors/durable") == nil)
    #expect(try await !letters.remove("../cursors/durable"))
    #expect(try await letters.letter("wh_b41-evt_2")?.id == "evt_2")
    #expect(try await letters.remove("wh_b41-evt_2"))
    #expect(try await !letters.remove("wh_b41-evt_2"))
    // An operation of a Bulk request has a slash in its id.
    try await letters.keep(Array("{}".utf8), named: "req_1/2")
    #expect(letters.count == 1)
  }
}
