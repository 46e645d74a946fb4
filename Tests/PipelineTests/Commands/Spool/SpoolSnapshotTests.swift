import TestSupport
import Testing

@testable import Pipeline
@testable import Transport

@Suite struct SpoolSnapshotTests {
  private let plain = SpoolPaint(isOn: false)

  private func sample(at seqs: Int...) async throws -> SpoolSample {
    let sample = SpoolSample()
    try await sample.write()
    for seq in seqs {
      try sample.writeSnapshot(
        at: seq, sample.snapshotLines(at: seq), hash: try sample.hash(through: UInt64(seq)))
    }
    return sample
  }

  @Test func `a snapshot and the lines above it fold to what the log alone does`() async throws {
    let sample = try await sample(at: 5)
    let (fold, log) = (try SpoolFold(sample.reader), try SpoolFold(sample.reader, fromLog: true))
    #expect(fold.snapshot == 5 && log.snapshot == nil)
    #expect(fold.hash.value == log.hash.value)
    #expect(fold.hash.resourceCount == 1 && fold.hash.lastSeq == 6)
  }

  @Test func `where the log begins later, the newest snapshot that reads back is taken`()
    async throws
  {
    let sample = try await sample(at: 5, 6)
    let hash = try sample.hash(through: 6)
    try sample.forget(SpoolHops.committed, through: 5)
    #expect(try SpoolFold(sample.reader).hash.value == hash)
    try FileSystem.replace(sample.snapshotPath(6), with: Array("{}\n".utf8))
    let fold = try SpoolFold(sample.reader)
    #expect(fold.snapshot == 5 && fold.hash.value == hash)
    #expect(throws: SpoolFold.Failure.missing(from: 1, through: 5)) {
      try SpoolFold(sample.reader, fromLog: true)
    }
    try FileSystem.remove(sample.snapshotPath(5))
    #expect(throws: SpoolFold.Failure.missing(from: 1, through: 5)) {
      try SpoolFold(sample.reader)
    }
  }

  @Test func `groups' members are hashed as the log has them, however many lines they take`()
    throws
  {
    let sample = SpoolSample()
    let key = "cnx_1/Groups/g1"
    let members = ["b", "a", "c"].map { #"{"value":"\#($0)","display":"\#($0)"}"# }
    let group = #"{"id":"grp_1","name":"Sales"}"#
    let data =
      #"{"request":"req_1","accepted":1,"outcome":"applied","status":201,"version":1,"#
      + #""resource":{"displayName":"Sales"},"group":\#(group),"#
      + #""members":{"added":[\#(members.joined(separator: ","))],"changed":[],"removed":[]},"#
      + #""events":[]}"#
    var log = SpoolStateHash()
    log.take(
      SpoolLine(
        seq: 1, based: 1, timestamp: .now, id: "req_1", key: key, type: "group.created",
        data: Array(data.utf8)))
    let lines = [
      #"{"type":"chain","data":{"admin":""}}"#,
      #"{"type":"resource","data":{"row":0,"key":"\#(key)","version":1,"#
        + #""resource":{"displayName":"Sales"},"group":\#(group)}}"#,
      #"{"type":"members","data":{"row":0,"members":[\#(members[0])],"targets":[null]}}"#,
      #"{"type":"members","data":{"row":0,"members":[\#(members[1]),\#(members[2])],"#
        + #""targets":[null,null]}}"#,
    ]
    try sample.writeSnapshot(at: 1, lines, hash: log.value)
    let snapshot = try #require(try SpoolSnapshot.all(in: sample.path).first)
    #expect(try SpoolStateHash(snapshot).value == log.value)
  }

  @Test func `every line that is not as it was written is found, with its offset`() async throws {
    let sample = try await sample(at: 5)
    let whole = try FileSystem.contents(of: sample.snapshotPath(5))
    var offset = 0
    for line in whole.split(separator: 10) {
      var bytes = whole
      bytes[offset + 20] ^= 1
      try FileSystem.replace(sample.snapshotPath(5), with: bytes)
      let check = try SpoolSnapshotCheck(sample.reader)
      let name = "snapshots/00000000000000000005.jsonl"
      #expect(
        check.findings == [
          .corrupt(
            segment: name, offset: UInt64(offset), seq: 5, reason: "the checksum is wrong")
        ])
      #expect(check.sound.isEmpty)
      offset += line.count + 1
    }
    for cut in [0, 40, whole.count - 1] {
      try FileSystem.replace(sample.snapshotPath(5), with: Array(whole.prefix(cut)))
      #expect(try SpoolSnapshotCheck(sample.reader).findings.count == 1)
    }
  }

  @Test func `a footer that claims another state or number of lines is found`() async throws {
    let sample = try await sample(at: 5)
    try sample.writeSnapshot(at: 5, sample.snapshotLines(at: 5), hash: "00")
    guard case .corrupt(_, _, _, let reason) = try SpoolSnapshotCheck(sample.reader).findings.first
    else { return #expect(Bool(false), "nothing was found") }
    #expect(reason == "it holds another state than the hash in its footer says")
    try sample.writeSnapshot(at: 5, sample.snapshotLines(at: 5), hash: "00", stating: 9)
    guard case .corrupt(_, _, _, let other) = try SpoolSnapshotCheck(sample.reader).findings.first
    else { return #expect(Bool(false), "nothing was found") }
    #expect(other == "it says 9 lines and has 7")
  }

  @Test func `a snapshot of a state the log never had is found`() async throws {
    let sample = try await sample(at: 5)
    // Whole in itself: line 6's state under line 5's name.
    var state = sample.snapshotLines(at: 6)
    state.removeAll { $0.contains("nothing") }
    let hash = try sample.hash(through: 6)
    try sample.writeSnapshot(at: 5, state, hash: hash)
    let check = try SpoolSnapshotCheck(sample.reader)
    #expect(
      check.findings == [
        .corrupt(
          segment: "snapshots/00000000000000000005.jsonl", offset: 0, seq: 5,
          reason: "3-committed up to this line folds into another state")
      ])
    let screen = SpoolVerifyScreen(try sample.reader.verify(), check, hops: SpoolHops.names)
    #expect(screen.exitCode == .damaged)
  }

  @Test func `verify shows what snapshots there are and what proves them`() async throws {
    let sample = try await sample(at: 5, 6)
    let screen = SpoolVerifyScreen(
      try sample.reader.verify(), try SpoolSnapshotCheck(sample.reader), hops: SpoolHops.names)
    let lines = screen.text(paint: plain).split(separator: "\n").map(String.init)
    #expect(
      lines.dropLast() == [
        "hop          lines verified", "1-accepted                2",
        "2-mapped                  2", "3-committed               6",
        "4-attempts                2", "snapshots                 7  at 5; the log gives the same",
        "snapshots                 7  at 6; the log gives the same",
      ])
    #expect(lines.last?.hasPrefix("sound   6 files, ") == true)
    #expect(screen.json["snapshots"]?.array?.count == 2)
    try sample.forget(SpoolHops.committed, through: 5)
    let later = try SpoolSnapshotCheck(sample.reader)
    #expect(later.findings.isEmpty)
    #expect(later.sound.map(\.isFolded) == [false, true])
  }

  @Test func `cat prints the newest snapshot by type and key`() async throws {
    let sample = try await sample(at: 5, 6)
    let newest = try #require(try SpoolSnapshot.all(in: sample.path).last)
    var text = ""
    let cat = SpoolCat(key: "cnx_1/Users/2819c223", isRaw: true)
    _ = try newest.read { if cat.wants($0) { text += cat.text($0) } }
    #expect(text.hasPrefix(#"{"row":0,"key":"cnx_1/Users/2819c223","version":2,"#))
    text = ""
    let byType = SpoolCat(type: "chain")
    _ = try newest.read { if byType.wants($0) { text += byType.text($0) } }
    #expect(text.hasPrefix("chain\n  {\n    \"admin\": "))
  }
}
