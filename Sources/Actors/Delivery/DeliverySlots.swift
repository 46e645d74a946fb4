import Synchronization
import Transport

/// The attempts all webhooks together may have in flight, beyond one each.
///
/// A webhook's first attempt needs no slot, so receivers that hang cannot use up everybody's.
/// Slots that come free go to those who wait, first come first served.
final class DeliverySlots: Sendable {
  private struct State {
    var free: Int
    var queue = RingBuffer<WebhookWorker>()
  }

  private let state: Mutex<State>

  init(_ count: Int) { state = Mutex(State(free: count)) }

  /// - Returns: false when there is none; the worker is granted one later if it is `queueing`.
  func take(for worker: WebhookWorker, queueing: Bool) -> Bool {
    state.withLock { state in
      if state.free > 0 {
        state.free -= 1
        return true
      }
      if queueing { state.queue.append(worker) }
      return false
    }
  }

  func release() {
    let waiting = state.withLock { state in
      let waiting = state.queue.popFirst()
      if waiting == nil { state.free += 1 }
      return waiting
    }
    waiting?.grantSlot()
  }
}
