import TestSupport
import Testing

@testable import Transport

@Suite struct SpoolFollowerTests {
  private func follower(_ fixture: SpoolFixture) throws -> SpoolFollower {
    try SpoolFollower(
      from: fixture.path, to: fixture.directory.file("copy"), hops: SpoolFixture.hops)
  }

  private func copy(_ fixture: SpoolFixture) throws -> SpoolReader {
    try SpoolReader(directory: fixture.directory.file("copy"), hops: SpoolFixture.hops)
  }

  /// Waits until the note of what is durable covers everything.
  private func settle(_ spool: Spool, _ fixture: SpoolFixture) async throws {
    let last = spool.hop(SpoolFixture.committed).durableSeq
    while try spool.cursor("durable")?["seq"]?.int != Int(last) {
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  private func files(_ directory: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for folder in SpoolRestore.folders(SpoolFixture.hops) {
      for name in (try? FileSystem.list(directory + "/" + folder)) ?? [] {
        files[folder + "/" + name] = try FileSystem.contents(of: "\(directory)/\(folder)/\(name)")
      }
    }
    return files
  }

  @Test func `the copy becomes the spool, round by round`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open { ($0.segmentBytes, $0.batchLines) = (4 << 10, 4) }
    var follower = try follower(fixture)
    for round in 1...5 {
      for hop in SpoolFixture.hops.indices {
        await fixture.fill(spool, 10 * round, hop: hop, size: 100)
      }
      try await settle(spool, fixture)
      let done = try follower.round()
      #expect(done.lines == 10 * round && done.lag == 0)
      #expect(try copy(fixture).verify().findings.isEmpty)
    }
    spool.close()
    #expect(try follower.round().lines == 0)
    #expect(try files(fixture.directory.file("copy")) == files(fixture.path))
    #expect(try follower.round().bytes == 0)
  }

  @Test func `what the source has not synced is not shipped`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    await fixture.fill(spool, 5)
    spool.close()
    let path = try #require(try fixture.segments().last)
    let bytes = try fixture.bytes(path)
    let batch = fixture.unsyncedBatch(3, behind: bytes, after: 5)
    try fixture.overwrite(path, bytes + batch)
    var follower = try follower(fixture)
    let round = try follower.round()
    #expect(round.through == 5 && round.last == 8 && round.lag == 3)
    #expect(try copy(fixture).summary(of: SpoolFixture.hops[1]).lines == 1...5)
    // A line of the ledger proves that they were synced after all.
    let proof = SpoolRecord(
      id: "att_1", key: "wh_1", type: "attempt", data: Array(#"{"durableSeq":7}"#.utf8))
    let ledger = try #require(try fixture.segments(SpoolFixture.attempts).last)
    let before = try fixture.bytes(ledger)
    var crc = SpoolFormat.statedChecksum(of: Array(before.dropLast()).span) ?? 0
    var line: [UInt8] = []
    SpoolFragment(proof, at: .now).write(seq: 1, based: 1, chaining: &crc, to: &line)
    try fixture.overwrite(ledger, before + line)
    #expect(try follower.round().through == 7)
    #expect(try copy(fixture).verify().findings.isEmpty)
  }

  @Test func `it goes on after its own end and the source's`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    await fixture.fill(spool, 5)
    try await settle(spool, fixture)
    do {
      var first = try follower(fixture)
      #expect(try first.round().through == 5)
    }
    spool.close()
    let (again, _) = try fixture.open()
    await fixture.fill(again, 5)
    try await settle(again, fixture)
    var second = try follower(fixture)
    #expect(try second.round().lines == 5)
    again.close()
    let (third, _) = try fixture.open()
    await fixture.fill(third, 5)
    third.close()
    #expect(try second.round().lines == 5)
    #expect(try files(fixture.directory.file("copy")) == files(fixture.path))
  }

  @Test func `an end that the source lost, and nobody was promised, goes here too`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    for hop in SpoolFixture.hops.indices { await fixture.fill(spool, 6, hop: hop) }
    spool.close()
    var follower = try follower(fixture)
    _ = try follower.round()
    // A power cut takes the last lines of the first hop; others are written in their place.
    let path = try #require(try fixture.segments(SpoolFixture.accepted).last)
    let bytes = try fixture.bytes(path)
    try fixture.overwrite(path, Array(bytes[..<SpoolFixture.lineStarts(bytes)[4]]))
    let (again, _) = try fixture.open()
    await fixture.fill(again, 9, hop: SpoolFixture.accepted, size: 33)
    again.close()
    _ = try follower.round()
    #expect(try files(fixture.directory.file("copy")) == files(fixture.path))
    #expect(try copy(fixture).verify().findings.isEmpty)
  }

  @Test func `a source that lacks what the copy holds is refused`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    await fixture.fill(spool, 6)
    spool.close()
    var follower = try follower(fixture)
    _ = try follower.round()
    let path = try #require(try fixture.segments().last)
    let bytes = try fixture.bytes(path)
    try FileSystem.remove(path)
    try fixture.overwrite(path, Array(bytes[..<SpoolFixture.lineStarts(bytes)[3]]))
    #expect(throws: BackupError.ahead(hop: "3-committed", copy: 6)) { try follower.round() }
    #expect(try copy(fixture).verify().findings.isEmpty)
  }

  @Test func `damage at the source does not arrive`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open { ($0.segmentBytes, $0.batchLines) = (4 << 10, 4) }
    await fixture.fill(spool, 80, size: 200)
    spool.close()
    let path = try #require(try fixture.segments().dropFirst().first)
    var bytes = try fixture.bytes(path)
    bytes[bytes.count / 2] ^= 1
    try fixture.overwrite(path, bytes)
    var follower = try follower(fixture)
    #expect {
      try follower.round()
    } throws: { error in
      guard case BackupError.damaged(let findings) = error else { return false }
      return findings.count == 1
    }
  }

  @Test func `what retention removes goes, and snapshots come`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open { ($0.segmentBytes, $0.batchLines) = (4 << 10, 4) }
    await fixture.fill(spool, 80, size: 200)
    spool.close()
    try FileSystem.makeDirectory(fixture.path + "/snapshots")
    var follower = try follower(fixture)
    _ = try follower.round()
    let segments = try fixture.segments()
    try #require(segments.count > 6)
    let kept = try #require(SpoolFormat.firstSeq(ofSegment: String(segments[2].suffix(26))))
    let snapshot = "snapshots/" + SpoolFormat.segmentName(first: kept - 1)
    try fixture.overwrite(fixture.path + "/" + snapshot, [10])
    for segment in segments[..<2] { try FileSystem.remove(segment) }
    #expect(try follower.round().removed == 2)
    let found = try files(fixture.directory.file("copy"))
    #expect(found == (try files(fixture.path)) && found[snapshot] != nil)
  }

  @Test func `one that retention has overtaken starts behind the hole`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open { ($0.segmentBytes, $0.batchLines) = (4 << 10, 4) }
    await fixture.fill(spool, 8, size: 200)
    try await settle(spool, fixture)
    var follower = try follower(fixture)
    _ = try follower.round()
    await fixture.fill(spool, 120, size: 200)
    spool.close()
    try FileSystem.makeDirectory(fixture.path + "/snapshots")
    let segments = try fixture.segments()
    try #require(segments.count > 6)
    let kept = try #require(SpoolFormat.firstSeq(ofSegment: String(segments[5].suffix(26))))
    try fixture.overwrite(
      fixture.path + "/snapshots/" + SpoolFormat.segmentName(first: kept - 1), [10])
    for segment in segments[..<5] { try FileSystem.remove(segment) }
    _ = try follower.round()
    #expect(try files(fixture.directory.file("copy")) == files(fixture.path))
  }

  @Test func `a round that is cut short names nothing it has not shipped`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    for hop in SpoolFixture.hops.indices { await fixture.fill(spool, 3, hop: hop) }
    try await settle(spool, fixture)
    var follower = try follower(fixture)
    _ = try follower.round()
    for hop in SpoolFixture.hops.indices { await fixture.fill(spool, 3, hop: hop) }
    spool.close()
    let ledger = fixture.directory.file("copy") + "/4-attempts"
    try FileSystem.rename(ledger, to: ledger + "-away")
    #expect(throws: BackupError.self) { try follower.round() }
    try FileSystem.rename(ledger + "-away", to: ledger)
    #expect(try copy(fixture).summary(of: SpoolFixture.hops[1]).lines == 1...6)
    #expect(try copy(fixture).summary(of: SpoolFixture.hops[2]).lines == 1...3)
    #expect(try copy(fixture).verify().findings.isEmpty)
    #expect(try copy(fixture).cursors().first { $0.name == "durable" }?.value["seq"] == 3)
  }

  @Test func `a copy belongs to one spool and one follower, and is restored when whole`()
    async throws
  {
    let (fixture, other) = (SpoolFixture(), SpoolFixture())
    for spool in [fixture, other] { try spool.open().spool.close() }
    let target = fixture.directory.file("copy")
    do {
      var first = try follower(fixture)
      #expect(throws: BackupError.unfinished(target)) {
        try SpoolRestore(.directory(target), hops: SpoolFixture.hops).verify()
      }
      _ = try first.round()
      #expect { try follower(fixture) } throws: { error in
        guard case BackupError.spool(.locked) = error else { return false }
        return true
      }
    }
    #expect(throws: BackupError.otherSpool(target)) {
      try SpoolFollower(from: other.path, to: target, hops: SpoolFixture.hops)
    }
    fixture.directory.write([1], to: "spool/stray")
    #expect(throws: BackupError.exists(fixture.directory.path)) {
      try SpoolFollower(
        from: fixture.path, to: fixture.directory.path, hops: SpoolFixture.hops)
    }
    let restored = fixture.directory.file("restored")
    let recovery = try SpoolRestore(.directory(target), hops: SpoolFixture.hops)
      .run(to: restored, log: .silent)
    #expect(recovery.epoch == 2)
  }
}
