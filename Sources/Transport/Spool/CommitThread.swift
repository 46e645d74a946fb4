import Synchronization

/// Group commit: writes what all callers appended in one go and makes it durable with one sync.
///
/// Lines are written in the order of the hops, so that no outcome stands on disk without the
/// accepted line before it. There is no timer for acknowledged lines: while one sync runs, the
/// next batch gathers.
struct CommitThread {
  /// How long lines that nobody waits for wait for company.
  static let linger: Duration = .milliseconds(2)

  private let engine: SpoolEngine
  private var writers: [SegmentWriter]
  private var buffers: [[UInt8]]
  /// Where the lines of the batch will stand, in its order.
  private var positions: [SpoolPosition] = []
  private let clock = ContinuousClock()

  init(_ engine: SpoolEngine, writers: [SegmentWriter]) {
    self.engine = engine
    self.writers = writers
    buffers = writers.map { _ in [] }
  }

  /// Returns when the spool is closed or has failed.
  mutating func run() {
    do throws(SpoolError) {
      var entries: [CommitQueue.Entry] = []
      while try take(into: &entries) {
        var rest = entries[...]
        while !rest.isEmpty {
          let batch = batch(of: rest)
          try commit(batch)
          rest = rest[batch.endIndex...]
        }
        entries.removeAll(keepingCapacity: true)
      }
    } catch {
      engine.fail(error)
    }
  }

  private mutating func take(into entries: inout [CommitQueue.Entry]) throws(SpoolError) -> Bool {
    var hasLingered = false
    while true {
      switch engine.queue.withLock({ $0.next(into: &entries, hasLingered: hasLingered) }) {
      case .write: return true
      case .stop: return false
      case .seal: try SpoolError.files { () throws(FileError) in try sealOld() }
      case .sealAll: try SpoolError.files { () throws(FileError) in try sealAll() }
      case .linger:
        engine.commitBell.wait(atMost: Self.linger)
        hasLingered = true
      case .park:
        engine.commitBell.wait(atMost: nil)
        hasLingered = false
      }
    }
  }

  /// As many entries from the front as one commit may cover, at least one.
  private func batch(of entries: ArraySlice<CommitQueue.Entry>) -> ArraySlice<CommitQueue.Entry> {
    var bytes = 0
    var end = entries.startIndex
    while end < entries.endIndex, end - entries.startIndex < engine.options.batchLines {
      bytes += entries[end].fragment.lineBound
      if bytes > engine.options.batchBytes && end > entries.startIndex { break }
      end += 1
    }
    return entries[..<end]
  }

  private mutating func commit(_ batch: ArraySlice<CommitQueue.Entry>) throws(SpoolError) {
    do throws(FileError) {
      try makeRoom(for: batch)
      try encode(batch)
      try write(batch)
      try sync(batch)
    } catch {
      throw .file(error)
    }
  }

  /// Seals the segments that this batch would make too long, or that are old enough.
  private mutating func makeRoom(for batch: ArraySlice<CommitQueue.Entry>) throws(FileError) {
    let now = Timestamp.now
    for hop in writers.indices {
      let bytes = batch.reduce(0) { $1.hop == hop ? $0 + $1.fragment.lineBound : $0 }
      guard bytes > 0, writers[hop].isFull(adding: bytes, at: now, options: engine.options)
      else { continue }
      try seal(hop, at: now)
    }
  }

  /// Seals what is old enough although nothing is appended to it, so that it can be let go of.
  private mutating func sealOld() throws(FileError) {
    let now = Timestamp.now
    for hop in writers.indices where writers[hop].isOld(at: now, options: engine.options) {
      try seal(hop, at: now)
    }
  }

  /// Seals every segment that has a line; who asked for it hears the last line of each hop.
  private mutating func sealAll() throws(FileError) {
    let now = Timestamp.now
    let sealers = engine.queue.withLock { $0.takeSealers() }
    for hop in writers.indices where writers[hop].lines > 0 { try seal(hop, at: now) }
    let last = writers.map(\.last)
    for sealer in sealers { sealer.resume(returning: last) }
  }

  private mutating func seal(_ hop: Int, at now: Timestamp) throws(FileError) {
    let state = engine.hops[hop]
    try writers[hop].seal(based: state.durable.load(ordering: .acquiring) + 1)
    engine.counters.segmentsSealed.add(1, ordering: .relaxed)
    let last = writers[hop].last
    engine.publish(state, through: last)
    writers[hop] = try writers[hop].successor(first: last + 1, at: now)
    state.start(writers[hop])
  }

  private mutating func encode(_ batch: ArraySlice<CommitQueue.Entry>) throws(FileError) {
    for hop in buffers.indices { buffers[hop].removeAll(keepingCapacity: true) }
    positions.removeAll(keepingCapacity: true)
    for entry in batch {
      let based = engine.hops[entry.hop].durable.load(ordering: .acquiring) + 1
      let start = entry.fragment.write(
        seq: entry.seq, based: based, chaining: &writers[entry.hop].checksum,
        to: &buffers[entry.hop])
      positions.append(
        SpoolPosition(
          seq: entry.seq, segment: writers[entry.hop].header.first,
          offset: writers[entry.hop].bytes + UInt64(start)))
    }
  }

  private mutating func write(_ batch: ArraySlice<CommitQueue.Entry>) throws(FileError) {
    let now = Timestamp.now
    for hop in writers.indices where !buffers[hop].isEmpty {
      let state = engine.hops[hop]
      let count = batch.reduce(UInt64(0)) { $1.hop == hop ? $0 + 1 : $0 }
      try writers[hop].write(buffers[hop], lines: count, at: now)
      state.started.store(writers[hop].started?.milliseconds ?? 0, ordering: .relaxed)
      state.lines.add(count, ordering: .relaxed)
      state.bytes.add(UInt64(buffers[hop].count), ordering: .relaxed)
      let before = state.written.exchange(writers[hop].last, ordering: .sequentiallyConsistent)
      if !state.description.isAcknowledged { engine.noteDirty(state, before: before) }
    }
  }

  private mutating func sync(_ batch: ArraySlice<CommitQueue.Entry>) throws(FileError) {
    let acknowledged = writers.indices.filter {
      !buffers[$0].isEmpty && engine.hops[$0].description.isAcknowledged
    }
    for hop in acknowledged {
      let start = clock.now
      try writers[hop].file.syncData()
      engine.counters.noteCommit(lines: batch.count, took: clock.now - start)
    }
    engine.queue.withLock {
      $0.finish(batch, at: positions)
      engine.noteBacklog($0)
    }
    for hop in acknowledged {
      engine.publish(
        engine.hops[hop], through: writers[hop].last, committed: batch, at: positions)
    }
    if !acknowledged.isEmpty { engine.noteUnwitnessed() }
  }
}
