import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Transport

@Suite struct SpoolCrashTests {
  /// Appends from several threads until killed; notes every line it was told is durable.
  private static func appendUntilKilled(in path: String) throws {
    let (spool, _) = try Spool.open(
      directory: path + "/spool", hops: SpoolFixture.hops,
      options: {
        var options = SpoolOptions()
        options.segmentBytes = 60_000
        return options
      }(), log: .silent)
    let told = try File(path + "/told", .creating)
    let threads = (0..<4).map { thread in
      FileThread {
        let hop = spool.hop(SpoolFixture.committed)
        let accepted = spool.hop(SpoolFixture.accepted)
        for index in 0..<1_000_000 {
          let number = accepted.append(SpoolFixture.record(index))
          let data = Array(#"{"request":"r","accepted":\#(number),"thread":\#(thread)}"#.utf8)
          let record = SpoolRecord(id: "r", key: "k", type: "t", data: data)
          hop.append(record) { seq in try? told.write(Array("\(seq)\n".utf8)) }
          if index % 20 == 0 { usleep(300) }
        }
      }
    }
    usleep(UInt32.random(in: 20_000...250_000))
    kill(getpid(), SIGKILL)
    for thread in threads { thread.join() }
  }

  @Test func `what was called durable is there after the process was killed`() async throws {
    let fixture = SpoolFixture()
    for _ in 0..<5 {
      let path = fixture.directory.path
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
        try SpoolCrashTests.appendUntilKilled(in: path)
      }
      let told = String(decoding: fixture.directory.read("told") ?? [], as: UTF8.self)
        .split(separator: "\n").compactMap { UInt64($0) }
      #expect(try fixture.reader.verify().findings.allSatisfy(\.isTornTail))
      let (spool, recovery) = try fixture.open()
      guard case .crash = recovery.lastStop else { Issue.record("clean?"); return }
      let lines = try fixture.lines(spool)
      #expect(lines.map(\.seq) == Array(1...UInt64(lines.count)))
      #expect(told.dropLast().max() ?? 0 <= UInt64(lines.count))
      let accepted = Set(try fixture.lines(spool, hop: SpoolFixture.accepted).map(\.seq))
      for line in lines {
        let number = SpoolMember.number("accepted", in: line.data)
        #expect(number.map { accepted.contains($0) } == true, "an outcome without its line")
      }
      spool.close()
      #expect(try fixture.reader.verify().findings == [])
    }
  }

  @Test func `a write that fails ends in the failure, and nobody is told of durability`() async {
    await #expect(processExitsWith: .exitCode(74)) {
      signal(SIGXFSZ, SIG_IGN)
      let fixture = SpoolFixture()
      let durable = Atomic<UInt64>(0)
      let (spool, _) = try fixture.open { options in
        options.onFailure = { error in
          guard case .file(let file) = error, file.operation == "write" else { exit(1) }
          usleep(50_000)
          exit(durable.load(ordering: .relaxed) < 100 ? 74 : 2)
        }
      }
      var limit = rlimit(rlim_cur: 8000, rlim_max: 8000)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      let hop = spool.hop(SpoolFixture.committed)
      for index in 0..<1000 {
        hop.append(SpoolFixture.record(index, size: 200)) { position in
          durable.max(position.seq, ordering: .relaxed)
        }
      }
      sleep(5)
    }
  }
}
