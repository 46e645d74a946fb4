package import Transport

/// Stops attempts at a receiver that does not answer, and looks after it now and then.
///
/// Pure: the caller says what happened and when.
package struct Breaker: Sendable, Equatable {
  package enum State: Sendable, Equatable {
    case closed
    /// Nothing is sent before `probeAt`; then one attempt.
    case open(probeAt: Timestamp, interval: Duration)
    /// The one attempt is on its way.
    case probing(interval: Duration)
  }

  package enum Admission: Sendable, Equatable {
    case send, probe, wait
  }

  /// When it opens, and for how long.
  package struct Limits: Sendable, Equatable {
    /// Transport failures in a row that open it.
    package var failures = 5
    /// Percent of failures, of at least `attempts` in `span`, that open it.
    package var share = 70
    package var attempts = 10
    package var span = Duration.minutes(5)
    /// The first wait of an open breaker; it doubles up to `longest`.
    package var first = Duration.seconds(30)
    package var longest = Duration.minutes(15)

    package init() {}
  }

  package private(set) var state = State.closed
  /// Count from the next failure on; an interval that runs is not changed.
  package var limits: Limits {
    didSet { if limits.span != oldValue.span { recent = RecentResults(span: limits.span) } }
  }
  private var consecutive = 0
  private var recent: RecentResults

  package init(limits: Limits = Limits()) {
    self.limits = limits
    recent = RecentResults(span: limits.span)
  }

  package var isClosed: Bool { state == .closed }

  package func admission(at now: Timestamp) -> Admission {
    switch state {
    case .closed: .send
    case .open(let probeAt, _): now >= probeAt ? .probe : .wait
    case .probing: .wait
    }
  }

  /// The attempt `admission` called a probe is being sent.
  package mutating func probeStarted() {
    if case .open(_, let interval) = state { state = .probing(interval: interval) }
  }

  /// The probe ended without a verdict; the next one may start at once.
  package mutating func probeAbandoned(at now: Timestamp) {
    if case .probing(let interval) = state { state = .open(probeAt: now, interval: interval) }
  }

  package mutating func succeeded(at now: Timestamp) {
    consecutive = 0
    if isClosed {
      recent.add(failure: false, at: now)
    } else {
      state = .closed
      recent = RecentResults(span: limits.span)
    }
  }

  /// - Parameters:
  ///   - transport: whether no answer came at all.
  ///   - probe: whether it was the attempt that looked after the receiver.
  package mutating func failed(transport: Bool, probe: Bool, at now: Timestamp) {
    switch state {
    case .closed:
      consecutive = transport ? consecutive + 1 : 0
      recent.add(failure: true, at: now)
      let (failures, attempts) = recent.count(at: now)
      let isMostly = attempts >= limits.attempts && failures * 100 >= limits.share * attempts
      if consecutive >= limits.failures || isMostly { open(for: limits.first, at: now) }
    case .probing(let interval) where probe:
      open(for: min(interval * 2, max(limits.longest, limits.first)), at: now)
    case .probing, .open: break
    }
  }

  private mutating func open(for interval: Duration, at now: Timestamp) {
    state = .open(probeAt: now.advanced(by: interval), interval: interval)
    consecutive = 0
  }
}

/// Counts results of the last minutes in ten buckets, so that memory does not grow with traffic.
private struct RecentResults: Sendable, Equatable {
  private struct Bucket: Equatable {
    var number: Int64 = -1
    var failures = 0
    var attempts = 0
  }

  private let width: Int64  // milliseconds
  private var buckets = Array(repeating: Bucket(), count: 10)

  init(span: Duration) { width = max(1, Int64(span.wholeMilliseconds / 10)) }

  mutating func add(failure: Bool, at now: Timestamp) {
    let number = now.milliseconds / width
    let index = Int(number % 10)
    if buckets[index].number != number { buckets[index] = Bucket(number: number) }
    buckets[index].attempts += 1
    if failure { buckets[index].failures += 1 }
  }

  func count(at now: Timestamp) -> (failures: Int, attempts: Int) {
    let oldest = now.milliseconds / width - 9
    return buckets.reduce((0, 0)) { sum, bucket in
      bucket.number < oldest ? sum : (sum.0 + bucket.failures, sum.1 + bucket.attempts)
    }
  }
}
