import TestSupport
import Testing

@testable import Transport

@Suite struct SpoolBackupTests {
  private func archive(_ path: String) throws -> BackupArchive {
    try BackupArchive(path, hops: SpoolFixture.hops)
  }

  /// Appends to the first and the acknowledged hop, as a write does, until it is cancelled.
  private func write(to spool: Spool) async {
    var index = 0
    while !Task.isCancelled {
      let accepted = spool.hop(SpoolFixture.accepted).append(SpoolFixture.record(index))
      let outcome = SpoolRecord(
        id: "req_\(index)", key: "cnx_1/Users/1", type: "user.updated",
        data: Array(#"{"accepted":\#(accepted)}"#.utf8))
      let seq = spool.hop(SpoolFixture.committed).append(outcome)
      await spool.hop(SpoolFixture.committed).durable(through: seq)
      spool.hop(SpoolFixture.attempts).append(
        SpoolRecord(
          id: "att_\(index)", key: "wh_1", type: "attempt",
          data: Array(#"{"durableSeq":\#(seq)}"#.utf8)))
      spool.saveCursor(
        "wh_1", ["high": .number(JSONNumber(text: String(seq)))], synchronously: index % 50 == 0)
      index += 1
    }
  }

  @Test func `a backup beside writers is sound, and a spool again`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open { $0.segmentBytes = 16 << 10 }
    let path = fixture.directory.file("backup.tar")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 { group.addTask { await write(to: spool) } }
      for round in 0..<10 {
        try await Task.sleep(for: .milliseconds(10))
        let manifest = try SpoolBackup(of: fixture.path, hops: SpoolFixture.hops).write(to: path)
        let archive = try archive(path)
        #expect(try archive.verify().findings.isEmpty)
        let target = fixture.directory.file("restored-\(round)")
        let recovery = try SpoolRestore(.archive(archive), hops: SpoolFixture.hops)
          .run(to: target, log: .silent)
        #expect(recovery.epoch == 2 && recovery.tornLines == 0)
        #expect(recovery.hops.map(\.last) == manifest.last.map(\.seq))
        let reader = try SpoolReader(directory: target, hops: SpoolFixture.hops)
        #expect(try reader.verify().findings.isEmpty)
      }
      group.cancelAll()
    }
    spool.close()
    #expect(try FileSystem.status(path)?.mode == 0o600)
    #expect(try FileSystem.status(fixture.directory.file("restored-0"))?.mode == 0o700)
  }

  /// A spool of all kinds of files, closed.
  private func sample(_ fixture: SpoolFixture) async throws -> String {
    let (spool, _) = try fixture.open { ($0.segmentBytes, $0.batchLines) = (4 << 10, 4) }
    for hop in SpoolFixture.hops.indices { await fixture.fill(spool, 12, hop: hop, size: 200) }
    spool.close()
    for folder in ["snapshots", "dead"] {
      try FileSystem.makeDirectory(fixture.path + "/" + folder)
    }
    for name in [
      "snapshots/secrets.json", "dead/wh_1-evt_1.json", "torn/x.torn", "cursors/redrive.json",
      "control.sock", "first-start.json", "snapshots/00000000000000000003.jsonl.tmp",
    ] {
      try fixture.overwrite(fixture.path + "/" + name, Array(name.utf8))
    }
    let path = fixture.directory.file("backup.tar")
    _ = try SpoolBackup(of: fixture.path, hops: SpoolFixture.hops).write(to: path)
    return path
  }

  @Test func `what belongs to the process stays out`() async throws {
    let fixture = SpoolFixture()
    let manifest = try archive(try await sample(fixture)).manifest
    let names = Set(manifest.files.map(\.name))
    #expect(
      names.isSuperset(of: ["snapshots/secrets.json", "dead/wh_1-evt_1.json", "torn/x.torn"]))
    #expect(names.contains("cursors/durable.json"))
    #expect(names.count { $0.hasPrefix("3-committed/") } > 1)
    let stray = ["LOCK", "control.sock", "first-start.json", "redrive", ".tmp"]
    #expect(!names.contains { name in stray.contains { name.contains($0) } })
  }

  @Test func `no changed byte and no cut goes unnoticed`() async throws {
    let fixture = SpoolFixture()
    let path = try await sample(fixture)
    let whole = try fixture.bytes(path)
    var random = SeededGenerator(seed: 7)
    // What fills the last block of a member says nothing.
    let filling = Set(Self.padding(of: whole))
    for _ in 0..<300 {
      let index = Int.random(in: 0..<whole.count - 1024, using: &random)
      if filling.contains(index) { continue }
      var changed = whole
      changed[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      try fixture.overwrite(path, changed)
      #expect(isRefused(path, fixture), "byte \(index)")
    }
    for _ in 0..<50 {
      let end = Int.random(in: 0..<whole.count - 1024, using: &random)
      try fixture.overwrite(path, Array(whole[..<end]))
      #expect(isRefused(path, fixture), "cut at \(end)")
    }
    try fixture.overwrite(path, whole)
    #expect(!isRefused(path, fixture))
  }

  /// Offsets between a member's end and the next header.
  private static func padding(of archive: [UInt8]) -> [Int] {
    var padding: [Int] = []
    var offset = 0
    while offset + 512 <= archive.count,
      let header = TarHeader(parsing: Array(archive[offset..<(offset + 512)]))
    {
      let start = offset
      let end = offset + 512 + Int(header.size)
      offset += 512 + Int(header.paddedSize)
      padding += end..<offset
      // So does what ends a header's sum.
      padding += [start + 154, start + 155]
    }
    return padding
  }

  private func isRefused(_ path: String, _ fixture: SpoolFixture) -> Bool {
    let target = fixture.directory.file(ULID.make(prefix: "target-"))
    do {
      _ = try SpoolRestore(.archive(try archive(path)), hops: SpoolFixture.hops)
        .run(to: target, log: .silent)
      return false
    } catch {
      return (try? FileSystem.status(target)) == nil
    }
  }

  @Test func `damage is named by segment and offset`() async throws {
    let fixture = SpoolFixture()
    let path = try await sample(fixture)
    var bytes = try fixture.bytes(path)
    let line = try #require(bytes.firstRange(of: Array(#"{"n":1,"#.utf8)))
    bytes[line.lowerBound + 5] ^= 4
    try fixture.overwrite(path, bytes)
    let findings = try archive(path).verify().findings
    guard case .corrupt(let segment, let offset, let seq, _)? = findings.first else {
      Issue.record("nothing found")
      return
    }
    #expect(findings.count == 1 && seq == 2 && offset > 100)
    #expect(segment == "1-accepted/00000000000000000001.jsonl")
  }

  @Test func `a name that leads elsewhere is not unpacked`() throws {
    let fixture = SpoolFixture()
    for name in [
      "scim-hris-spool/../x", "/etc/x", "scim-hris-spool/cursors/../../x",
      "scim-hris-spool/LOCK", "scim-hris-spool/cursors/.x", "scim-hris-spool/other/x",
    ] {
      let header = TarHeader(name: name, size: 0, modified: 0)
      fixture.directory.write(header.bytes + [UInt8](repeating: 0, count: 1024), to: "evil")
      #expect(throws: BackupError.self) { try archive(fixture.directory.file("evil")) }
    }
  }

  @Test func `a spool is never restored over anything`() async throws {
    let fixture = SpoolFixture()
    let archive = try archive(try await sample(fixture))
    #expect(throws: BackupError.exists(fixture.path)) {
      try SpoolRestore(.archive(archive), hops: SpoolFixture.hops)
        .run(to: fixture.path, log: .silent)
    }
  }

  @Test func `what retention unlinks meanwhile is still copied, a hole is not`() async throws {
    let fixture = SpoolFixture()
    _ = try await sample(fixture)
    let inventory = try SpoolInventory(of: fixture.path, hops: SpoolFixture.hops)
    let first = try #require(try fixture.segments().first)
    let size = try #require(try FileSystem.status(first)?.size)
    try FileSystem.remove(first)
    let item = try #require(inventory.segments[SpoolFixture.committed].first).item
    #expect(item.size == size)
    #expect(try item.file.read(at: 0, count: Int(size)).count == Int(size))
    #expect(throws: BackupError.restless(fixture.path)) {
      try SpoolInventory(of: fixture.path, hops: SpoolFixture.hops)
    }
    let left = try #require(try fixture.segments().first)
    let second = try #require(SpoolFormat.firstSeq(ofSegment: String(left.suffix(26))))
    try fixture.overwrite(
      fixture.path + "/snapshots/" + SpoolFormat.segmentName(first: second - 1), [10])
    let later = try SpoolInventory(of: fixture.path, hops: SpoolFixture.hops)
    #expect(later.snapshot == second - 1)
  }
}
