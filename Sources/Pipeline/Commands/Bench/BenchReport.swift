package import Transport

/// What a benchmark measured, as one table.
package struct BenchReport: Sendable {
  package struct Row: Sendable {
    package var label: String
    package var connections: Int?
    package var perSecond: Double
    package var latency: LatencyHistogram
    package var failed: Int
    /// Of the server, when it is ours.
    package var processorTime: Duration?

    /// Microseconds of processor time for one call.
    var processorEach: Int? {
      processorTime.map { Int($0 / .microseconds(1)) / max(1, latency.count) }
    }

    package init(
      _ label: String, connections: Int?, perSecond: Double, latency: LatencyHistogram,
      failed: Int
    ) {
      self.label = label
      self.connections = connections
      self.perSecond = perSecond
      self.latency = latency
      self.failed = failed
    }
  }

  package var rows: [Row] = []
  package var users = 0
  /// Peak resident memory of the server in bytes, when it is ours.
  package var peakMemory: Int?
  /// Why requests failed: the first reason seen.
  package var reason: String?

  package init() {}

  package var text: String {
    var table = TextTable([
      .init("call", width: 30), .init("connections", .right), .init("per second", .right),
      .init("p50", .right, width: 9), .init("p99", .right, width: 9),
      .init("CPU each", .right), .init("failed", .right),
    ])
    table.rows = rows.map { row in
      [
        row.label, row.connections.map { "\($0)" } ?? "-",
        DecimalText.grouped(Int(row.perSecond.rounded())),
        Self.latency(0.5, row.latency), Self.latency(0.99, row.latency),
        row.processorEach.map { "\($0) us" } ?? "-", DecimalText.grouped(row.failed),
      ]
    }
    var foot = "\(StartScreen.count(users, "user")) at the end"
    if let peakMemory { foot += "; server's peak memory \(ByteSize.rounded(peakMemory))" }
    let failure = reason.map { "! failed: \($0)\n" } ?? ""
    return table.text + foot + "\n" + failure
  }

  /// Two decimals below 10 ms: "0.06 ms".
  private static func latency(_ share: Double, _ histogram: LatencyHistogram) -> String {
    let value = histogram.quantile(share)
    return value < 10_000
      ? DecimalText.text(Double(value) / 1000, 2) + " ms" : LatencyText.text(microseconds: value)
  }

  package var json: JSONValue {
    let rows: [JSONValue] = rows.map { row in
      [
        "call": .string(row.label), "connections": row.connections.map { .init($0) } ?? .null,
        "perSecond": .init(Int(row.perSecond.rounded())), "count": .init(row.latency.count),
        "p50Microseconds": .init(row.latency.quantile(0.5)),
        "p99Microseconds": .init(row.latency.quantile(0.99)),
        "longestMicroseconds": .init(row.latency.largest),
        "processorMicroseconds": row.processorEach.map { .init($0) } ?? .null,
        "failed": .init(row.failed),
      ]
    }
    return [
      "rows": .array(rows), "users": .init(users),
      "peakMemoryBytes": peakMemory.map { .init($0) } ?? .null,
    ]
  }
}
