import Synchronization

/// The applications that are told, and how they take it.
final class ErasureReceivers: Sendable {
  let away: WebhookReceiver
  let listener: WebhookReceiver
  let slow: WebhookReceiver
  private let gate: Gate

  private final class Gate: Sendable {
    private let isOpen = Mutex(false)

    func open() { isOpen.withLock { $0 = true } }

    func passed() async {
      while !isOpen.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(10)) }
    }
  }

  init() async throws {
    let gate = Gate()
    self.gate = gate
    away = try await WebhookReceiver.started { _ in 500 }
    listener = try await WebhookReceiver.started()
    slow = try await WebhookReceiver.started { _ in
      await gate.passed()
      return 500
    }
  }

  func openGate() { gate.open() }

  func stop() async {
    for receiver in [away, listener, slow] { await receiver.stop() }
  }
}
