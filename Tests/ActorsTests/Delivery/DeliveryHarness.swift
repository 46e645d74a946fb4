import Synchronization
import Testing
import Transport

@testable import Actors

/// Wall time that only moves when a test says so.
final class ManualDeliveryClock: DeliveryClock {
  private struct State {
    var now = Timestamp(milliseconds: 1_700_000_000_000)
    var sleepers: [(until: Timestamp, id: Int, wake: CheckedContinuation<Void, any Error>)] = []
    var nextId = 0
    var isClosed = false
  }

  private let state = Mutex(State())

  var now: Timestamp { state.withLock { $0.now } }

  func advance(by duration: Duration) {
    let due = state.withLock { state in
      state.now = state.now.advanced(by: duration)
      let due = state.sleepers.filter { $0.until <= state.now }
      state.sleepers.removeAll { $0.until <= state.now }
      return due
    }
    for sleeper in due { sleeper.wake.resume() }
  }

  func sleep(for duration: Duration) async throws {
    let id = state.withLock { state in
      state.nextId += 1
      return state.nextId
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { wake in
        let isLate = state.withLock { state in
          if state.isClosed || Task.isCancelled { return true }
          state.sleepers.append((state.now.advanced(by: duration), id, wake))
          return false
        }
        if isLate { wake.resume(throwing: CancellationError()) }
      }
    } onCancel: {
      let sleeper = state.withLock { state in
        let index = state.sleepers.firstIndex { $0.id == id }
        return index.map { state.sleepers.remove(at: $0) }
      }
      sleeper?.wake.resume(throwing: CancellationError())
    }
  }
}

/// A committed log in memory.
final class MemoryLog: CommittedLog {
  private let state = Mutex<
    (outcomes: [CommittedOutcome], bells: [AsyncStream<UInt64>.Continuation])
  >(
    ([], []))

  /// What reading throws, if anything.
  let fails = Mutex<(any Error)?>(nil)

  var durableSeq: UInt64 { state.withLock { UInt64($0.outcomes.count) } }

  func commit(_ events: CommittedEvent...) {
    let (seq, bells) = state.withLock { state in
      let seq = UInt64(state.outcomes.count + 1)
      state.outcomes.append(CommittedOutcome(seq: seq, requestId: "req_\(seq)", events: events))
      return (seq, state.bells)
    }
    for bell in bells { bell.yield(seq) }
  }

  func outcomes(
    from: UInt64, limit: Int
  ) async throws -> (outcomes: [CommittedOutcome], next: UInt64) {
    if let failure = fails.withLock({ $0 }) { throw failure }
    return state.withLock { state in
      let found = state.outcomes.dropFirst(Int(from) - 1).prefix(limit)
      return (Array(found), from + UInt64(found.count))
    }
  }

  func doorbell() -> AsyncStream<UInt64> {
    let (stream, bell) = AsyncStream.makeStream(
      of: UInt64.self, bufferingPolicy: .bufferingNewest(1))
    state.withLock { $0.bells.append(bell) }
    return stream
  }
}

/// A ledger in memory.
final class MemoryLedger: DeliveryLedger {
  private let state = Mutex<[[UInt8]]>([])

  var lastSeq: UInt64 { state.withLock { UInt64($0.count) } }

  func append(_ attempt: DeliveryAttempt, bytes: [UInt8]) -> UInt64 {
    state.withLock { lines in
      lines.append(bytes)
      return UInt64(lines.count)
    }
  }

  func append(_ overrun: DeliveryOverrun) -> UInt64 {
    state.withLock { lines in
      lines.append(overrun.bytes)
      return UInt64(lines.count)
    }
  }

  func lines(
    from: UInt64, limit: Int
  ) async throws -> (lines: [(seq: UInt64, data: [UInt8])], next: UInt64) {
    state.withLock { lines in
      let first = Int(max(from, 1))
      let found = lines.dropFirst(first - 1).prefix(limit).enumerated()
      return (found.map { (UInt64(first + $0), $1) }, UInt64(first + found.count))
    }
  }

  var entries: [JSONValue] {
    get throws { try state.withLock { $0 }.map { try JSONValue(parsing: $0) } }
  }
}

/// A receiver that answers as its script says, and remembers everything.
final class ScriptedSender: WebhookSender {
  struct Receipt: Sendable {
    let webhookId: String
    let eventId: String
    let isSuccess: Bool
    let request: WebhookRequest
  }

  typealias Script =
    @Sendable (WebhookRequest, _ eventId: String, _ tries: Int) async -> WebhookResult

  private let state = Mutex<
    (receipts: [Receipt], tries: [String: Int], inFlight: [String: Int], most: [String: Int])
  >(
    ([], [:], [:], [:]))
  private let script: Script

  init(_ script: @escaping Script = { _, _, _ in WebhookResult(.answered(status: 200)) }) {
    self.script = script
  }

  func send(_ request: WebhookRequest) async -> WebhookResult {
    let eventId = request.fields["webhook-id"] ?? ""
    let webhook = request.webhookId
    let tries = state.withLock { state in
      state.tries[webhook + eventId, default: 0] += 1
      state.inFlight[webhook, default: 0] += 1
      state.most[webhook] = max(state.most[webhook] ?? 0, state.inFlight[webhook]!)
      return state.tries[webhook + eventId]!
    }
    let result = await script(request, eventId, tries)
    state.withLock { state in
      state.inFlight[webhook]! -= 1
      state.receipts.append(
        Receipt(
          webhookId: webhook, eventId: eventId, isSuccess: result.isSuccess, request: request))
    }
    return result
  }

  var receipts: [Receipt] { state.withLock { $0.receipts } }
  /// The most attempts of a webhook that were in flight at once.
  func most(_ webhookId: String) -> Int { state.withLock { $0.most[webhookId] ?? 0 } }

  func delivered(_ webhookId: String = "wh_1") -> [String] {
    receipts.filter { $0.webhookId == webhookId && $0.isSuccess }.map(\.eventId)
  }

  /// Those that say that they were sent before.
  var replayed: [String] {
    receipts.filter { $0.isSuccess && $0.request.fields["webhook-replay"] == "true" }
      .map(\.eventId)
  }

  /// The bodies of events of a type that were taken.
  func bodies(of type: EventType) -> [JSONValue] {
    receipts.filter(\.isSuccess).compactMap { try? JSONValue(parsing: $0.request.body) }
      .filter { $0["type"]?.string == type.rawValue }
  }
}

/// Delivery with everything around it in memory; what is on "disk" survives a restart.
final class DeliveryHarness: Sendable {
  let log = MemoryLog()
  let ledger = MemoryLedger()
  let clock = ManualDeliveryClock()
  let sender: ScriptedSender
  let options: DeliveryOptions
  private let configuration = Mutex(Configuration())
  private let cursors = Mutex<[String: JSONValue]>([:])
  private let letters = Mutex<[DeadLetter]>([])
  private let bells = Mutex<[AsyncStream<Void>.Continuation]>([])
  /// As if the disk were full.
  let refusesLetters = Atomic(false)
  let refusedLetters = Atomic(0)
  let disabled = Mutex<[String: DeliveryMachine.DisableReason]>([:])
  let secrets = Mutex([Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")])
  /// Whether a secret's time is over, asked once a second.
  let forgets = Mutex<[[Secret]]>([])
  let told = Mutex<[OperationalEvent]>([])
  /// Of a disk that should have eight million.
  let freeBytes = Mutex<UInt64>(9_000_000)
  let roster = MemoryRoster()
  let overruns = Mutex<[DeliveryOverrun]>([])
  /// Who must give something up, the next last.
  let pinning = Mutex<[String]>([])

  init(
    sender: ScriptedSender = ScriptedSender(), options: DeliveryOptions = DeliveryOptions()
  ) {
    self.sender = sender
    self.options = options
    change(
      .applicationCreated(
        Application(id: "app_1", name: "One", createdAt: Timestamp(milliseconds: 0))))
  }

  var environment: DeliveryEnvironment {
    var environment = DeliveryEnvironment(
      committed: log, ledger: ledger, sender: sender,
      configuration: { self.configuration.withLock { $0 } },
      configurationChanges: { self.changes() },
      signingSecrets: { _ in self.secrets.withLock { $0 } },
      loadCursor: { id in self.cursors.withLock { $0[id] } },
      saveCursor: { id, cursor in self.cursors.withLock { $0[id] = cursor } },
      removeCursor: { id in self.cursors.withLock { $0[id] = nil } },
      disable: { id, reason in self.disable(id, reason) },
      deadLetter: { try self.keep($0) }, log: .silent)
    environment.clock = clock
    environment.random = { 0.5 }
    environment.forgetSecrets = {
      guard let left = self.forgets.withLock({ $0.popLast() }) else { return false }
      self.secrets.withLock { $0 = left }
      return true
    }
    environment.tell = { event in self.told.withLock { $0.append(event) } }
    environment.diskSpace = { (self.freeBytes.withLock { $0 }, 8_000_000) }
    environment.employeeIds = { self.roster.ids(of: $0, after: $1, count: $2) }
    environment.employee = { id, _ in self.roster.record(of: id) }
    environment.mostPinning = { self.pinning.withLock { $0.popLast() } }
    environment.observeOverrun = { overrun in self.overruns.withLock { $0.append(overrun) } }
    return environment
  }

  private func keep(_ letter: DeadLetter) throws(FileError) {
    if refusesLetters.load(ordering: .relaxed) {
      refusedLetters.add(1, ordering: .relaxed)
      throw FileError("write", "dead", code: 28)
    }
    letters.withLock { $0.append(letter) }
  }

  var deadLetters: [DeadLetter] { letters.withLock { $0 } }
  func cursor(_ id: String = "wh_1") -> JSONValue? { cursors.withLock { $0[id] } }

  func change(_ change: AdminChange) {
    configuration.withLock { $0.apply(change, at: log.durableSeq) }
    for bell in bells.withLock({ $0 }) { bell.yield() }
  }

  func addConsumer(_ id: String, employees: Range<Int>) {
    change(
      .consumerCreated(
        Consumer(
          id: id, applicationId: "app_1", name: id, createdAt: Timestamp(milliseconds: 0))))
    for number in employees { roster.add("emp_\(number)", to: id) }
  }

  func addWebhook(
    _ id: String = "wh_1", events: [String] = ["employee.*"], consumers: [String]? = nil,
    _ adjust: (inout Webhook) -> Void = { _ in }
  ) {
    var webhook = Webhook(
      id: id, applicationId: "app_1", receiver: .url("http://127.0.0.1/\(id)"),
      events: events, consumerIds: consumers, createdAt: Timestamp(milliseconds: 0))
    adjust(&webhook)
    change(.webhookCreated(webhook))
  }

  func update(_ id: String = "wh_1", _ adjust: (inout Webhook) -> Void) {
    guard var webhook = configuration.withLock({ $0.webhooks[id] }) else { return }
    adjust(&webhook)
    change(.webhookUpdated(webhook))
  }

  func setStatus(_ status: Webhook.Status, of id: String = "wh_1") {
    update(id) { $0.status = status }
  }

  private func disable(_ id: String, _ reason: DeliveryMachine.DisableReason) {
    disabled.withLock { $0[id] = reason }
    setStatus(.disabled, of: id)
  }

  private func changes() -> AsyncStream<Void> {
    let (stream, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    bells.withLock { $0.append(bell) }
    return stream
  }

  /// Runs delivery around `body`, then stops it gracefully, or cuts it off like a crash would.
  func run(crashing: Bool = false, _ body: @Sendable (Delivery) async throws -> Void) async throws {
    let delivery = Delivery(environment, options: options)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await delivery.run() }
      try await body(delivery)
      if crashing { group.cancelAll() } else { delivery.stop() }
      try await group.waitForAll()
    }
  }

  /// Waits until `condition` holds, moving the clock by `step` meanwhile.
  func wait(
    moving step: Duration = .zero, upTo limit: Int = 4000,
    _ condition: @Sendable () async throws -> Bool, _ location: SourceLocation = #_sourceLocation
  ) async throws {
    for _ in 0..<limit {
      if try await condition() { return }
      if step > .zero { clock.advance(by: step) }
      try await Task.sleep(for: .milliseconds(1))
    }
    Issue.record("it did not come about", sourceLocation: location)
  }
}
