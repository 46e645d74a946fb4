import TestSupport
import Testing

@testable import Transport

/// A spool whose start is refused starts again once somebody has given up what is lost, and
/// everything else is still there.
@Suite struct SpoolRepairTests {
  /// Thirty lines in segments of a few each.
  private func filled(segmentBytes: Int = 32 << 20) async throws -> SpoolFixture {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open { $0.segmentBytes = segmentBytes }
    for _ in 0..<30 { await fixture.fill(spool, 1) }
    spool.close()
    return fixture
  }

  private func accept(_ fixture: SpoolFixture) throws -> SpoolRepair.Outcome? {
    try SpoolRepair.acceptLoss(directory: fixture.path, hops: SpoolFixture.hops)
  }

  /// It opens, reads, verifies and goes on.
  private func check(
    _ fixture: SpoolFixture, has seqs: [UInt64], next: UInt64, epoch: Int
  ) async throws {
    #expect(try fixture.reader.verify().findings == [])
    let (spool, recovery) = try fixture.open()
    #expect(try fixture.lines(spool).map(\.seq) == seqs)
    #expect(recovery.epoch == epoch)
    await fixture.fill(spool, 1)
    #expect(try fixture.lines(spool).last?.seq == next)
    spool.close()
    #expect(try fixture.reader.verify().findings == [])
    #expect(try accept(fixture) == nil, "nothing is left to give up")
  }

  @Test func `a sound spool and a torn end are left alone`() async throws {
    let fixture = try await filled()
    let path = try #require(try fixture.segments().last)
    let sound = try fixture.bytes(path)
    #expect(try accept(fixture) == nil)
    try fixture.overwrite(
      path, sound + fixture.unsyncedBatch(2, behind: sound, after: 30).dropLast(5))
    #expect(try accept(fixture) == nil)
    #expect(try fixture.tornFiles() == [])
  }

  @Test func `a lost end is given up, and numbers that were named are never used again`()
    async throws
  {
    let fixture = try await filled()
    let path = try #require(try fixture.segments().last)
    let bytes = try fixture.bytes(path)
    let starts = SpoolFixture.lineStarts(bytes)
    // Header, then 30 lines: the last five are gone, and the one before them is half there.
    try fixture.overwrite(path, Array(bytes[..<(starts[25] + 30)]))
    #expect(throws: SpoolError.self) { try fixture.open() }
    let outcome = try #require(try accept(fixture))
    #expect(outcome.lost == [25...30] && outcome.next == 31 && outcome.epoch == 2)
    #expect(outcome.kept.count == 1)
    let kept = try fixture.bytes("\(fixture.path)/\(outcome.kept[0])")
    #expect(kept == Array(bytes[..<(starts[25] + 30)]))
    try await check(fixture, has: Array(1...24), next: 31, epoch: 2)
  }

  @Test(arguments: [1, 7, 29])
  func `damage inside the last segment costs the lines it hit`(line: Int) async throws {
    let fixture = try await filled()
    let path = try #require(try fixture.segments().last)
    var bytes = try fixture.bytes(path)
    let starts = SpoolFixture.lineStarts(bytes)
    bytes[starts[line] + 40] ^= 1
    try fixture.overwrite(path, bytes)
    try FileSystem.makeDirectory(fixture.path + "/snapshots")
    try fixture.overwrite(fixture.path + "/snapshots/00000000000000000009.index", [1])
    let outcome = try #require(try accept(fixture))
    #expect(try FileSystem.list(fixture.path + "/snapshots") == [], "lines have moved")
    let lost = UInt64(line)
    #expect(outcome.lost == [lost...lost] && outcome.next == 31)
    let left = (1...30).map { UInt64($0) }.filter { $0 != lost }
    try await check(fixture, has: left, next: 31, epoch: 2)
  }

  @Test func `damage in sealed segments costs only what it hit, at the seams too`() async throws {
    for victim in 0..<6 {
      let fixture = try await filled(segmentBytes: 900)
      let segments = try fixture.segments()
      try #require(segments.count > 6)
      var bytes = try fixture.bytes(segments[victim])
      let starts = SpoolFixture.lineStarts(bytes)
      // Its footer, or its first line.
      let place = victim % 2 == 0 ? starts[starts.count - 1] + 12 : starts[1] + 40
      bytes[place] ^= 1
      try fixture.overwrite(segments[victim], bytes)
      let outcome = try #require(try accept(fixture))
      let lost = outcome.lost.flatMap { Array($0) }
      #expect(lost.count == victim % 2)
      let left = (1...30).map { UInt64($0) }.filter { !lost.contains($0) }
      try await check(fixture, has: left, next: 31, epoch: 2)
    }
  }

  @Test func `a segment that is gone costs its lines`() async throws {
    let fixture = try await filled(segmentBytes: 900)
    let directory = try HopDirectory(hop: "3-committed", in: fixture.path)
    let (gone, after) = (directory.segments[2], directory.segments[3])
    try FileSystem.remove(directory.path(ofSegment: gone))
    let outcome = try #require(try accept(fixture))
    #expect(outcome.lost == [gone...(after - 1)])
    let left = (1...30).map { UInt64($0) }.filter { $0 < gone || $0 >= after }
    try await check(fixture, has: left, next: 31, epoch: 2)
  }

  @Test func `a hop that is gone altogether begins above what is named`() async throws {
    let fixture = try await filled()
    for segment in try fixture.segments() { try FileSystem.remove(segment) }
    let outcome = try #require(try accept(fixture))
    #expect(outcome.lost == [1...30] && outcome.next == 31 && outcome.epoch >= 2)
    try await check(fixture, has: [], next: 31, epoch: outcome.epoch)
  }

  @Test func `segments that retention has removed are not called lost`() async throws {
    let fixture = try await filled(segmentBytes: 900)
    let segments = try fixture.segments()
    let first = try HopDirectory(hop: "3-committed", in: fixture.path).segments[1]
    try FileSystem.remove(segments[0])
    #expect(try accept(fixture) == nil)
    var bytes = try fixture.bytes(segments[1])
    bytes[SpoolFixture.lineStarts(bytes)[2] + 40] ^= 1
    try fixture.overwrite(segments[1], bytes)
    let outcome = try #require(try accept(fixture))
    #expect(outcome.lost == [(first + 1)...(first + 1)])
    let left = (Int(first)...30).map { UInt64($0) }.filter { $0 != first + 1 }
    try await check(fixture, has: left, next: 31, epoch: 2)
  }

  @Test func `nothing is done beside a process that holds the spool`() async throws {
    let fixture = try await filled()
    let (spool, _) = try fixture.open()
    defer { spool.close() }
    #expect(throws: SpoolError.self) { try accept(fixture) }
  }

  @Test func `a line can be had exactly as it stands`() async throws {
    let fixture = try await filled(segmentBytes: 900)
    let (spool, _) = try fixture.open()
    defer { spool.close() }
    let all = try fixture.segments().flatMap { try fixture.bytes($0).split(separator: 10) }
    for seq in [UInt64(1), 2, 17, 30] {
      let line = try #require(try spool.hop(SpoolFixture.committed).verbatim(seq))
      #expect(all.contains { Array($0) == line })
      #expect(SpoolLine.numbers(of: line.span)?.seq == seq)
    }
    #expect(try spool.hop(SpoolFixture.committed).verbatim(31) == nil)
  }
}
