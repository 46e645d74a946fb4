import Synchronization

/// How long something took, counted in fixed buckets so that an observation takes no lock.
package final class Histogram: Sendable {
  /// From a tenth of a millisecond to ten seconds.
  package static let usualBounds: [Double] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]

  /// Upper ends in seconds, ascending; a last bucket without one follows.
  package let bounds: [Double]
  private let buckets: [Counter]
  private let nanoseconds = Counter()

  package init(bounds: [Double] = usualBounds) {
    precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "ascending bounds")
    self.bounds = bounds
    self.buckets = (0...bounds.count).map { _ in Counter() }
  }

  package func observe(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    observe(seconds: Double(seconds) + Double(attoseconds) / 1e18)
  }

  /// - Parameter seconds: negative counts as 0, as after a step of the clock.
  package func observe(seconds: Double) {
    let seconds = seconds > 0 ? min(seconds, 1e9) : 0
    buckets[bounds.firstIndex { seconds <= $0 } ?? bounds.count].add()
    nanoseconds.add(UInt64(seconds * 1e9))
  }

  /// Observations up to each bound and, last, all of them.
  package var cumulative: [UInt64] {
    var total: UInt64 = 0
    return buckets.map { bucket in
      total += bucket.value
      return total
    }
  }

  /// Seconds of all observations together.
  package var sum: Double { Double(nanoseconds.value) / 1e9 }
}
