import TestSupport
import Testing
import Transport

@testable import Pipeline

@Suite("The file a first start leaves")
struct FirstStartFileTests {
  @Test func `it stays a day, then it is removed`() throws {
    let directory = TemporaryDirectory()
    let file = FirstStartFile(spool: directory.path)
    try file.write(Array("{}".utf8))
    let written = try #require(try FileSystem.status(file.path))
    #expect(written.mode & 0o777 == 0o600)
    let day = written.modified.advanced(by: FirstStartFile.lifetime)
    file.removeWhenOld(at: day.advanced(by: .seconds(-1)))
    #expect(try FileSystem.status(file.path) != nil)
    file.removeWhenOld(at: day)
    #expect(try FileSystem.status(file.path) == nil)
  }
}
