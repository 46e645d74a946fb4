import Synchronization

/// Keeps what the stages hand on, across a crash: a directory of hops, each a log of JSON lines.
///
/// Appending never blocks. Lines become durable in commits that all callers share; whoever
/// answers or delivers waits for that. `docs/SPOOL_FORMAT.md` describes the files.
package final class Spool: Sendable {
  package let directory: String
  /// The format that new segments state.
  package let format: Int
  let engine: SpoolEngine
  private let lock: Mutex<File?>
  private let threads: Mutex<(commit: FileThread, upkeep: FileThread)?>

  init(_ engine: SpoolEngine, writers: [SegmentWriter], lock: File, format: Int) {
    directory = engine.directory
    self.format = format
    self.engine = engine
    self.lock = Mutex(lock)
    let commit = FileThread {
      var thread = CommitThread(engine, writers: writers)
      thread.run()
    }
    let upkeep = FileThread {
      var thread = UpkeepThread(engine)
      thread.run()
    }
    threads = Mutex((commit, upkeep))
  }

  /// One hop, by its place in the descriptions given to `open`.
  package func hop(_ index: Int) -> SpoolHop {
    SpoolHop(engine: engine, state: engine.hops[index])
  }

  /// Whether intake should pause because the disk does not keep up.
  package var isBacklogged: Bool { engine.isBacklogged.load(ordering: .relaxed) }

  /// Free bytes on the spool's disk, at most a second old.
  package var diskFree: UInt64 { engine.freeBytes.load(ordering: .relaxed) }

  /// Bytes that must stay free.
  package var diskReserve: UInt64 { engine.options.reserveBytes }

  /// Whether less than the reserve is free.
  package var isShortOfDisk: Bool { diskFree < engine.options.reserveBytes }

  /// Ends in order: everything appended is on disk, and the next start can tell. Blocks.
  ///
  /// Nothing may be appended any more. After a failure it only lets go of the lock.
  package func close() {
    guard let (commit, upkeep) = threads.withLock({ $0.take() }) else { return }
    engine.queue.withLock { $0.isStopping = true }
    engine.commitBell.ring()
    commit.join()
    engine.isUpkeepStopping.store(true, ordering: .sequentiallyConsistent)
    engine.upkeepBell.ring()
    upkeep.join()
    for doorbell in engine.queue.withLock({ $0.takeDoorbells() }) { doorbell.finish() }
    lock.withLock { $0 = nil }
  }
}

// MARK: Cursors

extension Spool {
  /// The cursor that is written before undecided writes are driven again; it is no witness of
  /// anything durable.
  package static let redriveCursor = CursorFiles.redrive

  /// The last value saved under this name; nil when there is none. Blocks.
  package func cursor(_ name: String) throws(SpoolError) -> JSONValue? {
    try engine.cursors.load(name)
  }

  /// Replaces a cursor as a whole. A member `seq` or `high` counts as proof, at the next start,
  /// that the acknowledged hop is durable up to there; so save only what `durableSeq` covers.
  /// - Parameter synchronously: blocks until it would survive a power cut; otherwise it is
  ///   written within 50 ms or so.
  package func saveCursor(_ name: String, _ value: JSONValue, synchronously: Bool) {
    guard synchronously else {
      engine.cursors.enqueue(name, value)
      return engine.wakeUpkeep()
    }
    do { try engine.cursors.save(name, value) } catch { engine.fail(.file(error)) }
  }

  /// Removes a cursor for good; no error when there is none. Blocks.
  package func removeCursor(_ name: String) {
    do { try engine.cursors.remove(name) } catch { engine.fail(.file(error)) }
  }
}

// MARK: Counting

extension Spool {
  package var counters: SpoolCounters {
    let counters = engine.counters
    return SpoolCounters(
      hops: engine.hops.map {
        SpoolCounters.Hop(
          name: $0.name, lines: $0.lines.load(ordering: .relaxed),
          bytes: $0.bytes.load(ordering: .relaxed), lastSeq: hop($0.index).lastSeq,
          durableSeq: $0.durable.load(ordering: .relaxed))
      },
      commits: counters.commits.load(ordering: .relaxed),
      committedLines: counters.lines.load(ordering: .relaxed),
      syncTime: .nanoseconds(Int64(counters.syncNanoseconds.load(ordering: .relaxed))),
      longestSync: .nanoseconds(Int64(counters.longestSync.load(ordering: .relaxed))),
      largestBatch: counters.largestBatch.load(ordering: .relaxed),
      segmentsSealed: counters.segmentsSealed.load(ordering: .relaxed))
  }

  /// What one sync of a small append costs on the disk of this directory: the median of a few.
  /// Blocks for about that many syncs; leaves nothing behind.
  package static func measureSync(
    in directory: String, rounds: Int = 21
  ) throws(SpoolError) -> Duration {
    do throws(FileError) {
      let path = directory + "/measure.tmp"
      let file = try File(path, .creating)
      defer { _ = try? FileSystem.remove(path) }
      let clock = ContinuousClock()
      let line = [UInt8](repeating: UInt8(ascii: "x"), count: 1024)
      var samples: [Duration] = []
      for _ in 0..<max(1, rounds) {
        let start = clock.now
        try file.write(line)
        try file.syncData()
        samples.append(clock.now - start)
      }
      return samples.sorted()[samples.count / 2]
    } catch {
      throw .file(error)
    }
  }
}
