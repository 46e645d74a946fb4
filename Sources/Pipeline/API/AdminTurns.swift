import Synchronization

/// Lets one change of the configuration happen at a time: a change is read, decided and written
/// against a snapshot, and two at once would lose one.
final class AdminTurns: Sendable {
  /// Callers that may wait; more are turned away.
  static let waiting = 256

  private struct State {
    var taken = false
    var queue: [CheckedContinuation<Bool, Never>] = []
  }

  private let state = Mutex(State())

  /// Callers that wait now.
  var queued: Int { state.withLock { $0.queue.count } }

  /// Suspends until it is the caller's turn, in order of arrival; end it with `leave()`.
  ///
  /// - Parameter always: however many wait, as for what the server itself must change.
  /// - Returns: false at once when too many wait already.
  func enter(always: Bool = false) async -> Bool {
    await withCheckedContinuation { continuation in
      let answer: Bool? = state.withLock { state in
        if !state.taken {
          state.taken = true
          return true
        }
        if state.queue.count >= Self.waiting && !always { return false }
        state.queue.append(continuation)
        return nil
      }
      if let answer { continuation.resume(returning: answer) }
    }
  }

  func leave() {
    let next: CheckedContinuation<Bool, Never>? = state.withLock { state in
      if state.queue.isEmpty {
        state.taken = false
        return nil
      }
      return state.queue.removeFirst()
    }
    next?.resume(returning: true)
  }
}
