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
      hop.append(SpoolFixture.record(index)) { position in
        #expect(hop.durableSeq >= position.seq)
        seen.withLock { $0.append(position.seq) }
      }
    }
    spool.close()
    #expect(seen.withLock { $0 } == Array(1...1000))
  }
}

extension SpoolTests {
  @Test func `segments rotate, chain, and read back across a restart`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open { $0.segmentBytes = 2000 }
    for _ in 0..<60 { await fixture.fill(spool, 1) }
    spool.close()
    #expect(try fixture.segments().count > 4)
    let verification = try fixture.reader.verify()
    #expect(verification.findings == [])
    #expect(verification.lines == [0, 60, 0])
    let (again, recovery) = try fixture.open { $0.segmentBytes = 2000 }
    #expect(recovery.hops[1].first == 1 && recovery.hops[1].last == 60)
    await fixture.fill(again, 60)
    #expect(try fixture.lines(again).map(\.seq) == Array(1...120))
    again.close()
  }

  @Test func `a segment is sealed when it is old`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open { $0.segmentAge = .milliseconds(10) }
    await fixture.fill(spool, 1)
    try await Task.sleep(for: .milliseconds(25))
    await fixture.fill(spool, 1)
    spool.close()
    #expect(try fixture.segments().count >= 2)
  }

  @Test func `any changed bit of a sealed segment is found`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open { $0.segmentBytes = 700 }
    for _ in 0..<6 { await fixture.fill(spool, 1) }
    spool.close()
    let path = try #require(try fixture.segments().first)
    let sound = try fixture.bytes(path)
    let directory = try HopDirectory(hop: "3-committed", in: fixture.path)
    for index in sound.indices {
      var bytes = sound
      bytes[index] ^= UInt8(1 << (index % 8))
      try fixture.overwrite(path, bytes)
      var damage = 0
      try HopReader(directory: directory).read { item in
        if case .damage = item { damage += 1 }
        return damage == 0
      }
      #expect(damage > 0, "byte \(index)")
    }
    var bytes = sound
    bytes[sound.count / 2] ^= 1
    try fixture.overwrite(path, bytes)
    let (again, _) = try fixture.open()
    defer { again.close() }
    #expect(throws: SpoolError.self) { try fixture.lines(again) }
    #expect(try fixture.reader.verify().findings.isEmpty == false)
  }

  @Test func `reading from any line gives what follows, within its limits`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open { $0.segmentBytes = 400_000 }
    for _ in 0..<10 { await fixture.fill(spool, 90, size: 900) }
    let hop = spool.hop(SpoolFixture.committed)
    #expect(try fixture.segments().count > 1)
    for seq in stride(from: UInt64(1), through: 900, by: 37) {
      let lines = try hop.lines(from: seq, limit: 40, maxBytes: .max)
      #expect(lines.map(\.seq) == Array(seq..<min(seq + 40, 901)))
      let next = try hop.lines(from: seq + 40, limit: 2, maxBytes: .max)
      #expect(next.map(\.seq) == Array((seq + 40)..<(seq + 42)).filter { $0 <= 900 })
    }
    #expect(try hop.lines(from: 1, limit: 100, maxBytes: 2000).count == 3)
    #expect(try hop.lines(from: 901, limit: 100, maxBytes: 2000).isEmpty)
    spool.close()
  }

  @Test func `who waits for a line is resumed, and a doorbell tells the newest`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    let hop = spool.hop(SpoolFixture.committed)
    let bell = hop.doorbell()
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<50 {
        group.addTask {
          let seq = hop.append(SpoolFixture.record(index))
          await hop.durable(through: seq)
          #expect(hop.durableSeq >= seq)
        }
      }
    }
    var newest: UInt64 = 0
    for await seq in bell {
      newest = seq
      if seq == 50 { break }
    }
    #expect(newest == 50)
    spool.close()
  }

  @Test func `a lagging hop becomes durable by itself`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    let hop = spool.hop(SpoolFixture.accepted)
    await withCheckedContinuation { continuation in
      hop.append(SpoolFixture.record(1)) { _ in continuation.resume() }
    }
    #expect(hop.durableSeq == 1)
    #expect(spool.counters.commits == 0)
    spool.close()
  }

  @Test func `the base of a line is what was durable when its batch was written`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open()
    for _ in 0..<20 { await fixture.fill(spool, 7) }
    let lines = try fixture.lines(spool)
    for line in lines { #expect(line.based <= line.seq) }
    let firsts = Set(lines.map(\.based))
    for first in firsts {
      #expect(lines.filter { $0.based == first }.first?.seq == first)
    }
    spool.close()
  }

  @Test func `little free space is told`() async throws {
    let fixture = SpoolFixture()
    let (spool, _) = try fixture.open { $0.reserveBytes = .max }
    for _ in 0..<200 where spool.diskFree == .max {
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(spool.isShortOfDisk)
    #expect(spool.diskFree > 0)
    spool.close()
    #expect(try Spool.measureSync(in: fixture.path, rounds: 3) > .zero)
  }
}
