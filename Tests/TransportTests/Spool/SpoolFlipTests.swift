import TestSupport
import Testing

@testable import Transport

/// Every byte of a small spool is flipped, one at a time, and every end is cut off: what was
/// acknowledged is missed or refused by name, what was not is cut, and nothing ever reads as
/// something else.
@Suite struct SpoolFlipTests {
  private static let rounds = 4
  private static let lines = 3 * rounds

  /// A spool that was stopped in order, so that its witness covers all lines.
  private func filled() async throws -> SpoolFixture {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open { $0.segmentBytes = 1100 }
    for hop in [SpoolFixture.accepted, SpoolFixture.committed, SpoolFixture.attempts] {
      for _ in 0..<Self.rounds { await fixture.fill(spool, Self.lines / Self.rounds, hop: hop) }
    }
    spool.close()
    return fixture
  }

  private func refusal(_ fixture: SpoolFixture) throws -> SpoolError? {
    try SpoolSurvey(directory: fixture.path, hops: SpoolFixture.hops).refusal
  }

  /// The number of the line that holds this byte, and where it starts.
  private func line(
    _ index: Int, in bytes: [UInt8], first: UInt64
  ) -> (seq: UInt64, offset: UInt64) {
    let starts = SpoolFixture.lineStarts(bytes)
    let number = (starts.lastIndex { $0 <= index }) ?? 0
    return (first + UInt64(max(0, number - 1)), UInt64(starts[number]))
  }

  @Test func `a flipped bit in an acknowledged line is refused with segment, offset and number`()
    async throws
  {
    let fixture = try await filled()
    let path = try #require(try fixture.segments().last)
    let first = try #require(
      SpoolFormat.firstSeq(ofSegment: String(path.split(separator: "/").last ?? "")))
    let bytes = try fixture.bytes(path)
    #expect(bytes.count <= 16 << 10)
    for index in bytes.indices {
      await Task.yield()
      var damaged = bytes
      damaged[index] ^= 1 << UInt8(index % 8)
      try fixture.overwrite(path, damaged)
      let hit = line(index, in: bytes, first: first)
      guard case .corrupt(let segment, let offset, let seq, _)? = try refusal(fixture) else {
        Issue.record("offset \(index) was not refused as damage")
        continue
      }
      let isNamed = path.hasSuffix(segment) && offset == hit.offset && seq == hit.seq
      #expect(isNamed, "offset \(index): \(segment) \(offset) \(seq)")
    }
  }

  @Test func `a sealed segment that was changed is found by whoever reads it`() async throws {
    let fixture = try await filled()
    let path = try #require(try fixture.segments().first)
    let bytes = try fixture.bytes(path)
    #expect(try fixture.segments().count > 1)
    for index in bytes.indices {
      await Task.yield()
      var damaged = bytes
      damaged[index] ^= 0x04
      try fixture.overwrite(path, damaged)
      let findings = try fixture.reader.verify().findings
      let isNamed = findings.contains { finding in
        guard case .corrupt(let segment, _, _, _) = finding else { return false }
        return path.hasSuffix(segment)
      }
      #expect(isNamed, "offset \(index): \(findings)")
    }
  }

  @Test func `an acknowledged end that was cut off is refused, wherever it was cut`()
    async throws
  {
    let fixture = try await filled()
    let path = try #require(try fixture.segments().last)
    let bytes = try fixture.bytes(path)
    for length in bytes.indices {
      await Task.yield()
      try fixture.overwrite(path, Array(bytes[..<length]))
      let refusal = try refusal(fixture)
      switch refusal {
      case .corrupt(let segment, let offset, _, _):
        #expect(path.hasSuffix(segment) && offset <= UInt64(length), "\(length)")
      case .acknowledgedDataMissing(let hop, _, let named, _):
        #expect(hop == "3-committed" && named == UInt64(Self.lines), "\(length)")
      default: Issue.record("length \(length) was not refused: \(String(describing: refusal))")
      }
    }
  }

  @Test func `a flip behind what was acknowledged costs only what stands from there on`()
    async throws
  {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    await fixture.fill(spool, 5)
    spool.close()
    let path = try #require(try fixture.segments().last)
    let sound = try fixture.bytes(path)
    let tail = fixture.unsyncedBatch(2, behind: sound, after: 5)
    let before = try SpoolReader(directory: fixture.path, hops: SpoolFixture.hops)
      .committedData()
    for index in tail.indices {
      var damaged = tail
      damaged[index] ^= 0x10
      try fixture.overwrite(path, sound + damaged)
      #expect(try refusal(fixture) == nil, "offset \(index)")
      let (again, recovery) = try fixture.open()
      let lines = try fixture.lines(again)
      again.close()
      let whole = tail[..<index].count { $0 == 10 }
      #expect(recovery.tornLines > 0 && lines.count == 5 + whole, "offset \(index)")
      #expect(Array(lines.prefix(5)).map(\.data) == before)
      try fixture.forgetWitness()
      try fixture.overwrite(path, sound)
    }
  }

  @Test(arguments: [SpoolFixture.accepted, SpoolFixture.attempts])
  func `a flip in a hop that nothing was promised of never refuses a start`(_ hop: Int)
    async throws
  {
    let fixture = try await filled()
    let path = try #require(try fixture.segments(hop).last)
    let bytes = try fixture.bytes(path)
    let header = SpoolFixture.lineStarts(bytes)[1]
    for index in header..<bytes.count {
      await Task.yield()
      var damaged = bytes
      damaged[index] ^= 0x02
      try fixture.overwrite(path, damaged)
      #expect(try refusal(fixture) == nil, "offset \(index)")
    }
  }
}

extension SpoolReader {
  fileprivate func committedData() throws -> [[UInt8]] {
    var data: [[UInt8]] = []
    try forEachLine(of: "3-committed") {
      data.append($0.data)
      return true
    }
    return data
  }
}
