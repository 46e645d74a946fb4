package import Transport

/// What `bench flags` found: medians of the rounds.
package struct FlagBenchReport: Sendable {
  /// One measurement.
  package struct Sample: Sendable, Equatable {
    package var perSecond: Double
    /// The longest anything waited, in microseconds.
    package var longest: Int
    /// Processor time of the server for each call or delivery, in microseconds.
    package var processor: Int

    package init(perSecond: Double, longest: Int, processor: Int) {
      self.perSecond = perSecond
      self.longest = longest
      self.processor = processor
    }
  }

  package struct Row: Sendable, Equatable {
    package var flag: String
    package var value: Int
    package var load: String
    package var perSecond: Double
    package var longest: Int
    package var processor: Int

    package init(_ flag: String, _ value: Int, _ load: String, _ samples: [Sample]) {
      self.flag = flag
      self.value = value
      self.load = load
      perSecond = SpoolBenchReport.median(samples.map(\.perSecond))
      longest = Int(SpoolBenchReport.median(samples.map { Double($0.longest) }))
      processor = Int(SpoolBenchReport.median(samples.map { Double($0.processor) }))
    }
  }

  package let rounds: Int
  package var rows: [Row] = []

  package init(rounds: Int) { self.rounds = rounds }

  package var text: String {
    var table = TextTable([
      .init("flag"), .init("value", .right), .init("load"), .init("per second", .right),
      .init("longest wait", .right), .init("CPU each", .right),
    ])
    var last = ""
    table.rows = rows.map { row in
      let group = row.flag + row.load
      defer { last = group }
      return [
        group == last ? "" : row.flag, "\(row.value)", group == last ? "" : row.load,
        DecimalText.grouped(Int(row.perSecond.rounded())),
        LatencyText.text(microseconds: row.longest), "\(row.processor) us",
      ]
    }
    return table.text + "medians of \(StartScreen.count(rounds, "round"))\n"
  }

  package var json: JSONValue {
    [
      "rounds": .init(rounds),
      "rows": .array(
        rows.map { row in
          [
            "flag": .init(row.flag), "value": .init(row.value), "load": .init(row.load),
            "perSecond": .init(Int(row.perSecond.rounded())),
            "longestMicroseconds": .init(row.longest),
            "processorMicroseconds": .init(row.processor),
          ]
        }),
    ]
  }
}
