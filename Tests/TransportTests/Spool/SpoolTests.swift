import Synchronization
import TestSupport
import Testing

@testable import Transport

@Suite struct SpoolTests {
  @Test func `what was durable is read back after a clean stop`() async throws {
    let fixture = SpoolFixture()
    let (spool, recovery) = try fixture.open()
    #expect(recovery.isNew)
    await fixture.fill(spool, 100)
    spool.close()
    let (again, found) = try fixture.open()
    defer { again.close() }
    guard case .clean = found.lastStop else { Issue.record("\(found.lastStop)"); return }
    let lines = try fixture.lines(again)
    #expect(lines.map(\.seq) == Array(1...100))
    #expect(lines[41].id == "req_41")
    #expect(lines[41].data == SpoolFixture.record(41).data)
    #expect(again.hop(SpoolFixture.committed).append(SpoolFixture.record(0)) == 101)
  }

  @Test func `closures run in the order of the lines once the disk has them`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    let seen = Mutex<[UInt64]>([])
    let hop = spool.hop(SpoolFixture.committed)
    for index in 0..<1000 {
      hop.append(SpoolFixture.record(index)) { seq in
        #expect(hop.durableSeq >= seq)
        seen.withLock { $0.append(seq) }
      }
    }
    spool.close()
    #expect(seen.withLock { $0 } == Array(1...1000))
  }
}
