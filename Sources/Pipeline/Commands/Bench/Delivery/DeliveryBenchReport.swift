package import Transport

/// What `bench delivery` found.
package struct DeliveryBenchReport: Sendable {
  /// Events that waited, sent as fast as possible.
  package struct Throughput: Sendable {
    package var webhooks: Int
    package var deliveries: Int
    package var lost: Int
    package var duplicates: Int
    package var inversions: Int
    package var elapsed: Duration
    /// The server's.
    package var processorTime: Duration
    /// Resident bytes at each tenth of the deliveries.
    package var memory: [Int]

    package var perSecond: Double { Double(deliveries) / max(1e-9, elapsed / .seconds(1)) }
    package var isSound: Bool { lost == 0 && duplicates == 0 && inversions == 0 }
  }

  /// Events at a steady rate.
  package struct Paced: Sendable {
    package var events: Int
    /// Calls that were not answered with success.
    package var refused: Int
    /// Of the receivers that count.
    package var lost: Int
    package var duplicates: Int
    package var inversions: Int
    package var latency: LatencyHistogram
    package var elapsed: Duration
    package var processorTime: Duration

    package init(
      events: Int, refused: Int, lost: Int, duplicates: Int, inversions: Int,
      latency: LatencyHistogram, elapsed: Duration, processorTime: Duration
    ) {
      self.events = events
      self.refused = refused
      self.lost = lost
      self.duplicates = duplicates
      self.inversions = inversions
      self.latency = latency
      self.elapsed = elapsed
      self.processorTime = processorTime
    }

    package var isSound: Bool { refused == 0 && lost == 0 && inversions == 0 }
  }

  /// A run in which all receivers are good and one in which some are not, right after another.
  package struct Pair: Sendable {
    package var good: Paced
    package var bad: Paced

    package init(good: Paced, bad: Paced) {
      self.good = good
      self.bad = bad
    }

    /// How much later the good receivers get what they get because of the bad ones, at p99.
    package var ratio: Double {
      Double(bad.latency.quantile(0.99)) / Double(max(1, good.latency.quantile(0.99)))
    }
  }

  /// The most the bad receivers may cost the good ones.
  package static let bound = 1.5

  package var throughput: Throughput?
  package var paced: Paced?
  package var pairs: [Pair] = []
  /// "40 hung, one resetting, one dripping".
  package var bad = ""

  package init() {}

  /// The median of the pairs.
  package var ratio: Double? {
    pairs.isEmpty ? nil : SpoolBenchReport.median(pairs.map(\.ratio))
  }

  package var isSound: Bool {
    (throughput?.isSound ?? true) && (paced?.isSound ?? true)
      && pairs.allSatisfy { $0.good.isSound && $0.bad.isSound }
      && (ratio ?? 0) <= Self.bound
  }
}

// MARK: - Screens

extension DeliveryBenchReport {
  package var text: String {
    (throughput.map(Self.screen) ?? "") + (paced.map { Self.table([("steady", $0)]) } ?? "")
      + (pairs.isEmpty ? "" : isolation)
  }

  private static func screen(_ found: Throughput) -> String {
    var table = TextTable([
      .init("webhooks"), .init("deliveries", .right), .init("per second", .right),
      .init("CPU each", .right), .init("lost", .right), .init("duplicated", .right),
      .init("inverted", .right),
    ])
    let each = found.processorTime / .microseconds(1) / Double(max(1, found.deliveries))
    table.rows = [
      [
        "\(found.webhooks)", DecimalText.grouped(found.deliveries),
        DecimalText.grouped(Int(found.perSecond.rounded())), DecimalText.text(each, 0) + " us",
        DecimalText.grouped(found.lost), DecimalText.grouped(found.duplicates),
        DecimalText.grouped(found.inversions),
      ]
    ]
    let memory = found.memory.map { ByteSize.rounded($0) }.joined(separator: ", ")
    return table.text + "server's memory at each tenth: \(memory)\n"
  }

  private static func table(_ rows: [(String, Paced)]) -> String {
    var table = TextTable([
      .init("receivers", width: 10), .init("events", .right), .init("p50", .right, width: 8),
      .init("p99", .right, width: 8), .init("refused", .right), .init("lost", .right),
      .init("duplicated", .right), .init("inverted", .right), .init("CPU", .right),
    ])
    table.rows = rows.map { name, row in
      [
        name, DecimalText.grouped(row.events), latency(0.5, row), latency(0.99, row),
        DecimalText.grouped(row.refused), DecimalText.grouped(row.lost),
        DecimalText.grouped(row.duplicates), DecimalText.grouped(row.inversions),
        DecimalText.text(100 * (row.processorTime / row.elapsed), 0) + " %",
      ]
    }
    return table.text
  }

  private static func latency(_ share: Double, _ row: Paced) -> String {
    DecimalText.text(Double(row.latency.quantile(share)) / 1000, 2) + " ms"
  }

  private var isolation: String {
    let rows = pairs.flatMap { [("all good", $0.good), ("some bad", $0.bad)] }
    let ratios = pairs.map { DecimalText.text($0.ratio, 2) }.joined(separator: ", ")
    return """
      \(Self.table(rows))bad: \(bad); latency, lost: of the good receivers that both runs have
      p99 with bad receivers / without: \(ratios); median \(DecimalText.text(ratio ?? 0, 2)), \
      at most \(DecimalText.text(Self.bound, 1))

      """
  }
}

extension DeliveryBenchReport {
  package var json: JSONValue {
    var json = JSONObject()
    if let throughput {
      json["throughput"] = [
        "webhooks": .init(throughput.webhooks), "deliveries": .init(throughput.deliveries),
        "perSecond": .init(Int(throughput.perSecond.rounded())),
        "processorMilliseconds": .init(Int(throughput.processorTime / .milliseconds(1))),
        "lost": .init(throughput.lost), "duplicated": .init(throughput.duplicates),
        "inverted": .init(throughput.inversions),
        "memoryBytes": .array(throughput.memory.map { .init($0) }),
      ]
    }
    if let paced { json["paced"] = Self.json(paced) }
    if let ratio {
      json["pairs"] = .array(
        pairs.map { pair in
          [
            "good": Self.json(pair.good), "bad": Self.json(pair.bad),
            "ratio": .number(JSONNumber(text: DecimalText.text(pair.ratio, 3))),
          ]
        })
      json["ratio"] = .number(JSONNumber(text: DecimalText.text(ratio, 3)))
    }
    return .object(json)
  }

  private static func json(_ row: Paced) -> JSONValue {
    [
      "events": .init(row.events), "refused": .init(row.refused), "lost": .init(row.lost),
      "duplicated": .init(row.duplicates), "inverted": .init(row.inversions),
      "p50Microseconds": .init(row.latency.quantile(0.5)),
      "p99Microseconds": .init(row.latency.quantile(0.99)),
      "processorMilliseconds": .init(Int(row.processorTime / .milliseconds(1))),
    ]
  }
}
