import Synchronization

/// Spreads calls evenly over time, so that `--rate` means what it says with any number of
/// connections.
package final class Pacer: Sendable {
  private let interval: Duration
  private let next = Mutex(ContinuousClock.now)

  /// - Parameter rate: calls per second; nil lets everything pass.
  package init(rate: Int?) {
    interval = rate.map { .nanoseconds(1_000_000_000 / max(1, $0)) } ?? .zero
  }

  package func wait() async {
    if interval == .zero { return }
    let now = ContinuousClock.now
    let slot = next.withLock { next in
      let slot = max(next, now)
      next = slot + interval
      return slot
    }
    if slot > now { try? await ContinuousClock().sleep(until: slot) }
  }
}
