/// Counts durations so that quantiles cost no memory per call: exact to 1 µs below 256 µs, to
/// 1/128 of the value above (the bucket layout of HDR histograms).
package struct LatencyHistogram: Sendable, Equatable {
  /// Values below `2 * half` have a bucket of their own.
  private static let half = 128
  private static let halfBits = 7
  /// Enough for every Int64 of microseconds.
  private static let buckets = (64 - halfBits + 1) * half

  private var counts = [Int](repeating: 0, count: buckets)
  package private(set) var count = 0
  /// Microseconds, exact.
  package private(set) var largest = 0

  package init() {}

  package mutating func record(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    record(microseconds: Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000))
  }

  package mutating func record(microseconds: Int) {
    let value = max(0, microseconds)
    counts[Self.bucket(of: value)] += 1
    count += 1
    largest = max(largest, value)
  }

  package mutating func add(_ other: LatencyHistogram) {
    for index in counts.indices { counts[index] += other.counts[index] }
    count += other.count
    largest = max(largest, other.largest)
  }

  /// Microseconds that this share of the values does not exceed (nearest rank); 0 when empty.
  package func quantile(_ share: Double) -> Int {
    if count == 0 { return 0 }
    let rank = max(1, Int((share * Double(count)).rounded(.up)))
    var seen = 0
    for index in counts.indices {
      seen += counts[index]
      if seen >= rank { return min(Self.upperBound(of: index), largest) }
    }
    return largest
  }

  private static func bucket(of value: Int) -> Int {
    if value < 2 * half { return value }
    let shift = Int.bitWidth - value.leadingZeroBitCount - halfBits - 1
    return (shift + 1) * half + (value >> shift) - half
  }

  private static func upperBound(of bucket: Int) -> Int {
    if bucket < 2 * half { return bucket }
    let shift = bucket / half - 1
    return ((bucket % half + half + 1) << shift) - 1
  }
}

/// Durations on screens.
package enum LatencyText {
  /// "0.4 ms", "127 ms", "12.3 s".
  package static func text(microseconds: Int) -> String {
    let milliseconds = Double(microseconds) / 1000
    if milliseconds < 99.95 { return DecimalText.text(milliseconds, 1) + " ms" }
    if milliseconds < 9_999.5 { return DecimalText.text(milliseconds, 0) + " ms" }
    return DecimalText.text(milliseconds / 1000, 1) + " s"
  }

  package static func quantile(_ share: Double, of histogram: LatencyHistogram) -> String {
    histogram.count == 0 ? "-" : text(microseconds: histogram.quantile(share))
  }
}
