import Synchronization

/// A switch between a receiver that is down and one that is back.
final class Downtime: Sendable {
  private let state = Mutex(true)

  var isDown: Bool { state.withLock { $0 } }
  func end() { state.withLock { $0 = false } }
}
