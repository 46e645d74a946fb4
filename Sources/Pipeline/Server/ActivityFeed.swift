import Actors
import Synchronization
import Transport

/// The newest events and attempts, for `events --follow`; bounded, and what a slow reader missed
/// is counted instead of kept.
final class ActivityFeed: Sendable {
  /// Entries and bytes that are remembered.
  private static let capacity = 256
  private static let maxBytes = 512 << 10
  /// Entries that may wait for one reader.
  private static let waiting = 1024

  private struct State {
    var recent: [Activity] = []
    var bytes = 0
    var readers: [Int: Reader] = [:]
    var nextReader = 0
  }

  private struct Reader {
    let stream: AsyncStream<Activity>.Continuation
    var missed = 0

    mutating func offer(_ entry: Activity) {
      if missed > 0 {
        guard case .enqueued = stream.yield(.missed(missed)) else {
          missed += 1
          return
        }
        missed = 0
      }
      if case .dropped = stream.yield(entry) { missed += 1 }
    }
  }

  private let state = Mutex(State())

  init() {}

  func events(_ events: [CommittedEvent]) {
    for event in events { add(.event(event.body)) }
  }

  func attempt(_ bytes: [UInt8]) { add(.attempt(bytes)) }

  /// The newest `count` entries, oldest first, then, when `follow`, each new one.
  func follow(recent count: Int, follow: Bool) -> AsyncStream<Activity> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: Activity.self, bufferingPolicy: .bufferingOldest(Self.waiting + Self.capacity))
    let id = state.withLock { state in
      for entry in state.recent.suffix(count) { continuation.yield(entry) }
      state.nextReader += 1
      if follow { state.readers[state.nextReader] = Reader(stream: continuation) }
      return state.nextReader
    }
    if follow {
      continuation.onTermination = { [weak self] _ in
        _ = self?.state.withLock { $0.readers.removeValue(forKey: id) }
      }
    } else {
      continuation.finish()
    }
    return stream
  }

  /// Whatever tells of an employee who is erased is remembered no longer.
  func forget(_ employee: String) {
    let id = SpoolSearch.folded(Array(employee.utf8))
    state.withLock { state in
      state.recent.removeAll { $0.mentions(id) }
      state.bytes = state.recent.reduce(0) { $0 + $1.size }
    }
  }

  func finish() {
    let readers = state.withLock { state in
      defer { state.readers = [:] }
      return Array(state.readers.values)
    }
    for reader in readers { reader.stream.finish() }
  }

  private func add(_ entry: Activity) {
    state.withLock { state in
      state.recent.append(entry)
      state.bytes += entry.size
      while state.recent.count > Self.capacity || state.bytes > Self.maxBytes {
        state.bytes -= state.recent.removeFirst().size
      }
      for id in state.readers.keys { state.readers[id]?.offer(entry) }
    }
  }
}

extension Activity {
  fileprivate func mentions(_ id: [UInt8]) -> Bool {
    switch self {
    case .event(let bytes), .attempt(let bytes): SpoolSearch.occurs(id, in: bytes)
    case .missed: false
    }
  }

  fileprivate var size: Int {
    switch self {
    case .event(let bytes), .attempt(let bytes): bytes.count
    case .missed: 0
    }
  }
}
