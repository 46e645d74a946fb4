import Synchronization

/// Does what the disk is owed but nobody waits for: syncs of lagging hops, cursors, the witness
/// of what is durable, a look at the free space, and segments that have become too old.
struct UpkeepThread {
  /// `cursors/durable.json` and gathered cursors are replaced at most this often.
  static let witnessInterval: Duration = .milliseconds(250)
  static let cursorInterval: Duration = .milliseconds(50)
  static let diskInterval: Duration = .seconds(1)

  private let engine: SpoolEngine
  private let clock = ContinuousClock()
  private var lastSync: [ContinuousClock.Instant]
  private var lastWitness: ContinuousClock.Instant
  private var lastCursors: ContinuousClock.Instant
  private var lastDisk: ContinuousClock.Instant

  init(_ engine: SpoolEngine) {
    self.engine = engine
    let now = ContinuousClock.now
    lastSync = engine.hops.map { _ in now }
    lastWitness = now
    lastCursors = now
    lastDisk = now - Self.diskInterval
  }

  /// Returns when the spool is closed, everything synced and the clean stop noted, or has failed.
  mutating func run() {
    do throws(SpoolError) {
      try engine.lookAtDisk()
      try RetentionRound(engine).measure()
      while !engine.isUpkeepStopping.load(ordering: .sequentiallyConsistent) {
        rest()
        if engine.failed { return }
        try work(now: clock.now)
      }
      try finish()
    } catch {
      engine.fail(error)
    }
  }

  /// Sleeps until the next thing is due. Says that it sleeps before it looks, so that work which
  /// arrives in between rings the bell.
  private func rest() {
    engine.isUpkeepIdle.store(true, ordering: .sequentiallyConsistent)
    let due = nextDue()
    if due <= clock.now + Self.cursorInterval {
      engine.isUpkeepIdle.store(false, ordering: .sequentiallyConsistent)
    }
    engine.upkeepBell.wait(atMost: max(.zero, due - clock.now))
    engine.isUpkeepIdle.store(false, ordering: .sequentiallyConsistent)
  }

  private func nextDue() -> ContinuousClock.Instant {
    var due = lastDisk + Self.diskInterval
    for hop in engine.hops {
      guard case .lagging(let interval) = hop.description.durability, hop.isDirty else { continue }
      due = min(due, lastSync[hop.index] + interval)
    }
    if engine.isUnwitnessed.load(ordering: .sequentiallyConsistent) {
      due = min(due, lastWitness + Self.witnessInterval)
    }
    if engine.cursors.hasPending { due = min(due, lastCursors + Self.cursorInterval) }
    return due
  }

  private mutating func work(now: ContinuousClock.Instant) throws(SpoolError) {
    for hop in engine.hops {
      guard case .lagging(let interval) = hop.description.durability, hop.isDirty,
        lastSync[hop.index] + interval <= now
      else { continue }
      try engine.sync(hop)
      lastSync[hop.index] = now
    }
    if engine.cursors.hasPending, lastCursors + Self.cursorInterval <= now {
      do { try engine.cursors.flush() } catch { throw .file(error) }
      lastCursors = now
    }
    if lastWitness + Self.witnessInterval <= now,
      engine.isUnwitnessed.exchange(false, ordering: .sequentiallyConsistent)
    {
      try engine.witness(engine.acknowledgedSeq, isClean: false)
      lastWitness = now
    }
    if lastDisk + Self.diskInterval <= now {
      try engine.lookAtDisk()
      engine.sealOldSegments(now: .now)
      try RetentionRound(engine).run(now: .now)
      lastDisk = now
    }
  }

  private func finish() throws(SpoolError) {
    if engine.failed { return }
    for hop in engine.hops where hop.isDirty { try engine.sync(hop) }
    do { try engine.cursors.flush() } catch { throw .file(error) }
    try engine.witness(engine.acknowledgedSeq, isClean: true)
  }
}

extension HopState {
  /// Whether lines were written that have not been synced.
  var isDirty: Bool {
    written.load(ordering: .sequentiallyConsistent)
      > durable.load(ordering: .sequentiallyConsistent)
  }
}

extension SpoolEngine {
  /// The durable number of the hop that acknowledgements rest on.
  var acknowledgedSeq: UInt64 {
    hops.first { $0.description.isAcknowledged }?.durable.load(ordering: .acquiring) ?? 0
  }

  /// Makes what is written of a lagging hop durable. The number is read before the file: lines up
  /// to it are in this file, or in one that was synced when it was sealed.
  func sync(_ hop: HopState) throws(SpoolError) {
    let written = hop.written.load(ordering: .acquiring)
    let file = hop.file.withLock { $0 }
    do { try file.syncData() } catch { throw .file(error) }
    publish(hop, through: written)
  }

  /// Notes what is durable, and whether the stop after it was clean.
  func witness(_ seq: UInt64, isClean: Bool) throws(SpoolError) {
    try SpoolError.files { () throws(FileError) in
      try cursors.save(
        CursorFiles.durable, witnessValue(seq, isClean: isClean), syncsName: isClean)
    }
  }

  func witnessValue(_ seq: UInt64, isClean: Bool) -> JSONValue {
    [
      "v": .init(SpoolFormat.lineVersion), "seq": .number(JSONNumber(text: String(seq))),
      "clean": .init(isClean), "at": .init(Timestamp.now.description),
    ]
  }

  func lookAtDisk() throws(SpoolError) {
    do {
      freeBytes.store(try FileSystem.space(at: directory).free, ordering: .relaxed)
    } catch {
      throw .file(error)
    }
  }
}
