import Synchronization
import Transport

/// When each API key was last used, directly or by an access token made with it.
final class KeyActivity: Sendable {
  private struct State {
    var used: [String: Timestamp] = [:]
    var changes = 0
  }

  private let state = Mutex(State())

  func used(_ key: String, at now: Timestamp) {
    state.withLock { state in
      state.used[key] = now
      state.changes &+= 1
    }
  }

  subscript(key: String) -> Timestamp? { state.withLock { $0.used[key] } }

  var all: [String: Timestamp] { state.withLock { $0.used } }
  /// Grows with every use.
  var changes: Int { state.withLock { $0.changes } }

  func restore(_ saved: [String: Timestamp]) { state.withLock { $0.used = saved } }

  /// Lets go of keys that are no more.
  func prune(keeping keys: Set<String>) {
    state.withLock { state in state.used = state.used.filter { keys.contains($0.key) } }
  }
}
