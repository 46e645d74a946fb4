import Synchronization
import Transport

/// Snapshots of the state, written while commits go on.
extension Store {
  /// After one that failed, such as on a full disk, the next is not tried for so long.
  private static let pause = Duration.seconds(60)
  /// Rows that are pointed to a new snapshot under the lock at once.
  private static let stretch = 1024

  /// Takes one whenever it is due, until it is cancelled.
  func keepSnapshots(_ duty: SnapshotDuty) async {
    var duty = duty
    var counted: UInt64 = 0
    var seq: UInt64? = committed.durableSeq
    var bell = committed.doorbell().makeAsyncIterator()
    while let line = seq, !Task.isCancelled {
      let written = committed.bytesWritten
      let isWanted = line >= wantedSnapshot && wantedSnapshot > duty.latest.seq
      if isWanted || duty.isDue(at: line, bytes: written - counted) {
        do {
          let needed = duty.expected(bytes: written - counted)
          guard duty.hasRoom(needed) else { throw SnapshotRefusal.noRoom(bytes: needed) }
          guard let latest = try await takeSnapshot(duty) else { return }
          duty.latest = latest
          tookSnapshot(latest.seq)
          counted = written
        } catch {
          duty.log.warning("no snapshot could be taken", ["why": "\(error)"])
          try? await Task.sleep(for: Self.pause)
          // Somebody may wait for it, and no line may come for long.
          seq = committed.durableSeq
          continue
        }
      }
      seq = await bell.next(isolation: self)
    }
  }

  /// Has one taken that includes a line; a line committed after this call makes it begin.
  package func wantSnapshot(through line: UInt64) { wantedSnapshot = max(wantedSnapshot, line) }

  /// The number of the next snapshot that includes a line, once it is taken.
  ///
  /// - Returns: nil when the store ended before, or takes none.
  package func snapshot(through line: UInt64) async -> UInt64? {
    if let latestSnapshot, latestSnapshot >= line { return latestSnapshot }
    if takesNoSnapshots { return nil }
    return await withCheckedContinuation { snapshotWaiters.append((line, $0)) }
  }

  private func tookSnapshot(_ number: UInt64) {
    latestSnapshot = number
    let served = snapshotWaiters.filter { $0.line <= number }
    snapshotWaiters.removeAll { $0.line <= number }
    for waiter in served { waiter.continuation.resume(returning: number) }
  }

  func noMoreSnapshots() {
    takesNoSnapshots = true
    for waiter in snapshotWaiters { waiter.continuation.resume(returning: nil) }
    snapshotWaiters = []
  }

  /// - Returns: nil when it was cancelled.
  func takeSnapshot(_ duty: SnapshotDuty) async throws -> SnapshotDuty.Latest? {
    takeLanded()
    let view = copy()
    let seq = view.appliedSeq
    await committed.durable(through: seq)
    guard let (places, bytes) = try await write(view, duty) else { return nil }
    for start in stride(from: 0, to: places.count, by: Self.stretch) {
      let range = start..<min(start + Self.stretch, places.count)
      change { $0.move(range, to: places) }
      await Task.yield()
    }
    // Its row still points to the line's own place, wherever the others have gone.
    let landing = read { $0.recent.keys.min() } ?? .max
    try await duty.thread.run { () throws in try duty.settled(seq, landing) }
    return SnapshotDuty.Latest(seq: seq, bytes: bytes, tail: 0)
  }

  private func write(
    _ view: StoreState, _ duty: SnapshotDuty
  ) async throws -> (SnapshotPlaces, UInt64)? {
    let flag = CancellationFlag()
    return try await withTaskCancellationHandler {
      try await duty.thread.run { () throws in
        ThreadPriority.lower()
        do {
          let written = try Self.write(view, duty) { flag.isSet || !duty.hasRoom(0) }
          if written == nil { try duty.files.abandon(view.appliedSeq) }
          if written == nil && !flag.isSet { throw SnapshotRefusal.noRoom(bytes: 0) }
          return written
        } catch {
          try? duty.files.abandon(view.appliedSeq)
          throw error
        }
      }
    } onCancel: {
      flag.set()
    }
  }
}

/// Why no snapshot is taken although one is due.
enum SnapshotRefusal: Error, CustomStringConvertible {
  /// The disk's reserve would be touched.
  case noRoom(bytes: UInt64)

  var description: String {
    switch self {
    case .noRoom(0): "it came near the disk's reserve"
    case .noRoom(let bytes): "\(bytes) bytes more would come near the disk's reserve"
    }
  }
}

extension Store {
  /// - Returns: nil when `isCancelled` said so.
  private static func write(
    _ view: StoreState, _ duty: SnapshotDuty, isCancelled: () -> Bool
  ) throws -> (SnapshotPlaces, UInt64)? {
    let header = view.snapshotHeader(instance: duty.instance, epoch: duty.epoch, at: .now)
    var writer = try duty.files.writer(header)
    guard let (places, hash) = try view.write(to: &writer, isCancelled: isCancelled) else {
      return nil
    }
    try writer.seal(hash: hash)
    let bytes = writer.bytes
    try writer.publish()
    let index = duty.files.indexPath(view.appliedSeq)
    // Only to start faster: the snapshot is as good without.
    if duty.hasRoom(bytes / 8) { try? view.writeImage(index, hash: hash, places: places) }
    return (places, bytes)
  }
}

/// Tells a thread that nobody wants its result any more.
private final class CancellationFlag: Sendable {
  private let flag = Atomic<Bool>(false)
  var isSet: Bool { flag.load(ordering: .relaxed) }
  func set() { flag.store(true, ordering: .relaxed) }
}
