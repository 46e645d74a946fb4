import Synchronization
import Testing

@testable import Transport

/// Segments that go while a spool is written and read, and what a start makes of those that are left.
@Suite(.timeLimit(.minutes(5))) struct SpoolRetentionTests {
  let fixture = SpoolFixture()

  private func open() throws -> Spool {
    try fixture.open { $0.segmentBytes = 2048 }.spool
  }

  private func rules(
    keep: Duration = .zero, maxBytes: UInt64 = .max,
    neededFrom: @escaping @Sendable () -> [UInt64] = { [.max, .max, .max] }
  ) -> SpoolRetention {
    var rules = SpoolRetention(
      keep: [keep, keep, keep], maxBytes: maxBytes, neededFrom: neededFrom)
    rules.oldestFormat = 1
    return rules
  }

  /// In commits of ten lines, as one commit never spans two segments.
  private func fill(_ spool: Spool, _ count: Int) async {
    for _ in 0..<count / 10 { await fixture.fill(spool, 10) }
  }

  private func segments(_ hop: Int = SpoolFixture.committed) throws -> [UInt64] {
    try HopDirectory(hop: SpoolFixture.hops[hop].name, in: fixture.path).segments
  }

  private func round(_ spool: Spool) throws { try RetentionRound(spool.engine).run(now: .now) }

  @Test func `segments nobody needs go, and the rest reads on and opens again`() async throws {
    let spool = try open()
    await fill(spool, 100)
    let before = try segments()
    spool.retain(rules())
    try round(spool)
    #expect(try segments() == before)  // the state still rests on all of it
    let middle = before[before.count / 2]
    spool.mayRemove(SpoolFixture.committed, through: middle - 1)
    try round(spool)
    let after = try segments()
    #expect(after == Array(before[(before.count / 2)...]))
    #expect(spool.segmentsRemoved == UInt64(before.count - after.count))
    let lines = try spool.hop(SpoolFixture.committed).lines(from: 1, limit: 1000, maxBytes: .max)
    #expect(lines.map(\.seq) == Array(middle...100))
    await fixture.fill(spool, 5)
    spool.close()
    let again = try open()
    #expect(try fixture.lines(again).map(\.seq) == Array(middle...105))
    again.close()
    let reader = try SpoolReader(directory: fixture.path, hops: SpoolFixture.hops)
    #expect(try reader.verify().findings.isEmpty)
  }

  @Test func `what a reader needs stays, and its cursor is on disk before anything goes`()
    async throws
  {
    let spool = try open()
    await fill(spool, 100)
    let path = fixture.path + "/cursors/reader.json"
    let seen = Mutex<[Bool]>([])
    spool.retain(
      rules {
        seen.withLock { $0.append((try? FileSystem.status(path)) != nil) }
        let cursor = try? spool.durableCursor("reader")
        return [.max, cursor?["high"]?.int.map { UInt64($0) } ?? 0, .max]
      })
    spool.mayRemove(SpoolFixture.committed, through: 100)
    spool.saveCursor("reader", ["high": 50], synchronously: false)
    try round(spool)
    #expect(seen.withLock { $0.allSatisfy { $0 } && !$0.isEmpty })
    let kept = try segments()
    let first = try #require(kept.first)
    #expect(first <= 50 && kept.count > 1 && kept[1] > 50)
    spool.close()
  }

  @Test func `above the limit what is young goes too, until it fits`() async throws {
    let spool = try open()
    await fill(spool, 200)
    try round(spool)
    spool.mayRemove(SpoolFixture.committed, through: .max)
    let limit = spool.bytes / 2
    spool.retain(rules(keep: .seconds(3600), maxBytes: limit))
    try round(spool)
    #expect(spool.bytes <= limit && spool.bytes + 3000 > limit)
    #expect(spool.bytesKept(neededFrom: [.max, .max, .max]) < 6000)
    #expect(spool.bytesKept(neededFrom: [.max, 0, .max]) == spool.bytes)
    spool.close()
  }

  @Test func `what is sealed on demand and unwanted goes before its time, and nothing after it`()
    async throws
  {
    let spool = try open()
    await fill(spool, 20)
    await fixture.fill(spool, 3, hop: SpoolFixture.accepted)
    spool.retain(rules(keep: .seconds(3600)))
    for hop in 0..<3 { spool.mayRemove(hop, through: .max) }
    let marks = await spool.sealAll()
    #expect(marks[SpoolFixture.committed] == 20 && marks[SpoolFixture.accepted] == 3)
    await fill(spool, 10)
    try round(spool)
    #expect(spool.holds(anyThrough: marks))
    spool.discard(through: marks)
    try round(spool)
    #expect(!spool.holds(anyThrough: marks))
    #expect(try segments().first == 21)
    #expect(try segments(SpoolFixture.accepted) == [4])
    spool.close()
    let again = try open()
    #expect(again.hop(SpoolFixture.accepted).lastSeq == 3)
    #expect(try fixture.lines(again).map(\.seq) == Array(21...30))
    again.close()
  }

  @Test func `a spool of an older format loses nothing`() async throws {
    let spool = try open()
    await fill(spool, 100)
    let before = try segments()
    var rules = rules()
    rules.oldestFormat = 99
    spool.retain(rules)
    spool.mayRemove(SpoolFixture.committed, through: .max)
    try round(spool)
    #expect(try segments() == before)
    spool.close()
  }

  @Test func `readers go on while segments go under them`() async throws {
    let spool = try open()
    spool.retain(rules())
    let hop = spool.hop(SpoolFixture.committed)
    try await withThrowingTaskGroup { [fixture] group in
      group.addTask {
        for _ in 0..<40 {
          await fixture.fill(spool, 25)
          spool.mayRemove(SpoolFixture.committed, through: hop.durableSeq)
          try RetentionRound(spool.engine).run(now: .now)
        }
      }
      for start in [1, 300, 600] as [UInt64] {
        group.addTask {
          var next = start
          while next <= 1000 {
            let lines = try hop.lines(from: next, limit: 7, maxBytes: .max)
            for (before, line) in zip(lines, lines.dropFirst()) {
              #expect(line.seq > before.seq)
            }
            if let last = lines.last { next = last.seq + 1 }
            await Task.yield()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(fixture.failures.withLock { $0.isEmpty })
    #expect(spool.segmentsRemoved > 10)
    spool.close()
  }

  @Test func `an old segment is sealed although nothing is appended, so that it can go`()
    async throws
  {
    let spool = try fixture.open { $0.segmentAge = .milliseconds(1) }.spool
    await fixture.fill(spool, 3)
    await fixture.fill(spool, 3, hop: SpoolFixture.attempts)
    spool.retain(rules())
    for hop in 0..<3 { spool.mayRemove(hop, through: .max) }
    while try segments() != [4] || segments(SpoolFixture.attempts) != [4] {
      spool.engine.sealOldSegments(now: Timestamp.now.advanced(by: .seconds(1)))
      try round(spool)
      try await Task.sleep(for: .milliseconds(2))
    }
    // One without a line is never sealed.
    #expect(try segments(SpoolFixture.accepted) == [1])
    await fixture.fill(spool, 1)
    spool.close()
    let again = try open()
    #expect(again.hop(SpoolFixture.committed).lastSeq == 4)
    again.close()
  }
}
