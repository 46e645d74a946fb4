import Transport

/// What the demo shows, as text.
package enum DemoScreen {
  /// What leaves the whole line within 100 columns.
  private static let subjectWidth = 37

  package static func head(bound: String, users: Int, seed: Int) -> String {
    "server \(bound)   temporary spool, removed at the end"
      + "   \(StartScreen.count(users, "user")), seed \(seed)\n"
  }

  /// "22:15:41.203Z    #1  employee.created  bjensen@example.com, Engineering   signature ok   1.1 ms".
  package static func event(_ match: DemoBook.Match) -> String {
    let event = match.event
    let time = (event["timestamp"]?.string ?? "").dropFirst(11)
    let number = "#\(event["sequence"]?.int ?? 0)".padStart(to: 6)
    let type = (event["type"]?.string ?? "").padded(to: 16)
    let whole = EventText.subject(event)
    let subject =
      whole.count > subjectWidth
      ? whole.prefix(subjectWidth - 1) + "…" : whole.padded(to: subjectWidth)
    var latency = LatencyHistogram()
    latency.record(match.latency)
    return "\(time)\(number)  \(type)  \(subject)  "
      + (match.signatureOK ? "signature ok" : "BAD SIGNATURE")
      + "   \(LatencyText.quantile(1, of: latency))\n"
  }

  package static let more = "            …  --all prints every event\n"

  package static func result(_ book: DemoBook, program: String) -> String {
    var table = TextTable([
      .init("", width: 16), .init("expected", .right, gap: 3), .init("delivered", .right),
      .init("lost", .right), .init("duplicated", .right), .init("inverted", .right),
      .init("bad signature", .right),
    ])
    let lines = book.lines
    let others = lines.keys.filter { !DemoBook.types.contains($0) }.sorted()
    table.rows = (DemoBook.types + others).map { type in
      let line = lines[type] ?? DemoBook.Line()
      let numbers = [
        line.expected, line.delivered, line.lost, line.duplicated, line.inverted,
        line.badSignature,
      ]
      return [type] + numbers.map(DecimalText.grouped)
    }
    return table.text
      + "SCIM answer → webhook   \(quantiles(book.deliveryLatency))"
      + "        SCIM answer   \(quantiles(book.answerLatency))\n"
      + verdict(book, program: program)
  }

  private static func quantiles(_ histogram: LatencyHistogram) -> String {
    "p50 \(LatencyText.quantile(0.5, of: histogram))"
      + "   p99 \(LatencyText.quantile(0.99, of: histogram))"
  }

  private static func verdict(_ book: DemoBook, program: String) -> String {
    if isSound(book) {
      return "Nothing lost, nothing out of order.   Your own server: \(program)\n"
    }
    let lines = book.lines.values
    let counts = [
      (lines.reduce(0) { $0 + $1.lost }, "lost"),
      (lines.reduce(0) { $0 + $1.inverted }, "out of order"),
      (lines.reduce(0) { $0 + $1.badSignature }, "with a bad signature"),
      (book.unexpected, "that no call explains"),
    ]
    let parts = counts.filter { $0.0 > 0 }.map { "\(DecimalText.grouped($0.0)) \($0.1)" }
    return "! Not as promised: \(parts.joined(separator: ", ")).\n"
  }

  /// Whether every promise was kept; a duplicate breaks none, delivery is at least once.
  package static func isSound(_ book: DemoBook) -> Bool {
    book.unexpected == 0
      && book.lines.values.allSatisfy { $0.lost == 0 && $0.inverted == 0 && $0.badSignature == 0 }
  }
}
