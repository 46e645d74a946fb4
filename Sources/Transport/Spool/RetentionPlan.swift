/// Decides which segments may go: nobody needs them, and they are old or the spool is too large.
///
/// Pure: it knows neither clock nor disk. From each hop only its oldest segments go, so that what
/// remains has no holes, and never the last one, which is still written to or was until a moment
/// ago.
struct RetentionPlan: Sendable, Equatable {
  struct Segment: Sendable, Equatable {
    var first: UInt64
    /// Its last number; one below `first` when it has no line.
    var last: UInt64
    var bytes: UInt64
    /// When its newest line was written.
    var newest: Timestamp
  }

  struct Hop: Sendable, Equatable {
    /// Ascending; the last one is open.
    var segments: [Segment]
    /// Lines up to here are needed by nobody.
    var unneededThrough: UInt64
    /// How long they stay all the same.
    var keep: Duration
    /// Lines up to here go as soon as nobody needs them.
    var unwantedThrough: UInt64 = 0

    /// Sealed segments nobody needs: the oldest ones, in a row.
    var unneeded: ArraySlice<Segment> {
      segments.dropLast().prefix { $0.last <= unneededThrough }
    }
  }

  /// For each hop the first numbers of segments to delete, oldest first.
  let removals: [[UInt64]]
  /// What is left of all hops.
  let bytes: UInt64

  var isEmpty: Bool { removals.allSatisfy(\.isEmpty) }

  /// - Parameter maxBytes: above this, segments go before their time, the oldest of all first.
  init(_ hops: [Hop], maxBytes: UInt64, now: Timestamp) {
    var counts = hops.map { hop in
      hop.unneeded.prefix {
        $0.last <= hop.unwantedThrough || $0.newest.advanced(by: hop.keep) <= now
      }.count
    }
    var bytes = Self.bytes(of: hops)
    for (hop, count) in zip(hops, counts) {
      for segment in hop.segments.prefix(count) { bytes -= segment.bytes }
    }
    while bytes > maxBytes, let oldest = Self.oldest(of: hops, after: counts) {
      bytes -= hops[oldest].segments[counts[oldest]].bytes
      counts[oldest] += 1
    }
    removals = zip(hops, counts).map { hop, count in hop.segments.prefix(count).map(\.first) }
    self.bytes = bytes
  }

  /// What stays however full the spool is.
  static func neededBytes(of hops: [Hop]) -> UInt64 {
    hops.reduce(bytes(of: hops)) { sum, hop in hop.unneeded.reduce(sum) { $0 - $1.bytes } }
  }

  private static func bytes(of hops: [Hop]) -> UInt64 {
    hops.reduce(0) { sum, hop in hop.segments.reduce(sum) { $0 + $1.bytes } }
  }

  /// The hop whose next unneeded segment is the oldest; of equals the first, which holds the most
  /// about people and is read by the fewest.
  private static func oldest(of hops: [Hop], after counts: [Int]) -> Int? {
    let next = zip(hops.indices, counts).filter { hops[$0].unneeded.count > $1 }
    return next.min {
      hops[$0.0].segments[$0.1].newest < hops[$1.0].segments[$1.1].newest
    }?.0
  }
}
