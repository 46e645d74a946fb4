import Synchronization
import Transport

/// Runs one webhook: lanes that send, a reader that catches up, and the state they share.
///
/// Each webhook has its own lock, lanes and memory, so none waits for another. While it keeps up it
/// is offered every batch that `Delivery` reads; when it lags, its own reader takes over.
final class WebhookWorker: Sendable {
  typealias Job = DeliveryMachine.Job

  let id: String
  let environment: DeliveryEnvironment
  /// What holds for every webhook; its own numbers are in `State.options`.
  let common: DeliveryOptions
  private let slots: DeliverySlots
  private let state: Mutex<State>

  struct State {
    var machine: DeliveryMachine
    var webhook: Webhook
    var filter: WebhookFilter
    var signature: WebhookSignature
    var options: DeliveryOptions
    /// The first line that is not known to be in the log.
    var known: UInt64
    var isStopping = false
    /// Since when this worker knows that its webhook is paused.
    var pausedAt: Timestamp?
    /// Lanes there are; more are started as the window grows, none ends before the worker does.
    var laneCount = 0
    var laneStarter: CheckedContinuation<Int?, Never>?
    /// Lanes without work.
    var lanes: [CheckedContinuation<Job?, Never>] = []
    var reader: CheckedContinuation<UInt64?, Never>?
    var runReader: CheckedContinuation<DeliveryRun?, Never>?
    /// Who waits for a dead letter that is sent again, by the letter's id.
    var letterWaiters: [String: CheckedContinuation<DeliveryAttempt?, Never>] = [:]
    /// Whether the newest attempt that ended brought an answer, whatever it was. Until then one at a
    /// time is enough to find out, and a receiver that hangs holds no slot others could use.
    var answers = false
    var grantedSlots = 0
    var isQueuedForSlot = false
    var unsaved = 0
    /// Of the newest attempt; nil after a success.
    var lastError: String?
    /// Seconds by the newest answer with a date, when the receiver's clock is far off.
    var clockSkew: Int?
    var savedAt = Timestamp(milliseconds: 0)
    var savedHigh: UInt64?

    var isSending: Bool { !isStopping && webhook.status == .enabled }

    /// Where to read on, when there is something to read and room for it.
    var wantedRead: UInt64? {
      let next = machine.queue.read
      return isSending && next < known && machine.wantsMore ? next : nil
    }

    /// The run to read on for, likewise.
    var wantedRun: DeliveryRun? { isSending ? machine.wantedRun : nil }
  }

  /// Continuations to resume once the lock is free.
  private struct Wakes {
    var laneStarter: (CheckedContinuation<Int?, Never>, Int?)?
    var lanes: [(CheckedContinuation<Job?, Never>, Job?)] = []
    var reader: (CheckedContinuation<UInt64?, Never>, UInt64?)?
    var runReader: (CheckedContinuation<DeliveryRun?, Never>, DeliveryRun?)?
    var letters: [CheckedContinuation<DeliveryAttempt?, Never>] = []
    var freedSlots = 0
  }

  init(
    _ webhook: Webhook, machine: DeliveryMachine, known: UInt64, environment: DeliveryEnvironment,
    options: DeliveryOptions, slots: DeliverySlots
  ) {
    id = webhook.id
    self.environment = environment
    common = options
    self.slots = slots
    state = Mutex(
      State(
        machine: machine, webhook: webhook,
        filter: WebhookFilter(webhook, configuration: environment.configuration),
        signature: WebhookSignature(secrets: environment.signingSecrets(webhook.id)),
        options: options.for(webhook), known: known,
        pausedAt: webhook.status == .paused ? environment.clock.now : nil))
  }
}

// MARK: - State changes

extension WebhookWorker {
  /// Changes the state, hands out the work that comes of it, and wakes who gets some.
  func change<Result>(_ body: (inout State) -> Result) -> Result {
    var wakes = Wakes()
    let result = state.withLock { state in
      let result = body(&state)
      pump(&state, &wakes)
      return result
    }
    if let (starter, count) = wakes.laneStarter { starter.resume(returning: count) }
    for (lane, job) in wakes.lanes { lane.resume(returning: job) }
    if let (reader, from) = wakes.reader { reader.resume(returning: from) }
    if let (reader, run) = wakes.runReader { reader.resume(returning: run) }
    for letter in wakes.letters { letter.resume(returning: nil) }
    for _ in 0..<wakes.freedSlots { slots.release() }
    return result
  }

  func peek<Result>(_ body: (State) -> Result) -> Result { state.withLock { body($0) } }

  private func pump(_ state: inout State, _ wakes: inout Wakes) {
    let window = state.machine.queue.limits.window
    if let starter = state.laneStarter, state.isStopping || state.laneCount < window {
      wakes.laneStarter = (starter, state.isStopping ? nil : window - state.laneCount)
      (state.laneStarter, state.laneCount) = (nil, max(window, state.laneCount))
    }
    if state.isStopping {
      for lane in state.lanes { wakes.lanes.append((lane, nil)) }
      state.lanes = []
    }
    while let lane = state.lanes.last, let job = nextJob(&state) {
      state.lanes.removeLast()
      wakes.lanes.append((lane, job))
    }
    if let reader = state.reader, state.isStopping || state.wantedRead != nil {
      wakes.reader = (reader, state.wantedRead)
      state.reader = nil
    }
    if let reader = state.runReader, state.isStopping || state.wantedRun != nil {
      wakes.runReader = (reader, state.isStopping ? nil : state.wantedRun)
      state.runReader = nil
    }
    // One in flight is not waited for: the attempt is finished, the answer to who asked is not.
    if !state.isSending || state.machine.isHalted || state.machine.isHeld {
      wakes.letters += state.letterWaiters.values
      state.letterWaiters = [:]
      state.machine.letters = []
    }
    wakes.freedSlots += state.grantedSlots
    state.grantedSlots = 0
  }

  private func nextJob(_ state: inout State) -> Job? {
    let now = environment.clock.now
    guard state.isSending, state.machine.hasWork(at: now) else { return nil }
    let needsSlot = state.machine.inFlight > 0
    if needsSlot && !(state.answers && takeSlot(&state)) { return nil }
    return state.machine.next(at: now)
  }

  private func takeSlot(_ state: inout State) -> Bool {
    if state.grantedSlots > 0 {
      state.grantedSlots -= 1
      return true
    }
    if slots.take(for: self, queueing: !state.isQueuedForSlot) { return true }
    state.isQueuedForSlot = true
    return false
  }

  func grantSlot() {
    change { state in
      state.isQueuedForSlot = false
      state.grantedSlots += 1
    }
  }

  /// Gives the slot of a finished attempt back; the last one in flight held none.
  func releaseSlot() { slots.release() }
}

// MARK: - Waiting

extension WebhookWorker {
  /// The next attempt for a lane; nil when the worker stops.
  func nextJob() async -> Job? {
    let job = change { state in state.isStopping ? nil : nextJob(&state) }
    if let job { return job }
    return await withCheckedContinuation { lane in
      change { $0.lanes.append(lane) }
    }
  }

  /// How many lanes to start; nil when the worker stops.
  func nextLanes() async -> Int? {
    await withCheckedContinuation { starter in
      change { $0.laneStarter = starter }
    }
  }

  /// The run whose log is read on; nil when the worker stops.
  func nextRun() async -> DeliveryRun? {
    await withCheckedContinuation { reader in
      change { $0.runReader = reader }
    }
  }

  /// Where the reader reads on; nil when the worker stops.
  func nextRead() async -> UInt64? {
    await withCheckedContinuation { reader in
      change { $0.reader = reader }
    }
  }
}
