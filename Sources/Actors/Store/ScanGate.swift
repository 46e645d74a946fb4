import Synchronization

/// Lets one long read through at a time, so that however many ask, at most one thread of Swift's
/// pool is busy with them and, where there are two, one is left for writes.
///
/// Whoever waits goes in the order of arrival; beyond a bound nobody waits.
package final class ScanGate: Sendable {
  private struct State {
    var isTaken = false
    var waiting: [CheckedContinuation<Bool, Never>] = []
  }

  private let state = Mutex(State())
  private let bound: Int

  /// - Parameter bound: how many may wait.
  package init(bound: Int = 64) { self.bound = bound }

  /// Runs `body` in Swift's pool, whatever thread the caller belongs to.
  ///
  /// `body` should yield now and then, as others in the pool wait meanwhile.
  /// - Parameter free: places for waiting that others shall find still.
  /// - Returns: nil when too many wait already.
  package func run<Result: Sendable>(
    leaving free: Int = 0, _ body: () async -> Result
  ) async -> Result? {
    guard await enter(leaving: free) else { return nil }
    defer { leave() }
    return await withTaskExecutorPreference(globalConcurrentExecutor) { await body() }
  }

  private func enter(leaving free: Int) async -> Bool {
    await withCheckedContinuation { continuation in
      let isAdmitted: Bool? = state.withLock { state in
        if !state.isTaken {
          state.isTaken = true
          return true
        }
        if state.waiting.count >= bound - free { return false }
        state.waiting.append(continuation)
        return nil
      }
      if let isAdmitted { continuation.resume(returning: isAdmitted) }
    }
  }

  private func leave() {
    let next = state.withLock { state in
      state.isTaken = !state.waiting.isEmpty
      return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
    }
    next?.resume(returning: true)
  }

  /// How many wait.
  var waiting: Int { state.withLock { $0.waiting.count } }
}
