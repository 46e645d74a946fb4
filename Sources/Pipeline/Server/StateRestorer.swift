import Actors
import Transport

/// Brings the state back at a start: the newest snapshot that is whole, then every line of
/// `3-committed` after it, both read by several threads.
struct StateRestorer {
  let spool: Spool
  let catalog: SCIMCatalog
  let files: RecordFiles
  let log: Logger
  /// Threads that read; the caller's builds the state.
  let threads: Int
  /// Told how far it has come.
  var progress: @Sendable (Progress) -> Void = { _ in }

  struct Progress: Sendable {
    var rows: Int
    var line: UInt64
    var end: UInt64
  }

  /// Blocks.
  func restore() throws(StartFailure) -> (StoreState, Latest) {
    do {
      let snapshots = SnapshotFiles(spool: spool.directory)
      try snapshots.clean()
      var damaged: [UInt64] = []
      var (state, latest) = try newest(snapshots, &damaged)
      try fold(into: &state)
      // Only now that all is there without them.
      for number in damaged { try snapshots.setAside(number) }
      latest.tail = try tail(after: latest.seq)
      return (state, latest)
    } catch let error as SpoolError {
      throw StartFailure(error)
    } catch let failure as StartFailure {
      throw failure
    } catch {
      // A line whose checksum holds and that this release does not understand.
      throw StartFailure("the spool cannot be read back: \(error)", .corruptSpool)
    }
  }

  typealias Latest = SnapshotDuty.Latest

  /// The newest snapshot that reads back; an empty state when there is none.
  /// - Parameter damaged: those that do not.
  private func newest(
    _ snapshots: SnapshotFiles, _ damaged: inout [UInt64]
  ) throws -> (StoreState, Latest) {
    let numbers = try snapshots.numbers()
    for number in numbers.reversed() {
      do {
        let reader = try snapshots.open(number)
        let state = try indexed(reader, snapshots.indexPath(number)) ?? load(reader)
        return (state, Latest(seq: number, bytes: try snapshots.bytes(number), tail: 0))
      } catch SpoolError.corrupt(let segment, let offset, let seq, let reason) {
        let error = SpoolError.corrupt(
          segment: segment, offset: offset, seq: seq, reason: reason)
        log.error("a snapshot is damaged; what is before it is used", ["why": error])
        damaged.append(number)
      }
    }
    return (StoreState(catalog: catalog, files: files), Latest(seq: 0, bytes: 0, tail: 0))
  }

  /// The state by what is kept beside the snapshot, if that is there and fits; the snapshot itself is
  /// verified all the same.
  private func indexed(_ reader: SnapshotReader, _ index: String) throws -> StoreState? {
    let (catalog, files) = (catalog, files)
    guard
      let image = try? StoreState.image(
        index, hash: reader.footer.hash, catalog: catalog, files: files)
    else { return nil }
    var state = image.state
    var lines: UInt64 = 0
    try OrderedWork.run(jobs: reader.parts, threads: threads) { part in
      try reader.verify(part: part)
    } take: {
      lines += $0
      progress(Progress(rows: Int(lines), line: 0, end: 0))
    }
    try reader.finish(lines: lines)
    var restoring = StoreState.Restoring()
    let take = { (line: SnapshotReader.Line, state: inout StoreState) throws in
      let entry = try SnapshotEntry(line, of: reader.header.seq, catalog: catalog)
      try state.restore(entry, &restoring)
    }
    try reader.forEachLine {
      if $0.type == "resource" || $0.type == "members" || $0.type == "owed" { return false }
      try take($0, &state)
      return true
    }
    try reader.forEachLine(from: image.rowsEnd) {
      try take($0, &state)
      return true
    }
    state.finish(restoring, reader.header)
    state.readGroupNames()
    return state
  }

  private func load(_ reader: SnapshotReader) throws -> StoreState {
    var state = StoreState(catalog: catalog, files: files)
    var restoring = StoreState.Restoring()
    var lines: UInt64 = 0
    let (catalog, seq) = (catalog, reader.header.seq)
    try OrderedWork.run(jobs: reader.parts, threads: threads) { part in
      var entries: [SnapshotEntry] = []
      let count = try reader.read(part: part) {
        entries.append(try SnapshotEntry($0, of: seq, catalog: catalog))
      }
      return (entries, count)
    } take: { entries, count in
      for entry in entries { try state.restore(entry, &restoring) }
      lines += count
      progress(Progress(rows: Int(lines), line: 0, end: 0))
    }
    try reader.finish(lines: lines)
    state.finish(restoring, reader.header)
    return state
  }

  private func fold(into state: inout StoreState) throws {
    let committed = spool.hop(.committed)
    let first = state.appliedSeq + 1
    if let start = committed.firstSeq, start > first {
      throw SpoolError.corrupt(
        segment: committed.name, offset: 0, seq: first,
        reason: "lines \(first) to \(start - 1) are in no snapshot and not in the log")
    }
    let catalog = catalog
    let end = committed.durableSeq
    try committed.fold(from: first, threads: threads) { line, position in
      try FoldedLine(line, at: position, catalog: catalog)
    } into: { line in
      state.fold(line)
      if line.seq.isMultiple(of: 4096) {
        progress(Progress(rows: 0, line: line.seq, end: end))
      }
    }
  }

  /// Bytes of the log's segments behind a snapshot.
  private func tail(after seq: UInt64) throws -> UInt64 {
    try spool.hop(.committed).bytes(after: seq)
  }
}
