import Synchronization

/// Carries one value from wherever it is found to the one task that waits for it.
///
/// A reply slot is not a channel: it has no capacity to wait for, so two stages that answer each
/// other through slots cannot deadlock. It is resolved once; later resolutions are ignored,
/// because a request answered by a failure path may still be carried to its end.
package final class OneShot<Value: Sendable>: Sendable {
  private enum State {
    case open
    case awaited(CheckedContinuation<Value, Never>)
    case resolved(Value)
  }

  private let state = Mutex<State>(.open)

  package init() {}

  package func resolve(_ value: Value) {
    let waiter: CheckedContinuation<Value, Never>? = state.withLock { state in
      switch state {
      case .open:
        state = .resolved(value)
        return nil
      case .awaited(let continuation):
        state = .resolved(value)
        return continuation
      case .resolved:
        return nil
      }
    }
    waiter?.resume(returning: value)
  }

  /// Suspends until the value is there. One caller only.
  package func value() async -> Value {
    await withCheckedContinuation { continuation in
      let ready: Value? = state.withLock { state in
        if case .resolved(let value) = state { return value }
        state = .awaited(continuation)
        return nil
      }
      if let ready { continuation.resume(returning: ready) }
    }
  }
}

/// Where a SCIM caller waits for its answer.
package typealias PendingReply = OneShot<SCIMAnswer>
/// Where a mapping lane waits for what the store thinks of a change.
package typealias VerdictSlot = OneShot<Verdict>
