package import Transport

/// What one durable write costs in a directory's file system: append a line, fdatasync, again.
package enum DiskProbe {
  private static let line = [UInt8](repeating: 0x61, count: 1023) + [0x0A]

  package struct Result: Sendable {
    package var latency = LatencyHistogram()
    package var elapsed: Duration = .zero
    package var perSecond: Double { Double(latency.count) / max(1e-9, elapsed / .seconds(1)) }
  }

  /// Blocks for that long: call it on a thread of its own.
  package static func run(in directory: String, for limit: Duration) throws(FileError) -> Result {
    let path = directory + "/.fdatasync-probe"
    let file = try File(path, .creating)
    defer { _ = try? FileSystem.remove(path) }
    var result = Result()
    let start = ContinuousClock.now
    var before = start
    while before - start < limit {
      try file.write(line)
      try file.syncData()
      let now = ContinuousClock.now
      result.latency.record(now - before)
      before = now
    }
    result.elapsed = before - start
    return result
  }
}
