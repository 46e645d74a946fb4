import Synchronization

/// One total that bounds the bytes of all requests in memory; above it reading pauses.
///
/// First come, first served. A reservation larger than the whole budget is granted when nothing else
/// is reserved, so that it is slow and not impossible.
package final class ByteBudget: Sendable {
  private struct Waiter {
    let bytes: Int
    let wakeup: Wakeup
  }

  private struct State {
    var used = 0
    /// Bounded by the number of connections: each waits for one reservation at most.
    var waiters: [Waiter] = []
  }

  package let total: Int
  private let state = Mutex(State())

  package init(total: Int) { self.total = total }

  package var used: Int { state.withLock { $0.used } }
  /// How many are paused just now.
  package var waiting: Int { state.withLock { $0.waiters.count } }

  /// False when there is no room, or others wait already.
  package func tryReserve(_ bytes: Int) -> Bool {
    state.withLock { state in
      guard state.waiters.isEmpty, fits(bytes, state.used) else { return false }
      state.used += bytes
      return true
    }
  }

  /// Suspends until there is room. False, and nothing reserved, when the deadline comes first or the
  /// task is cancelled.
  package func reserve(
    _ bytes: Int, on loop: EventLoop, until deadline: Deadline
  ) async -> Bool {
    if tryReserve(bytes) { return true }
    let waiter = Waiter(bytes: bytes, wakeup: Wakeup())
    state.withLock { $0.waiters.append(waiter) }
    grant()
    if await waiter.wakeup.wait(on: loop, until: deadline) == .fired { return true }
    // The grant may have crossed the deadline: then it counts.
    let gaveUp = state.withLock { state in
      guard let index = state.waiters.firstIndex(where: { $0.wakeup === waiter.wakeup }) else {
        return false
      }
      state.waiters.remove(at: index)
      return true
    }
    if gaveUp { grant() }
    return !gaveUp
  }

  package func release(_ bytes: Int) {
    let othersWait = state.withLock { state in
      state.used -= bytes
      precondition(state.used >= 0, "more bytes released than reserved")
      return !state.waiters.isEmpty
    }
    if othersWait { grant() }
  }

  private func fits(_ bytes: Int, _ used: Int) -> Bool {
    used == 0 || bytes <= total - used
  }

  private func grant() {
    let granted = state.withLock { state in
      var granted: [Wakeup] = []
      while let first = state.waiters.first, fits(first.bytes, state.used) {
        state.used += first.bytes
        granted.append(first.wakeup)
        state.waiters.removeFirst()
      }
      return granted
    }
    for wakeup in granted { wakeup.fire() }
  }
}
