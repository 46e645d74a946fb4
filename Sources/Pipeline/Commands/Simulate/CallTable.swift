package import Transport

/// The screen at the end of a simulation: calls, failures, latency, answers.
package enum CallTable {
  /// Ways of failing that are listed.
  private static let failuresShown = 10

  package static func text(_ totals: CallTally.Totals) -> String {
    var table = TextTable([
      .init("call", width: 30), .init("count", .right), .init("failed", .right),
      .init("p50", .right, width: 7), .init("p99", .right, width: 7), .init("answers"),
    ])
    var all = LatencyHistogram()
    for call in CallTally.Call.allCases {
      guard let row = totals.rows[call] else { continue }
      table.rows.append(cells(call.label, row))
      all.add(row.latency)
    }
    var sum = CallTally.Row()
    (sum.count, sum.failed, sum.latency) = (totals.done, totals.failed, all)
    table.rows.append(cells("total", sum))
    return table.text + failures(totals)
  }

  private static func cells(_ label: String, _ row: CallTally.Row) -> [String] {
    let answers = row.answers.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return [
      label, DecimalText.grouped(row.count), DecimalText.grouped(row.failed),
      LatencyText.quantile(0.5, of: row.latency), LatencyText.quantile(0.99, of: row.latency),
      answers.map { "\($0.key)" }.joined(separator: " "),
    ]
  }

  /// "failed  3  POST /Users  409  userName is taken."
  private static func failures(_ totals: CallTally.Totals) -> String {
    let sorted = totals.failures.sorted {
      ($1.value, $0.key.call.rawValue, $0.key.reason)
        < ($0.value, $1.key.call.rawValue, $1.key.reason)
    }
    var lines = sorted.prefix(failuresShown).map { failure, count in
      let status = failure.status.map { "\($0)" } ?? "no answer"
      return "! \(DecimalText.grouped(count)) x \(failure.call.label)  \(status)  \(failure.reason)"
    }
    if sorted.count > failuresShown {
      lines.append("! and \(sorted.count - failuresShown) other ways of failing")
    }
    return lines.map { $0 + "\n" }.joined()
  }

  package static func json(_ totals: CallTally.Totals, elapsed: Duration) -> JSONValue {
    var calls = JSONObject()
    for call in CallTally.Call.allCases {
      guard let row = totals.rows[call] else { continue }
      calls[call.label] = [
        "count": .init(row.count), "failed": .init(row.failed),
        "p50Microseconds": .init(row.latency.quantile(0.5)),
        "p99Microseconds": .init(row.latency.quantile(0.99)),
        "answers": .object(
          JSONObject(
            row.answers.sorted { $0.key < $1.key }.map {
              .init(name: "\($0.key)", value: .init($0.value))
            })),
      ]
    }
    return [
      "users": .init(totals.usersDone), "groups": .init(totals.groupsDone),
      "calls": .init(totals.done),
      "failed": .init(totals.failed), "milliseconds": .init(Int(elapsed / .milliseconds(1))),
      "byCall": .object(calls),
    ]
  }
}
