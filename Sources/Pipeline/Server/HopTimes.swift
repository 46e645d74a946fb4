import Transport

/// Finds lines of a hop by the time they were written.
struct HopTimes: Sendable {
  let hop: SpoolHop
  let disk: BlockingThread

  /// The first line that was not written before `time`; one past the last when all were.
  ///
  /// Where the clock went back, a line near it.
  func line(since time: Timestamp) async throws(SpoolError) -> UInt64 {
    let hop = hop
    return try await disk.run { () throws(SpoolError) in try Self.line(since: time, in: hop) }
  }

  /// How much earlier and later than an id its line may say that it was written.
  static let margin = (before: Duration.seconds(-2), after: Duration.seconds(30))

  /// The lines among which one with an id of that time stands, unless the clock went back.
  func lines(near time: Timestamp) async throws(SpoolError) -> Range<UInt64> {
    let start = try await line(since: time.advanced(by: Self.margin.before))
    return start..<max(start, try await line(since: time.advanced(by: Self.margin.after)))
  }

  private static func line(since time: Timestamp, in hop: SpoolHop) throws(SpoolError) -> UInt64 {
    var low = hop.firstSeq ?? 1
    var high = hop.durableSeq + 1
    while low < high {
      let middle = low + (high - low) / 2
      // Retention may be removing the front meanwhile; then a later line answers.
      guard let line = try hop.lines(from: middle, limit: 1, maxBytes: 1).first else {
        high = middle
        continue
      }
      if line.timestamp < time { low = line.seq + 1 } else { high = middle }
    }
    return low
  }
}
