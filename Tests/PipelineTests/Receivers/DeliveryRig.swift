import Actors
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Pipeline

/// Delivery with the real HTTP client over real sockets, and nothing else of a server around it.
final class DeliveryRig: Sendable {
  let log = HeldLog()
  let ledger = HeldLedger()
  let letters = Mutex<[DeadLetter]>([])
  let disabled = Mutex<[String]>([])
  private let loop = EventLoop(name: "rig")
  private let client: HTTPClient
  private let allowed: [IPNetwork]
  private let own = OwnAddress()
  private let configuration: Mutex<Configuration>
  private let options: DeliveryOptions

  /// - Parameters:
  ///   - allowed: as `--allow-webhook-net`.
  ///   - client: what sends, made on the rig's loop.
  init(
    _ options: DeliveryOptions = .rig, allowed: [String] = ["127.0.0.0/8"],
    client: (EventLoop) -> HTTPClient = { HTTPClient(loop: $0) }
  ) {
    self.options = options
    self.allowed = allowed.compactMap { IPNetwork(parsing: $0) }
    self.client = client(loop)
    var configuration = Configuration()
    let application = Application(
      id: "app_1", name: "One", createdAt: Timestamp(milliseconds: 0))
    configuration.apply(.applicationCreated(application), at: 0)
    self.configuration = Mutex(configuration)
    own.complete()
  }

  deinit { loop.stop() }

  func addWebhook(
    _ url: String, id: String = "wh_1", _ adjust: (inout Webhook) -> Void = { _ in }
  ) {
    var webhook = Webhook(
      id: id, applicationId: "app_1", receiver: .url(url), createdAt: Timestamp(milliseconds: 0))
    adjust(&webhook)
    configuration.withLock { $0.apply(.webhookCreated(webhook), at: 0) }
  }

  /// Runs delivery around `body`, then stops it and closes every connection.
  func run(_ body: @Sendable (Delivery) async throws -> Void) async throws {
    let delivery = Delivery(environment, options: options)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await delivery.run() }
      do { try await body(delivery) } catch {
        Issue.record(error)
      }
      delivery.stop()
      try await group.waitForAll()
    }
    client.closeIdle()
  }

  /// The ledger's entry of an attempt at an event, once it is there.
  func entry(
    of event: String, attempt: Int = 1, webhook: String = "wh_1"
  ) async throws -> JSONValue {
    var found: JSONValue?
    await eventually {
      found = self.ledger.entries.first {
        $0["event"]?.string == event && $0["attempt"]?.int == attempt
          && $0["webhook"]?.string == webhook
      }
      return found != nil
    }
    return try #require(found, "no attempt \(attempt) of \(event)")
  }

  /// The entries of attempts that were taken, in the order they ended.
  func delivered(to webhook: String) -> [JSONValue] {
    ledger.entries.filter { $0["webhook"]?.string == webhook && $0["result"] == "delivered" }
  }

  private var environment: DeliveryEnvironment {
    DeliveryEnvironment(
      committed: log, ledger: ledger,
      sender: WebhookClient(
        client: client, allowed: allowed, inspector: Inspector(), own: own),
      configuration: { self.configuration.withLock { $0 } },
      configurationChanges: { AsyncStream { $0.finish() } },
      signingSecrets: { _ in [Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")] },
      loadCursor: { _ in nil }, saveCursor: { _, _ in }, removeCursor: { _ in },
      disable: { id, _ in
        self.disabled.withLock { $0.append(id) }
        self.configuration.withLock { configuration in
          guard var webhook = configuration.webhooks[id] else { return }
          webhook.status = .disabled
          configuration.apply(.webhookUpdated(webhook), at: 0)
        }
      },
      deadLetter: { letter in self.letters.withLock { $0.append(letter) } }, log: .silent)
  }
}

extension DeliveryOptions {
  /// One attempt, the next in an hour; one in flight, beside which nothing fits.
  static var rig: DeliveryOptions {
    var options = DeliveryOptions()
    options.schedule = RetrySchedule(delays: [.zero, .hours(1)], jitter: 0)
    options.limits.window = 1
    options.concurrency = 1
    return options
  }
}

/// A committed log in memory.
final class HeldLog: CommittedLog {
  private struct State {
    var outcomes: [CommittedOutcome] = []
    var bells: [AsyncStream<UInt64>.Continuation] = []
  }

  private let state = Mutex(State())

  var durableSeq: UInt64 { state.withLock { UInt64($0.outcomes.count) } }

  /// Commits that an employee was created.
  /// - Returns: the event's id.
  @discardableResult
  func commit(_ employee: String) -> String {
    let (seq, bells) = state.withLock { state in
      let seq = UInt64(state.outcomes.count + 1)
      let event = Self.event(employee, seq)
      state.outcomes.append(CommittedOutcome(seq: seq, requestId: "req_\(seq)", events: [event]))
      return (seq, state.bells)
    }
    for bell in bells { bell.yield(seq) }
    return "evt_\(seq)"
  }

  private static func event(_ employee: String, _ seq: UInt64) -> CommittedEvent {
    let body =
      #"{"id":"evt_\#(seq)","type":"employee.created","sequence":\#(seq),"consumerId":"csm_1","#
      + #""connection":{"id":"cnx_1"},"data":{"id":"\#(employee)"}}"#
    return try! CommittedEvent(reading: Array(body.utf8), applicationId: "app_1", seq: seq)
  }

  func outcomes(
    from seq: UInt64, limit: Int
  ) async throws -> (outcomes: [CommittedOutcome], next: UInt64) {
    state.withLock { state in
      let found = Array(state.outcomes.dropFirst(Int(seq) - 1).prefix(limit))
      return (found, seq + UInt64(found.count))
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
final class HeldLedger: DeliveryLedger {
  private let lines = Mutex<[[UInt8]]>([])

  var lastSeq: UInt64 { lines.withLock { UInt64($0.count) } }
  var entries: [JSONValue] { lines.withLock { $0 }.compactMap { try? JSONValue(parsing: $0) } }

  func append(_ attempt: DeliveryAttempt, bytes: [UInt8]) -> UInt64 { append(bytes) }
  func append(_ overrun: DeliveryOverrun) -> UInt64 { append(overrun.bytes) }

  private func append(_ bytes: [UInt8]) -> UInt64 {
    lines.withLock { lines in
      lines.append(bytes)
      return UInt64(lines.count)
    }
  }

  func lines(
    from seq: UInt64, limit: Int
  ) async throws -> (lines: [(seq: UInt64, data: [UInt8])], next: UInt64) { ([], seq) }
}
