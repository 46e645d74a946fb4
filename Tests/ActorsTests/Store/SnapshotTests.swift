import TestSupport
import Testing
import Transport

@testable import Actors

@Suite("A snapshot and the log behind it are the state")
struct SnapshotTests {
  /// Users, groups, managers who come late and go, members awaited, deletions: some of everything.
  private static func lines() async throws -> [SpoolLine] {
    let pipeline = try MiniaturePipeline()
    defer { pipeline.close() }
    return try await pipeline.run { pipeline in
      var ids: [String] = []
      for number in 1...12 {
        let user = ManagersTests.user(
          "user\(number)@example.com", externalId: "x\(number)",
          manager: number % 3 == 0 ? "user\(number + 2)@example.com" : nil)
        ids.append(await pipeline.send("POST", "/Users", user).json["id"]?.string ?? "")
      }
      for number in 1...3 {
        let members = [ids[number], ids[number + 4], "x\(number)", "nobody\(number)"]
        _ = await pipeline.send(
          "POST", "/Groups", GroupsTests.group("G\(number)", members: members))
      }
      _ = await pipeline.send("DELETE", "/Users/\(ids[4])")
      _ = await pipeline.send("PATCH", "/Users/\(ids[1])", WritesTests.setActive(false))
      let renamed = MiniaturePipeline.user("renamed@example.com", externalId: "x7")
      _ = await pipeline.send("PUT", "/Users/\(ids[6])", renamed)
      _ = await pipeline.send("POST", "/Users", MiniaturePipeline.user("user1@example.com"))
      _ = await pipeline.send(
        "POST", "/Users", MiniaturePipeline.user("again@example.com", externalId: "x5"))
      _ = await pipeline.send(
        "POST", "/Users", MiniaturePipeline.user("late@example.com", externalId: "nobody2"))
      try await GroupsTests.settled(pipeline)
      return try pipeline.lines(of: 2)
    }
  }

  private static func state(of lines: some Sequence<SpoolLine>) throws -> StoreState {
    var state = StoreState()
    for line in lines { try state.fold(line) }
    return state
  }

  private static func snapshot(
    of state: StoreState, in files: SnapshotFiles
  ) throws -> (SnapshotReader, SnapshotPlaces) {
    let now = Timestamp(milliseconds: 0)
    var writer = try files.writer(state.snapshotHeader(instance: "i", epoch: 1, at: now))
    let (places, hash) = try #require(try state.write(to: &writer, isCancelled: { false }))
    try writer.seal(hash: hash)
    try writer.publish()
    return (try files.open(state.appliedSeq), places)
  }

  private static func restored(
    _ reader: SnapshotReader, _ directory: TemporaryDirectory
  ) throws -> StoreState {
    let files = RecordFiles(
      directory: directory.path, hop: "3-committed", threads: [],
      onFailure: { Issue.record("\($0)") })
    var state = StoreState(files: files)
    var restoring = StoreState.Restoring()
    var lines: UInt64 = 0
    for part in 0..<reader.parts {
      lines += try reader.read(part: part) { line in
        let entry = try SnapshotEntry(line, of: reader.header.seq, catalog: .builtIn)
        try state.restore(entry, &restoring)
      }
    }
    try reader.finish(lines: lines)
    state.finish(restoring, reader.header)
    return state
  }

  /// By the tables beside the snapshot, as a start does it.
  private static func indexed(
    _ reader: SnapshotReader, _ index: String, _ directory: TemporaryDirectory
  ) throws -> StoreState {
    let files = RecordFiles(
      directory: directory.path, hop: "3-committed", threads: [],
      onFailure: { Issue.record("\($0)") })
    let image = try StoreState.image(
      index, hash: reader.footer.hash, catalog: .builtIn, files: files)
    var state = image.state
    var restoring = StoreState.Restoring()
    for offset in [nil, image.rowsEnd] {
      try reader.forEachLine(from: offset) { line in
        if line.type == "resource" { return false }
        let entry = try SnapshotEntry(line, of: reader.header.seq, catalog: .builtIn)
        try state.restore(entry, &restoring)
        return true
      }
    }
    state.finish(restoring, reader.header)
    state.readGroupNames()
    return state
  }

  /// What only the state itself tells.
  private static func inner(_ state: StoreState) -> String {
    let owed = state.owed.merging(state.urgent) { one, _ in one }.keys.map { "\($0)" }.sorted()
    let places = state.rows.indices.map { place in
      let manager = state.reporting.manager(of: place).map { "\($0)" } ?? "-"
      return "\(state.id(at: place)) \(state.recordId(at: place)) \(manager)"
        + " \(state.membership.groups(of: place)) \(state.rows[place].isDeleted)"
    }
    return (places + owed + ["\(state.sequences) \(state.consumers) \(state.decided.through)"])
      .joined(separator: "\n")
  }

  @Test func `whatever line it is taken at, the state that follows is the same`() async throws {
    let lines = try await Self.lines()
    let whole = try Self.state(of: lines)
    for cut in stride(from: 0, to: lines.count, by: 2) {
      await Task.yield()
      let directory = TemporaryDirectory()
      let before = try Self.state(of: lines[...cut])
      let (reader, _) = try Self.snapshot(
        of: before, in: SnapshotFiles(spool: directory.path))
      var after = try Self.restored(reader, directory)
      #expect(after.hash == before.hash && reader.footer.hash == before.hash)
      #expect(Self.inner(after) == Self.inner(before), "after line \(cut + 1)")
      #expect(after.configuration == before.configuration)
      for line in lines[(cut + 1)...] { try after.fold(line) }
      #expect(after.hash == whole.hash)
      #expect(Self.inner(after) == Self.inner(whole), "from line \(cut + 1)")
    }
  }

  @Test func `the tables beside a snapshot are what its lines come to, or are not used`()
    async throws
  {
    let lines = try await Self.lines()
    for cut in [0, lines.count / 2, lines.count - 1] {
      let directory = TemporaryDirectory()
      let files = SnapshotFiles(spool: directory.path)
      let before = try Self.state(of: lines[...cut])
      let (reader, places) = try Self.snapshot(of: before, in: files)
      let path = files.indexPath(reader.header.seq)
      try before.writeImage(path, hash: reader.footer.hash, places: places)
      var after = try Self.indexed(reader, path, directory)
      #expect(after.hash == before.hash)
      #expect(Self.inner(after) == Self.inner(before))
      #expect(after.groupNames == before.groupNames)
      for line in lines[(cut + 1)...] { try after.fold(line) }
      #expect(Self.inner(after) == Self.inner(try Self.state(of: lines)))
      let bytes = try FileSystem.contents(of: path)
      for index in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 40)) {
        await Task.yield()
        var damaged = bytes
        damaged[index] ^= 1
        try FileSystem.replace(path, with: damaged)
        #expect(throws: (any Error).self) { try Self.indexed(reader, path, directory) }
      }
    }
  }

  @Test func `look-ups find after a restart what they found before`() async throws {
    let lines = try await Self.lines()
    let directory = TemporaryDirectory()
    let before = try Self.state(of: lines)
    let (reader, _) = try Self.snapshot(of: before, in: SnapshotFiles(spool: directory.path))
    let after = try Self.restored(reader, directory)
    for place in before.rows.indices {
      let row = before.row(at: place)
      #expect(after.place(row.key) == place)
      #expect(after.place(record: row.recordId) == place)
      let again = after.row(at: place)
      #expect(again.resource == row.resource && again.record == row.record)
      for entry in row.keys.entries where !row.isDeleted {
        #expect(after.holders(entry.value, in: entry.index, of: row.key.set).contains(place))
      }
    }
    let manager = before.manager("user5@example.com", in: "cnx_1")?.key
    #expect(after.manager("user5@example.com", in: "cnx_1")?.key == manager)
  }

  @Test func `rows move into the snapshot, and what changed meanwhile stays where it is`()
    async throws
  {
    let lines = try await Self.lines()
    let directory = TemporaryDirectory()
    let files = RecordFiles(
      directory: directory.path, hop: "3-committed", threads: [],
      onFailure: { Issue.record("\($0)") })
    let middle = lines.count / 2
    let (reader, _) = try Self.snapshot(
      of: try Self.state(of: lines[..<middle]), in: SnapshotFiles(spool: directory.path))
    _ = files
    var state = try Self.restored(reader, directory)
    let (_, places) = try Self.snapshot(of: state, in: SnapshotFiles(spool: directory.path))
    for line in lines[middle...] { try state.fold(line) }
    let hash = state.hash
    state.move(0..<places.count, to: places)
    #expect(state.hash == hash)
  }

  @Test func `a byte that is changed in a snapshot is noticed, and an end that is missing`()
    async throws
  {
    let lines = try await Self.lines()
    let directory = TemporaryDirectory()
    let files = SnapshotFiles(spool: directory.path)
    let state = try Self.state(of: lines[..<3])
    let (reader, _) = try Self.snapshot(of: state, in: files)
    let path = files.path(reader.header.seq)
    let bytes = try FileSystem.contents(of: path)
    for index in stride(from: 0, to: bytes.count, by: 9) {
      await Task.yield()
      var damaged = bytes
      damaged[index] ^= 0x01
      try FileSystem.replace(path, with: damaged)
      #expect(throws: (any Error).self, "offset \(index)") {
        _ = try Self.restored(try files.open(reader.header.seq), directory)
      }
    }
    for length in stride(from: 0, to: bytes.count, by: 41) {
      await Task.yield()
      try FileSystem.replace(path, with: Array(bytes[..<length]))
      #expect(throws: (any Error).self, "length \(length)") {
        _ = try Self.restored(try files.open(reader.header.seq), directory)
      }
    }
  }
}
