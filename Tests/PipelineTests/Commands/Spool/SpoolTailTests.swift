import TestSupport
import Testing

@testable import Pipeline
@testable import Transport

@Suite struct SpoolTailTests {
  private let directory = TemporaryDirectory()
  private var path: String { directory.file("spool") }

  private func open(segmentBytes: Int = 32 << 20) throws -> Spool {
    var options = SpoolOptions()
    options.segmentBytes = segmentBytes
    return try Spool.open(
      directory: path, hops: SpoolHops.descriptions, options: options, log: .silent
    ).spool
  }

  private func append(_ spool: Spool, _ range: ClosedRange<Int>) async {
    let hop = spool.hop(2)
    for number in range {
      let data = Array(#"{"n":\#(number)}"#.utf8)
      await hop.durable(
        through: hop.append(SpoolRecord(id: "r", key: "k", type: "t", data: data)))
    }
  }

  private func tail(_ count: Int) throws -> SpoolTail {
    try SpoolTail(
      SpoolReader(directory: path, hops: SpoolHops.descriptions), hop: SpoolHops.committed,
      last: count, cat: SpoolCat(isRaw: true))
  }

  @Test func `it begins with the last lines and goes on across segments`() async throws {
    // So small that every line gets a segment of its own.
    let spool = try open(segmentBytes: 100)
    defer { spool.close() }
    await append(spool, 1...5)
    var tail = try tail(2)
    #expect(try tail.look() == "{\"n\":4}\n{\"n\":5}\n")
    #expect(try tail.look() == "")
    await append(spool, 6...9)
    #expect(try tail.look() == "{\"n\":6}\n{\"n\":7}\n{\"n\":8}\n{\"n\":9}\n")
  }

  @Test func `segments that go away meanwhile do not stop it`() async throws {
    let spool = try open(segmentBytes: 100)
    defer { spool.close() }
    await append(spool, 1...3)
    var tail = try tail(0)
    #expect(try tail.look() == "")
    await append(spool, 4...7)
    for seq in UInt64(1)...5 {
      try FileSystem.remove("\(path)/3-committed/\(SpoolFormat.segmentName(first: seq))")
    }
    #expect(try tail.look() == "{\"n\":6}\n{\"n\":7}\n")
  }

  @Test func `a line that is half written waits until it is whole`() async throws {
    let spool = try open()
    await append(spool, 1...2)
    spool.close()
    let file = "\(path)/3-committed/\(SpoolFormat.segmentName(first: 1))"
    let whole = try FileSystem.contents(of: file)
    try FileSystem.replace(file, with: Array(whole.dropLast(9)))
    var tail = try tail(10)
    #expect(try tail.look() == "{\"n\":1}\n")
    try FileSystem.replace(file, with: whole)
    #expect(try tail.look() == "{\"n\":2}\n")
  }

  @Test func `an empty hop has no last line`() async throws {
    try open().close()
    var tail = try tail(10)
    #expect(try tail.look() == "")
  }
}
