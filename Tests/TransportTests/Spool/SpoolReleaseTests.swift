import TestSupport
import Testing

@testable import Transport

@Suite struct SpoolReleaseTests {
  /// The first bytes of every segment, by its path.
  private func headers(_ fixture: SpoolFixture) throws -> [String: String] {
    var headers: [String: String] = [:]
    for hop in SpoolFixture.hops {
      let directory = try HopDirectory(hop: hop.name, in: fixture.path)
      for segment in directory.segments {
        let bytes = try fixture.bytes(directory.path(ofSegment: segment))
        headers[directory.name(ofSegment: segment)] = String(
          decoding: bytes.prefix(7), as: UTF8.self)
      }
    }
    return headers
  }

  private func old(_ fixture: SpoolFixture, lines: Int = 5) async throws {
    let (spool, recovery) = try fixture.open { $0.newFormat = 1 }
    #expect(spool.format == 1 && recovery.format == 1)
    for hop in SpoolFixture.hops.indices { await fixture.fill(spool, lines, hop: hop) }
    spool.close()
  }

  @Test func `a new spool is made in the newest format`() throws {
    let fixture = SpoolFixture()
    let (spool, recovery) = try fixture.open()
    defer { spool.close() }
    #expect(spool.format == 2 && recovery.format == 2 && recovery.formatBefore == nil)
    #expect(try headers(fixture).values.allSatisfy { $0 == #"{"v":2,"# })
    #expect(try fixture.reader.identity?.format == 2)
  }

  @Test func `an older spool goes on as the release before would`() async throws {
    let fixture = SpoolFixture()
    try await old(fixture)
    let (spool, recovery) = try fixture.open {
      ($0.segmentBytes, $0.batchLines) = (4096, 10)
    }
    #expect(spool.format == 1 && recovery.format == 1 && recovery.formatBefore == nil)
    for hop in SpoolFixture.hops.indices { await fixture.fill(spool, 100, hop: hop, size: 100) }
    spool.close()
    let found = try headers(fixture)
    #expect(found.count > 6)
    #expect(found.values.allSatisfy { $0 == #"{"v":1,"# })
    #expect(try fixture.reader.verify().findings.isEmpty)
    let holder = String(decoding: try fixture.bytes(fixture.path + "/LOCK"), as: UTF8.self)
    #expect(holder.hasPrefix(#"{"format":1,"#))
  }

  @Test func `asked to, every hop goes on in a new segment and nothing is rewritten`() async throws
  {
    let fixture = SpoolFixture()
    try await old(fixture)
    let before = try fixture.segments()
    let bytes = try before.map { try fixture.bytes($0) }
    let (spool, recovery) = try fixture.open { $0.upgradesFormat = true }
    #expect(recovery.format == 2 && recovery.formatBefore == 1)
    await fixture.fill(spool, 5)
    #expect(try fixture.lines(spool).map(\.seq) == Array(1...10))
    spool.close()
    for (path, old) in zip(before, bytes) {
      // The segment got its footer, as when it is full.
      #expect(try fixture.bytes(path).starts(with: old))
    }
    let found = try headers(fixture)
    #expect(found.values.count { $0 == #"{"v":1,"# } == 3)
    #expect(found.values.count { $0 == #"{"v":2,"# } == 3)
    #expect(try fixture.reader.verify().findings.isEmpty)
    let (again, next) = try fixture.open()
    #expect(next.format == 2 && next.formatBefore == nil)
    again.close()
  }

  @Test func `a segment without a line is replaced, not followed`() throws {
    let fixture = SpoolFixture()
    try fixture.open { $0.newFormat = 1 }.spool.close()
    try fixture.open { $0.upgradesFormat = true }.spool.close()
    let found = try headers(fixture)
    #expect(found.count == 3 && found.values.allSatisfy { $0 == #"{"v":2,"# })
    #expect(try fixture.reader.verify().findings.isEmpty)
  }

  @Test func `an upgrade that was cut short is finished`() async throws {
    let fixture = SpoolFixture()
    try await old(fixture)
    let (spool, _) = try fixture.open { $0.upgradesFormat = true }
    spool.close()
    // As if the crash came before the last hop's new segment.
    let last = try HopDirectory(hop: "4-attempts", in: fixture.path)
    try FileSystem.remove(last.path(ofSegment: try #require(last.segments.last)))
    let (again, recovery) = try fixture.open()
    #expect(recovery.format == 2)
    again.close()
    #expect(try headers(fixture).values.count { $0 == #"{"v":2,"# } == 3)
    #expect(try fixture.reader.verify().findings.isEmpty)
  }

  @Test func `a snapshot of a newer release refuses the start`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    await fixture.fill(spool, 9)
    spool.close()
    try FileSystem.makeDirectory(fixture.path + "/snapshots")
    let name = "snapshots/00000000000000000007.jsonl"
    for (version, isRefused) in [(2, false), (3, true)] {
      var crc: UInt32 = 0
      let header = SpoolFormat.closed(
        JSONObject([.init(name: "v", value: .init(version))]), chaining: &crc)
      try fixture.overwrite(fixture.path + "/" + name, header)
      guard isRefused else { try fixture.open().spool.close(); continue }
      #expect(throws: SpoolError.newerFormat(segment: name, version: 3)) { try fixture.open() }
      // One that does not read back says nothing.
      try fixture.overwrite(fixture.path + "/" + name, header.dropLast(4) + [10])
      try fixture.open().spool.close()
    }
  }

  @Test func `a raised epoch stands in every hop, once`() async throws {
    let fixture = SpoolFixture()
    try await old(fixture)
    let (spool, recovery) = try fixture.open { $0.raisesEpoch = true }
    #expect(recovery.epoch == 2 && recovery.format == 1)
    await fixture.fill(spool, 2)
    spool.close()
    let (again, next) = try fixture.open()
    #expect(next.epoch == 2)
    again.close()
    #expect(try fixture.reader.identity?.epoch == 2)
    #expect(try fixture.reader.verify().findings.isEmpty)
  }
}
