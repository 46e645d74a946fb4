import Actors
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

  @Test func `of an event that names somebody who is erased only the circumstances are kept`()
    async throws
  {
    let directory = TemporaryDirectory()
    let disk = BlockingThread(name: "disk")
    defer { disk.stop() }
    let letters = DeadLetters(spool: directory.path, disk: disk, log: .silent)
    func keep(_ id: String, _ type: String) async throws -> String {
      let event: JSONValue = ["id": JSONValue(id), "type": JSONValue(type), "x": "emp_1"]
      try await letters.keep(
        DeadLetter(
          webhookId: "wh_1", eventId: id, seq: 0, reason: "answered 500", attempts: 1, time: .now,
          event: event.bytes)
      ) { EmployeeIds(in: $0).all.contains("emp_1") }
      return String(decoding: directory.read("dead/wh_1-\(id).json") ?? [], as: UTF8.self)
    }
    let hidden = try await keep("evt_1", "employee.updated")
    #expect(hidden.contains("answered 500") && !hidden.contains("emp_1"))
    #expect(SpoolDeadLetter(name: "x", Array(hidden.utf8))?.event == nil)
    #expect(try await keep("evt_2", "employee.erased").contains("emp_1"))
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
