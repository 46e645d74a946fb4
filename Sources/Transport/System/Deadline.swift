import Glibc

/// A moment of the monotonic clock, so that a wall clock set backwards never extends a wait.
package struct Deadline: Sendable, Hashable, Comparable {
  /// Nanoseconds of CLOCK_MONOTONIC.
  package let nanoseconds: UInt64

  package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  package static let never = Deadline(nanoseconds: .max)

  package static var now: Deadline {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Deadline(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
  }

  package static func after(_ duration: Duration) -> Deadline { now.advanced(by: duration) }

  /// Saturates at `never`; a negative duration stays where it is.
  package func advanced(by duration: Duration) -> Deadline {
    let (seconds, attoseconds) = duration.components
    guard seconds >= 0, attoseconds >= 0 else { return self }
    guard self != .never, seconds < 1_000_000_000 else { return .never }
    let step = UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    return Deadline(nanoseconds: nanoseconds + step)
  }

  /// Zero when `earlier` is later.
  package func duration(since earlier: Deadline) -> Duration {
    guard nanoseconds > earlier.nanoseconds else { return .zero }
    return .nanoseconds(Int64(clamping: nanoseconds - earlier.nanoseconds))
  }

  /// The next multiple of `step`, so that many waits end in one wake-up.
  func rounded(upTo step: UInt64) -> Deadline {
    guard nanoseconds < .max - step else { return self }
    return Deadline(nanoseconds: (nanoseconds + step - 1) / step * step)
  }

  package static func < (left: Deadline, right: Deadline) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}
