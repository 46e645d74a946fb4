import Actors
package import Transport

/// `spool shape`: how old the events are that wait, by webhook; the shape of a backlog tells a
/// receiver that has just gone from one that has never been there.
package struct SpoolShape: Sendable {
  /// Upper bounds in seconds, and how the screen calls them.
  static let buckets: [(seconds: Int64, name: String)] = [
    (60, "1 min"), (600, "10 min"), (3600, "1 h"), (21_600, "6 h"), (86_400, "1 d"),
    (259_200, "3 d"), (.max, "older"),
  ]

  package struct Row: Sendable, Equatable {
    package var webhook: String
    package var counts: [Int]
    package var total: Int { counts.reduce(0, +) }
  }

  package private(set) var rows: [Row] = []
  package private(set) var waiting: [SpoolListing.Waiting] = []

  /// Blocks.
  package init(_ reader: SpoolReader, now: Timestamp) throws {
    let deliveries = try SpoolDeliveries(reader)
    for state in deliveries.waiting {
      var row = Row(webhook: state.webhook.id, counts: Self.buckets.map { _ in 0 })
      for event in state.waiting.values.joined() {
        let age = (now.milliseconds - event.committed.milliseconds) / 1000
        row.counts[Self.buckets.firstIndex { age < $0.seconds } ?? row.counts.count - 1] += 1
      }
      rows.append(row)
      waiting.append(SpoolListing.Waiting(state, in: deliveries))
    }
  }

  package func text(now: Timestamp, paint: SpoolPaint) -> String {
    guard !rows.isEmpty else { return "Every webhook has been given everything.\n" }
    var table = TextTable(
      [.init("events that wait, by age")]
        + Self.buckets.map { .init($0.name, .right) } + [.init("total", .right)])
    for row in [everything] + rows {
      let cells = (row.counts + [row.total]).map { $0 == 0 ? "." : DecimalText.grouped($0) }
      table.rows.append([row.webhook] + cells)
    }
    let notes = SpoolListScreen.warnings(waiting, now, paint)
    return table.text + notes.map { $0 + "\n" }.joined()
  }

  private var everything: Row {
    let counts = Self.buckets.indices.map { bucket in rows.reduce(0) { $0 + $1.counts[bucket] } }
    return Row(webhook: "all webhooks", counts: counts)
  }

  package var json: JSONValue {
    .array(
      zip(rows, waiting).map { row, waiting in
        var json = SpoolListScreen.json(waiting)
        json["ages"] = .array(
          zip(Self.buckets, row.counts).map { bucket, count in
            let most: JSONValue = bucket.seconds == .max ? .null : JSONValue(Int(bucket.seconds))
            return ["belowSeconds": most, "events": JSONValue(count)]
          })
        return .object(json)
      })
  }
}

extension SpoolListing.Waiting {
  init(_ state: SpoolDeliveries.State, in deliveries: SpoolDeliveries) {
    let id = state.webhook.id
    self.init(
      webhook: id, receiver: deliveries.configuration.receiver(ofWebhook: id) ?? "?",
      events: state.count, oldest: state.oldest?.committed,
      why: state.webhook.status == .paused ? "paused" : state.lastError)
  }
}
