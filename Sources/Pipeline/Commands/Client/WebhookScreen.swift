package import Transport

/// The screens of `webhook`.
package enum WebhookScreen {
  /// One line a webhook, and below it what it subscribes to and what is wrong.
  package static func list(_ webhooks: [JSONValue], now: Timestamp) -> String {
    var table = TextTable([
      .init("webhook"), .init("status"), .init("waiting", .right), .init("failing"),
      .init("receiver"),
    ])
    table.rows = webhooks.map { row($0, now) }
    var lines = [table.lines[0]]
    for (webhook, line) in zip(webhooks, table.lines.dropFirst()) {
      lines.append(SpoolText.clipped(line, to: SpoolText.width))
      lines += details(webhook)
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func row(_ webhook: JSONValue, _ now: Timestamp) -> [String] {
    let delivery = webhook["delivery"]
    let since = delivery?["failingSince"]?.string.flatMap { Timestamp(parsing: $0) }
    return [
      webhook["id"]?.string ?? "", webhook["status"]?.string ?? "",
      (delivery?["waiting"]?.int).map { DecimalText.grouped($0) } ?? "-",
      since.map { SpoolText.span($0, at: now) } ?? "-",
      webhook["deliveryUrl"]?.string ?? "built-in inspector",
    ]
  }

  private static func details(_ webhook: JSONValue) -> [String] {
    let events = (webhook["events"]?.array ?? []).compactMap(\.string)
    var lines = events.isEmpty ? [] : wrapped(events)
    if let error = webhook["delivery"]?["lastError"]?.string {
      let next = webhook["delivery"]?["nextAttempt"]?.string.map { ", next attempt \($0)" } ?? ""
      lines.append(
        SpoolText.clipped(SpoolText.plain("  ! \(error)\(next)"), to: SpoolText.width))
    }
    if let skew = webhook["delivery"]?["clockSkew"]?.int {
      lines.append(
        "  ! its clock is \(abs(skew)) s \(skew > 0 ? "ahead" : "behind"); from 300 s on signatures"
          + " are refused")
    }
    return lines
  }

  private static func wrapped(_ words: [String]) -> [String] {
    var lines = ["  "]
    for word in words {
      if lines[lines.count - 1].count + word.count + 1 > SpoolText.width { lines.append("  ") }
      lines[lines.count - 1] += (lines[lines.count - 1].count > 2 ? " " : "") + word
    }
    return lines
  }

  /// What `resume` says.
  package static func enabled(_ webhook: JSONValue) -> String {
    let id = webhook["id"]?.string ?? ""
    guard let missed = webhook["missed"] else { return "\(id) is enabled.\n" }
    let count = missed["events"]?.int.map { SpoolText.count($0, "event") } ?? "events"
    let lines = "lines \(line(missed["from"]))–\(line(missed["to"]))"
    var text =
      "\(id) is enabled. While it was not, it missed \(count) (\(lines)):\n"
      + "  webhook replay \(id) --missed\n"
    if let lost = lost(missed) { text += lost + ":\n  webhook snapshot \(id)\n" }
    return text
  }

  /// "12 events go to wh_…."
  package static func replayed(_ id: String, _ answer: JSONValue) -> String {
    let count = answer["events"]?.int ?? 0
    let verb =
      answer["queued"]?.bool == false ? "would go" : count == 1 ? "goes" : "go"
    var text = "\(SpoolText.count(count, "event")) \(verb) to \(id)\n"
    if let lost = lost(answer) { text += lost + ":\n  webhook snapshot \(id)\n" }
    return text
  }

  /// Why only the present state makes up for it all.
  private static func lost(_ answer: JSONValue) -> String? {
    guard let lost = answer["lost"], !lost.isNull else {
      return answer["needsSnapshot"]?.bool == true
        ? "! the rest of a snapshot is lost; the present state makes up for it" : nil
    }
    return "! lines \(line(lost["from"]))–\(line(lost["to"])) are no longer kept;"
      + " the present state makes up for them"
  }

  private static func line(_ value: JSONValue?) -> String {
    DecimalText.grouped(value?.int ?? 0)
  }
}

extension DeliveryScreen {
  package static func dead(_ letters: [JSONValue], now: Timestamp) -> String {
    guard !letters.isEmpty else { return "There is no dead letter.\n" }
    var table = TextTable([
      .init("event"), .init("webhook"), .init("tries", .right), .init("last", .right),
      .init("why"),
    ])
    table.rows = letters.map { letter in
      let last = letter["last"]?.string.flatMap { Timestamp(parsing: $0) }
      return [
        letter["event"]?.string ?? "", letter["webhook"]?.string ?? "",
        "\(letter["attempts"]?.int ?? 0)", last.map { SpoolText.age($0, at: now) } ?? "-",
        SpoolText.plain(letter["reason"]?.string ?? ""),
      ]
    }
    let lines = table.lines.map { SpoolText.clipped($0, to: SpoolText.width) }
    let hint = "again: delivery dead retry EVENT   away: delivery dead drop EVENT"
    return (lines + [hint]).map { $0 + "\n" }.joined()
  }
}
