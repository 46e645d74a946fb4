import TestSupport
import Testing
import Transport

@testable import Pipeline

struct DeadLettersTests {
  @Test func `a dead letter is a file by the time it counts as kept`() async throws {
    let directory = TemporaryDirectory()
    let disk = BlockingThread(name: "disk")
    defer { disk.stop() }
    let letters = DeadLetters(spool: directory.path, disk: disk, log: .silent)
    try await letters.keep(Array("{}".utf8), named: "req_1")
    #expect(directory.read("dead/req_1.json") == Array("{}\n".utf8))
  }

  @Test func `a dead letter that cannot be written is not said to be kept`() async throws {
    let directory = TemporaryDirectory()
    directory.write([], to: "dead")
    let disk = BlockingThread(name: "disk")
    defer { disk.stop() }
    let letters = DeadLetters(spool: directory.path, disk: disk, log: .silent)
    await #expect(throws: FileError.self) {
      try await letters.keep(Array("{}".utf8), named: "req_1")
    }
  }

  @Test func `a letter whose event was taken goes, one kept later too, and no other`() async throws
  {
    let directory = TemporaryDirectory()
    let disk = BlockingThread(name: "disk")
    defer { disk.stop() }
    let letters = DeadLetters(spool: directory.path, disk: disk, log: .silent)
    for name in ["wh_1-evt_1", "wh_2-evt_1"] { try await letters.keep([], named: name) }
    letters.taken("evt_9", by: "wh_1")
    letters.taken("evt_1", by: "wh_1")
    #expect(await disk.run { try? letters.names() } == ["wh_2-evt_1"])
    try await letters.keep([], named: "wh_1-evt_2")
    letters.taken("evt_2", by: "wh_1")
    #expect(await disk.run { try? letters.names() } == ["wh_2-evt_1"])
    #expect(try await letters.remove("wh_2-evt_1"))
    #expect(await disk.run { letters.count } == 0)
  }
}
