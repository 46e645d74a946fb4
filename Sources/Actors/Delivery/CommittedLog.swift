package import Transport

/// The committed log as delivery reads it: only what is on disk.
package protocol CommittedLog: Sendable {
  /// Lines from `from` on, at most `limit` of them and none beyond `durableSeq`.
  /// - Returns: `next` is the line to ask for then; `from` itself when there is nothing yet. Lines
  ///   without events need no outcome.
  func outcomes(
    from: UInt64, limit: Int
  ) async throws -> (outcomes: [CommittedOutcome], next: UInt64)

  var durableSeq: UInt64 { get }

  /// Rings when `durableSeq` has moved; rings in between are one.
  func doorbell() -> AsyncStream<UInt64>
}

/// The log of attempts as delivery uses it.
package protocol DeliveryLedger: Sendable {
  /// Never blocks.
  /// - Returns: the line's seq.
  func append(_ attempt: DeliveryAttempt, bytes: [UInt8]) -> UInt64

  /// Never blocks.
  /// - Returns: the line's seq.
  @discardableResult
  func append(_ overrun: DeliveryOverrun) -> UInt64

  var lastSeq: UInt64 { get }

  /// The `data` of lines from `from` on, at most `limit`; `next` is the line to ask for then, `from`
  /// itself at the end.
  func lines(
    from: UInt64, limit: Int
  ) async throws -> (lines: [(seq: UInt64, data: [UInt8])], next: UInt64)
}

/// Time as delivery sees it; retries are planned in wall time, as they outlive the process.
package protocol DeliveryClock: Sendable {
  var now: Timestamp { get }
  func sleep(for duration: Duration) async throws
}
