package import Transport

/// The machine's own time.
package struct SystemDeliveryClock: DeliveryClock {
  package init() {}

  package var now: Timestamp { .now }

  package func sleep(for duration: Duration) async throws {
    try await Task.sleep(for: duration)
  }
}
