import Glibc
import TestSupport
import Testing

@testable import Transport

@Suite struct SpoolOpeningTests {
  @Test func `a held spool names its holder`() throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    do {
      _ = try fixture.open()
      Issue.record("opened twice")
    } catch let error as SpoolError {
      guard case .locked(_, let pid, let since) = error else { throw error }
      #expect(pid == Int(getpid()))
      #expect(since != nil)
    }
    #expect(try fixture.reader.holder?.isAlive == true)
    spool.close()
    try fixture.open().spool.close()
  }

  @Test func `the lock goes with its file, although a child still has that open`() throws {
    let fixture = SpoolFixture()
    let path = fixture.directory.file("LOCK")
    var file: File? = try File(path, .sharing)
    #expect(try file?.tryLock() == true)
    let copy = dup(try #require(file).descriptor)
    defer { close(copy) }
    file = nil
    #expect(try File(path, .sharing).tryLock())
  }

  @Test func `a directory that is open to others is closed, and that is told`() throws {
    let fixture = SpoolFixture()
    #expect(mkdir(fixture.path, 0o755) == 0)
    let (spool, recovery) = try fixture.open()
    defer { spool.close() }
    #expect(recovery.wasTightened)
    #expect(try FileSystem.status(fixture.path)?.mode == 0o700)
    #expect(try FileSystem.status(fixture.committedPath)?.mode == 0o700)
    #expect(try FileSystem.status(#require(try fixture.segments().first))?.mode == 0o600)
  }

  @Test func `what is no spool is not made one unless asked for`() throws {
    let fixture = SpoolFixture()
    #expect(throws: SpoolError.notFound(directory: fixture.path)) {
      try fixture.open { $0.mayCreate = false }
    }
    #expect(mkdir(fixture.path, 0o700) == 0)
    #expect(throws: SpoolError.notFound(directory: fixture.path)) {
      try fixture.open { $0.mayCreate = false }
    }
    #expect(try FileSystem.list(fixture.path).isEmpty)
  }

  @Test func `a file in place of the directory is refused`() throws {
    let fixture = SpoolFixture()
    fixture.directory.write([1], to: "spool")
    #expect(throws: SpoolError.notADirectory(fixture.path)) { try fixture.open() }
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give a directory away"))
  func `somebody else's directory is refused untouched`() throws {
    let fixture = SpoolFixture()
    #expect(mkdir(fixture.path, 0o700) == 0)
    #expect(chown(fixture.path, 4321, 4321) == 0)
    #expect(throws: SpoolError.foreignOwner(directory: fixture.path, owner: 4321)) {
      try fixture.open()
    }
    #expect(try FileSystem.list(fixture.path).isEmpty)
  }

  @Test func `a later version's segment is refused by its version`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    await fixture.fill(spool, 2)
    spool.close()
    let path = try #require(try fixture.segments().last)
    var header = Array(try fixture.bytes(path).prefix { $0 != 10 })
    header.removeLast(SpoolFormat.suffixLength)
    header[5] = UInt8(ascii: "3")
    var crc: UInt32 = 0
    SpoolFormat.close(&header, from: 0, chaining: &crc)
    try fixture.overwrite(path, header)
    #expect(
      throws: SpoolError.newerFormat(
        segment: "3-committed/00000000000000000001.jsonl", version: 3)
    ) { try fixture.open() }
  }

  @Test func `a crash is told from a clean stop, with its time`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    await fixture.fill(spool, 3)
    spool.close()
    let witness = fixture.path + "/cursors/durable.json"
    let text = String(decoding: try fixture.bytes(witness), as: UTF8.self)
    #expect(text.contains(#""seq":3,"clean":true"#))
    let crashed = #"{"v":1,"seq":3,"clean":false,"at":"2026-01-02T03:04:05.678Z"}"#
    try fixture.overwrite(witness, Array(crashed.utf8))
    let (again, recovery) = try fixture.open()
    defer { again.close() }
    guard case .crash(let at) = recovery.lastStop else { Issue.record("clean?"); return }
    #expect(try #require(at) > Timestamp(milliseconds: 1_767_323_045_678))
  }

  @Test func `cursors are kept, replaced and removed`() throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    spool.saveCursor("wh_1", ["ledgerFrom": 1], synchronously: false)
    #expect(try spool.cursor("wh_1")?["ledgerFrom"]?.int == 1)
    spool.saveCursor("wh_1", ["ledgerFrom": 2], synchronously: true)
    spool.saveCursor("wh_2", ["ledgerFrom": 3], synchronously: false)
    spool.saveCursor(Spool.redriveCursor, ["seq": 4_000_000], synchronously: true)
    spool.close()
    let (again, _) = try fixture.open()
    #expect(try again.cursor("wh_1")?["ledgerFrom"]?.int == 2)
    #expect(try again.cursor("wh_2")?["ledgerFrom"]?.int == 3)
    #expect(try again.cursor(Spool.redriveCursor)?["seq"]?.int == 4_000_000)
    again.removeCursor(Spool.redriveCursor)
    #expect(try again.cursor(Spool.redriveCursor) == nil)
    again.close()
  }
}
