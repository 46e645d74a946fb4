import Synchronization

/// A promise kept once, by whoever comes first: an event, a deadline or a cancellation.
///
/// One task waits; any thread may fire. Firing before the wait is remembered.
package final class Wakeup: Sendable {
  package enum Outcome: Sendable { case fired, timedOut, cancelled }

  private struct State {
    var outcome: Outcome?
    var waiter: CheckedContinuation<Outcome, Never>?
  }

  private let state = Mutex(State())

  package init() {}

  package func fire() { settle(.fired) }

  /// Suspends until fired, cancelled, or (on `loop`'s clock) the deadline. At most one waiter.
  package func wait(on loop: EventLoop, until deadline: Deadline = .never) async -> Outcome {
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let settled = state.withLock { state -> Outcome? in
          if state.outcome == nil { state.waiter = continuation }
          return state.outcome
        }
        if let settled {
          continuation.resume(returning: settled)
        } else if deadline != .never {
          loop.executeSoonest { loop.arm(self, at: deadline) }
        }
      }
    } onCancel: {
      settle(.cancelled)
    }
    if outcome != .timedOut && deadline != .never {
      loop.executeSoonest { loop.timerAbandoned() }
    }
    return outcome
  }

  private func settle(_ outcome: Outcome) {
    let waiter = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
      guard state.outcome == nil else { return nil }
      state.outcome = outcome
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: outcome)
  }
}

extension Wakeup: TimerTarget {
  func timerFired(_ deadline: Deadline, now: Deadline) { settle(.timedOut) }
  var isAbandoned: Bool { state.withLock { $0.outcome != nil } }
}

extension EventLoop {
  /// Lets sockets, timers and other tasks go first.
  package func takeTurns() async {
    await withCheckedContinuation { continuation in
      execute { continuation.resume() }
    }
  }

  /// Suspends for at least `duration`, on any executor; throws when the task is cancelled.
  package func sleep(for duration: Duration) async throws(CancellationError) {
    let outcome = await Wakeup().wait(on: self, until: .after(duration))
    if outcome == .cancelled { throw CancellationError() }
  }
}

/// A closure that waits for its time.
private final class DelayedWork: TimerTarget {
  private var work: (() -> Void)?

  init(_ work: @escaping () -> Void) { self.work = work }

  var isAbandoned: Bool { work == nil }

  func timerFired(_ deadline: Deadline, now: Deadline) {
    let work = self.work
    self.work = nil
    work?()
  }
}

extension EventLoop {
  /// Runs a short closure on the loop's thread once `delay` has passed; from any thread.
  package func execute(after delay: Duration, _ work: @escaping @Sendable () -> Void) {
    let deadline = Deadline.after(delay)
    executeSoonest { self.arm(DelayedWork(work), at: deadline) }
  }
}
