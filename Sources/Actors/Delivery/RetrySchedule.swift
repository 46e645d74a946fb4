package import Transport

/// When a failed delivery is tried again: soon at first, then ever more rarely, then no more.
package struct RetrySchedule: Sendable, Equatable {
  /// The waiting time before each attempt; as many attempts as entries.
  package var delays: [Duration]
  /// How far a delay is stretched or shortened at random, so that failures do not march in step.
  package var jitter: Double
  /// The longest a receiver can ask us to wait.
  package var ceiling: Duration

  package init(
    delays: [Duration] = Self.standard, jitter: Double = 0.2, ceiling: Duration = .hours(24)
  ) {
    self.delays = delays
    self.jitter = jitter
    self.ceiling = ceiling
  }

  package static let standard: [Duration] = [
    .zero, .seconds(5), .minutes(5), .minutes(30), .hours(2), .hours(5), .hours(10), .hours(14),
    .hours(20), .hours(24),
  ]

  /// - Parameters:
  ///   - attempt: the number of the attempt that failed, from 1.
  ///   - retryAfter: what the receiver asked for; it can only lengthen the delay.
  ///   - random: 0 ..< 1.
  /// - Returns: nil when that was the last one.
  package func next(
    after attempt: Int, now: Timestamp, retryAfter: Duration? = nil, random: Double
  ) -> Timestamp? {
    guard attempt < delays.count else { return nil }
    let base = delays[attempt] * (1 + jitter * (2 * random - 1))
    guard let retryAfter else { return now.advanced(by: base) }
    return now.advanced(by: max(base, min(retryAfter, ceiling)))
  }
}

extension Duration {
  static func minutes(_ count: Int) -> Duration { .seconds(60 * count) }
  package static func hours(_ count: Int) -> Duration { .seconds(3600 * count) }
}
