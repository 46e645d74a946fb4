package import Transport

/// What `spool repair` did, and what is lost by it.
package struct SpoolRepairScreen {
  private let outcome: SpoolRepair.Outcome
  /// Accepted writes that have lost their outcome and so will be run again.
  private let again: [String]
  /// The newest snapshot that reads back, when it lies above everything that is lost.
  private let snapshot: UInt64?

  /// Blocks.
  package init(_ outcome: SpoolRepair.Outcome, _ reader: SpoolReader) throws {
    self.outcome = outcome
    let end = outcome.lost.map(\.upperBound).max() ?? 0
    let sound = try SpoolSnapshot.all(in: reader.directory).last {
      (try? SpoolStateHash($0)) != nil
    }
    let through = try sound?.header().acceptedThrough ?? 0
    snapshot = sound.flatMap { $0.seq >= end ? $0.seq : nil }
    var decided: Set<String> = []
    try reader.forEachLine(of: SpoolHops.committed) { line in
      decided.insert(line.id)
      return true
    }
    var again: [String] = []
    if reader.hops.contains(where: { $0.name == SpoolHops.accepted }) {
      try reader.forEachLine(of: SpoolHops.accepted, from: through + 1) { line in
        if !decided.contains(line.id) { again.append(line.id) }
        return true
      }
    }
    self.again = again
  }

  package func text(paint: SpoolPaint) -> String {
    var lines = outcome.lost.map { range in
      paint.bad("lost") + "      \(outcome.hop) \(Self.words(range))"
    }
    lines += outcome.kept.map { "kept      \($0), what was damaged as it was" }
    if let snapshot {
      lines.append(
        "state     whole: the snapshot at line \(SpoolText.grouped(snapshot)) lies above; events"
          + " are lost")
    }
    if !again.isEmpty {
      lines.append(
        "again     \(SpoolText.count(again.count, "accepted write")) without an outcome run at the"
          + " next start")
      lines += again.prefix(20).map { "          \($0)" }
    }
    lines.append(
      "goes on   at line \(SpoolText.grouped(outcome.next)), epoch \(outcome.epoch)")
    return lines.map { $0 + "\n" }.joined()
  }

  package var json: JSONValue {
    [
      "hop": JSONValue(outcome.hop),
      "lost": .array(
        outcome.lost.map {
          .array([
            JSONValue(Int(clamping: $0.lowerBound)), JSONValue(Int(clamping: $0.upperBound)),
          ])
        }),
      "kept": .array(outcome.kept.map { JSONValue($0) }),
      "again": .array(again.map { JSONValue($0) }),
      "snapshot": snapshot.map { JSONValue(Int(clamping: $0)) } ?? .null,
      "next": JSONValue(Int(clamping: outcome.next)), "epoch": JSONValue(outcome.epoch),
    ]
  }

  private static func words(_ range: ClosedRange<UInt64>) -> String {
    let (first, last) = (SpoolText.grouped(range.lowerBound), SpoolText.grouped(range.upperBound))
    return range.count == 1
      ? "line \(first)" : "lines \(first)–\(last) (\(DecimalText.grouped(range.count)))"
  }

  static func text(_ recovery: SpoolRecovery) -> String {
    let cut = recovery.hops.filter { $0.tornLines + $0.damagedLines > 0 }
    guard !cut.isEmpty else { return "no torn end; nothing cut\n" }
    return cut.map { hop in
      let lines = SpoolText.count(hop.tornLines + hop.damagedLines, "line")
      let kept = hop.keptIn?.split(separator: "/").last.map { ", kept in torn/\($0)" } ?? ""
      return "\(hop.name)  \(lines) cut\(kept)\n"
    }.joined()
  }

  static func json(_ recovery: SpoolRecovery) -> JSONValue {
    .array(
      recovery.hops.map { hop in
        [
          "hop": JSONValue(hop.name), "cut": JSONValue(hop.tornLines + hop.damagedLines),
          "kept": .text(hop.keptIn),
        ]
      })
  }
}
