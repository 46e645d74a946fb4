package import Transport

/// What `bench spool` found: rates, and how they compare with the plain loop beside them.
package struct SpoolBenchReport: Sendable {
  package struct Row: Sendable, Equatable {
    package var label: String
    package var writers: Int
    /// Durable lines per second; the median of the pairs.
    package var perSecond: Double
    /// Times the plain loop of the same pair; the median of the pairs.
    package var ratio: Double

    package init(_ label: String, writers: Int, _ pairs: [(rate: Double, raw: Double)]) {
      self.label = label
      self.writers = writers
      perSecond = SpoolBenchReport.median(pairs.map(\.rate))
      ratio = SpoolBenchReport.median(pairs.map { $0.rate / max(1e-9, $0.raw) })
    }
  }

  package let pairs: Int
  package let time: Duration
  package var rows: [Row] = []
  /// SQLite was left out, because the machine does not have it.
  package var isWithoutSQLite = false

  package init(pairs: Int, time: Duration) {
    self.pairs = pairs
    self.time = time
  }

  /// The middle one; of two middle ones the lower. 0 of none.
  package static func median(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.sorted()[(values.count - 1) / 2]
  }

  package var text: String {
    var table = TextTable([
      .init("durable lines of 1 KiB", width: 30), .init("writers", .right),
      .init("per second", .right), .init("x loop", .right),
    ])
    table.rows = rows.map { row in
      [
        row.label, "\(row.writers)", DecimalText.grouped(Int(row.perSecond.rounded())),
        DecimalText.text(row.ratio, 2),
      ]
    }
    let half = DurationText.text(milliseconds: Int(time / .milliseconds(1)))
    let foot = "medians of \(pairs) pairs with the loop, \(half) each half\n"
    let missing = "SQLite is not measured: \(SQLiteLibrary.name) is missing.\n"
    return table.text + (isWithoutSQLite ? missing : "") + foot
  }

  package var json: JSONValue {
    [
      "lineBytes": .init(SpoolBench.lineBytes), "pairs": .init(pairs),
      "milliseconds": .init(Int(time / .milliseconds(1))),
      "rows": .array(
        rows.map { row in
          [
            "name": .init(row.label), "writers": .init(row.writers),
            "perSecond": .init(Int(row.perSecond.rounded())),
            "timesLoop": .number(JSONNumber(text: DecimalText.text(row.ratio, 3))),
          ]
        }),
      "missing": isWithoutSQLite ? .init(SQLiteLibrary.name) : .null,
    ]
  }
}
