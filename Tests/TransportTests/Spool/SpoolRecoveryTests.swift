import Glibc
import TestSupport
import Testing

@testable import Transport

@Suite struct SpoolRecoveryTests {
  /// A closed spool of ten lines with three more that were written but never synced behind them.
  private func torn(_ fixture: SpoolFixture) async throws -> (sound: [UInt8], batch: [UInt8]) {
    let (spool, _) = try fixture.open()
    await fixture.fill(spool, 10)
    spool.close()
    let path = try #require(try fixture.segments().last)
    let sound = try fixture.bytes(path)
    return (sound, fixture.unsyncedBatch(3, behind: sound, after: 10))
  }

  @Test func `the last batch may end at any byte, and whole lines of it are kept`() async throws {
    let fixture = SpoolFixture()
    let (sound, batch) = try await torn(fixture)
    let path = try #require(try fixture.segments().last)
    let starts = SpoolFixture.lineStarts(batch)
    for cut in 0...batch.count {
      try fixture.overwrite(path, sound + batch[..<cut])
      let directory = try HopDirectory(hop: "3-committed", in: fixture.path)
      let survey = try SegmentSurvey(1, of: directory, references: [])
      let whole = (starts.dropFirst() + [batch.count]).filter { $0 <= cut }.count
      #expect(survey.last == 10 + UInt64(whole))
      #expect(!survey.isDamagedBelowBase)
      let isWhole = cut == 0 || cut == batch.count || starts.contains(cut)
      #expect((survey.damage == nil) == isWhole)
      guard cut % 61 == 0 else { continue }
      let (spool, recovery) = try fixture.open()
      #expect(try fixture.lines(spool).count == 10 + whole)
      #expect(recovery.hops[1].tornLines == (isWhole ? 0 : 1))
      if let kept = recovery.files.first {
        let lineStart = starts.last { $0 <= cut } ?? 0
        #expect(try fixture.bytes(kept) == Array(batch[lineStart..<cut]))
      }
      spool.close()
      try fixture.forgetWitness()
    }
  }

  @Test(arguments: ["nul", "garbage", "newlines", "long"])
  func `an end of nonsense is cut and kept`(kind: String) async throws {
    let fixture = SpoolFixture()
    let (sound, batch) = try await torn(fixture)
    var random = SeededGenerator(seed: 3)
    let tail: [UInt8] =
      switch kind {
      case "nul": [UInt8](repeating: 0, count: 9000)
      case "garbage": random.bytes(5000)
      case "newlines": [10, 10, 123, 10]
      default: [UInt8](repeating: 0x61, count: SpoolFormat.longestLine + 100) + [10]
      }
    let path = try #require(try fixture.segments().last)
    try fixture.overwrite(path, sound + batch + tail)
    let (spool, recovery) = try fixture.open()
    #expect(try fixture.lines(spool).map(\.seq) == Array(1...13))
    #expect(recovery.hops[1].tornLines > 0)
    #expect(try fixture.bytes(#require(recovery.files.first)) == tail)
    await fixture.fill(spool, 1)
    spool.close()
    #expect(try fixture.reader.verify().findings == [])
  }

  @Test func `damage inside the batch that was never synced cuts all behind it`() async throws {
    let fixture = SpoolFixture()
    var (sound, batch) = try await torn(fixture)
    batch[SpoolFixture.lineStarts(batch)[1] + 60] ^= 1
    let path = try #require(try fixture.segments().last)
    try fixture.overwrite(path, sound + batch)
    let (spool, recovery) = try fixture.open()
    defer { spool.close() }
    #expect(try fixture.lines(spool).count == 11)
    #expect(recovery.hops[1].tornLines == 2)
    sound = []
  }

  @Test func `damage below what a later line calls durable refuses the start`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    for _ in 0..<10 { await fixture.fill(spool, 1) }
    spool.close()
    try fixture.forgetWitness()
    let path = try #require(try fixture.segments().last)
    var bytes = try fixture.bytes(path)
    let start = SpoolFixture.lineStarts(bytes)[4]
    bytes[start + 70] ^= 4
    try fixture.overwrite(path, bytes)
    #expect(
      throws: SpoolError.corrupt(
        segment: "3-committed/00000000000000000001.jsonl", offset: UInt64(start), seq: 4,
        reason: "the checksum is wrong")
    ) { try fixture.open() }
    #expect(try fixture.bytes(path) == bytes)
    #expect(try fixture.tornFiles().isEmpty)
    #expect(try fixture.reader.verify().findings.count == 1)
  }

  @Test(arguments: ["cursors/durable.json", "cursors/wh_1.json", "4-attempts"])
  func `a line that something durable names must be there`(by: String) async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    await fixture.fill(spool, 10)
    if by == "cursors/wh_1.json" { spool.saveCursor("wh_1", ["high": 10], synchronously: true) }
    if by == "4-attempts" {
      let hop = spool.hop(SpoolFixture.attempts)
      let data = Array(#"{"status":200,"durableSeq":10}"#.utf8)
      hop.append(SpoolRecord(id: "dlv_1", key: "wh_1", type: "attempt", data: data))
    }
    spool.close()
    if by != "cursors/durable.json" { try fixture.forgetWitness() }
    let path = try #require(try fixture.segments().last)
    let bytes = try fixture.bytes(path)
    try fixture.overwrite(path, Array(bytes[..<SpoolFixture.lineStarts(bytes)[9]]))
    #expect(
      throws: SpoolError.acknowledgedDataMissing(
        hop: "3-committed", last: 8, named: 10, by: by)
    ) { try fixture.open() }
  }

  @Test func `the last segment of every hop is a new file after each start`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    for hop in SpoolFixture.hops.indices { await fixture.fill(spool, 3, hop: hop) }
    spool.close()
    let before = try SpoolFixture.hops.indices.map { hop in
      try FileSystem.status(#require(try fixture.segments(hop).last))?.inode
    }
    let (again, _) = try fixture.open()
    again.close()
    for hop in SpoolFixture.hops.indices {
      let inode = try FileSystem.status(#require(try fixture.segments(hop).last))?.inode
      #expect(inode != before[hop])
    }
  }

  @Test func `a hop that lost its tail goes on above what outcomes name of it`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    await fixture.fill(spool, 10, hop: SpoolFixture.accepted)
    let data = Array(#"{"request":"req_9","accepted":10}"#.utf8)
    let seq = spool.hop(SpoolFixture.committed).append(
      SpoolRecord(id: "req_9", key: "k", type: "user.created", data: data))
    await spool.hop(SpoolFixture.committed).durable(through: seq)
    spool.close()
    let path = try #require(try fixture.segments(SpoolFixture.accepted).last)
    let bytes = try fixture.bytes(path)
    try fixture.overwrite(path, Array(bytes[..<SpoolFixture.lineStarts(bytes)[7]]))
    let (again, recovery) = try fixture.open()
    #expect(recovery.hops[SpoolFixture.accepted].gap == 7...10)
    #expect(again.hop(SpoolFixture.accepted).append(SpoolFixture.record(1)) == 11)
    again.close()
    #expect(try fixture.segments(SpoolFixture.accepted).count == 2)
    #expect(try fixture.reader.verify().findings == [])
    let (third, calm) = try fixture.open()
    #expect(calm.hops[SpoolFixture.accepted].gap == nil)
    #expect(try fixture.lines(third, hop: SpoolFixture.accepted).map(\.seq) == Array(1...6) + [11])
    third.close()
  }

  @Test func `an end is damaged and not torn when something names a line of it`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    await fixture.fill(spool, 6, hop: SpoolFixture.committed)
    spool.close()
    let path = try #require(try fixture.segments(SpoolFixture.committed).last)
    try fixture.overwrite(path, fixture.bytes(path).dropLast(3))
    let findings = try fixture.reader.verify().findings
    #expect(findings.count == 1 && findings.allSatisfy { !$0.isTornTail }, "\(findings)")
  }

  @Test(arguments: [SpoolFixture.accepted, SpoolFixture.attempts])
  func `damage below what was synced in a lesser hop is set aside`(hop: Int) async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    for _ in 0..<6 {
      await fixture.fill(spool, 1, hop: hop)
    }
    spool.close()
    let path = try #require(try fixture.segments(hop).last)
    var bytes = try fixture.bytes(path)
    bytes[SpoolFixture.lineStarts(bytes)[3] + 70] ^= 4
    try fixture.overwrite(path, bytes)
    let (again, recovery) = try fixture.open()
    #expect(recovery.hops[hop].damagedLines == 1)
    #expect(recovery.hops[hop].last == 6)
    let lines = try fixture.lines(again, hop: hop)
    #expect(lines.map(\.seq) == [1, 2, 4, 5, 6])
    await fixture.fill(again, 1, hop: hop)
    again.close()
    #expect(try fixture.tornFiles().count == 1)
    #expect(try fixture.reader.verify().findings == [])
  }

  @Test func `a start that died while it repaired is followed by one that succeeds`() async throws {
    let fixture = SpoolFixture()
    let (sound, batch) = try await torn(fixture)
    let path = try #require(try fixture.segments().last)
    try fixture.overwrite(path + ".tmp", sound)
    try fixture.overwrite(path, sound + batch.dropLast(3))
    let (spool, recovery) = try fixture.open()
    spool.close()
    #expect(recovery.tornLines == 1)
    #expect(try FileSystem.status(path + ".tmp") == nil)
  }
}
