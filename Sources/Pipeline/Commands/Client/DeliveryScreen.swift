package import Transport

/// The screens of `delivery`.
package enum DeliveryScreen {
  package static func list(_ found: [(webhook: JSONValue, attempts: [JSONValue])]) -> String {
    let found = found.filter { !$0.attempts.isEmpty }
    guard !found.isEmpty else { return "There is no such attempt.\n" }
    var lines: [String] = []
    for (webhook, attempts) in found {
      if !lines.isEmpty { lines.append("") }
      lines.append(head(webhook))
      lines += table(attempts).lines.map { SpoolText.clipped($0, to: SpoolText.width) }
    }
    lines.append("in full: delivery show DELIVERY   once more: delivery redeliver DELIVERY")
    return lines.map { $0 + "\n" }.joined()
  }

  private static func head(_ webhook: JSONValue) -> String {
    let url = webhook["deliveryUrl"]?.string ?? "built-in inspector"
    let start = "\(webhook["id"]?.string ?? "")   \(webhook["status"]?.string ?? "")   "
    return start + SpoolText.clipped(url, to: max(20, SpoolText.width - start.count))
  }

  private static func table(_ attempts: [JSONValue]) -> TextTable {
    var table = TextTable([
      .init("ended"), .init("delivery"), .init("type"), .init("try", .right), .init("result"),
      .init("answer"),
    ])
    table.rows = attempts.map { attempt in
      [
        moment(attempt["time"]), attempt["id"]?.string ?? "", attempt["type"]?.string ?? "-",
        "\(attempt["attempt"]?.int ?? 0)", attempt["result"]?.string ?? "", answer(attempt),
      ]
    }
    return table
  }

  /// "11-26 22:15:39Z".
  private static func moment(_ time: JSONValue?) -> String {
    let text = time?.string ?? ""
    return text.count > 19
      ? text.dropFirst(5).prefix(5) + " " + text.dropFirst(11).prefix(8) + "Z" : text
  }

  /// "200  14 ms" or "connection refused".
  private static func answer(_ attempt: JSONValue) -> String {
    guard let status = attempt["status"]?.int else {
      return SpoolText.plain(attempt["error"]?.string ?? "no answer")
    }
    return "\(status)  \(milliseconds(attempt["durations"]?["total"]))"
  }

  private static func milliseconds(_ value: JSONValue?) -> String {
    let time = value?.number?.double ?? 0
    return DecimalText.text(time, time < 10 ? 1 : 0) + " ms"
  }

  /// One attempt, as many lines as it takes.
  package static func text(_ attempt: JSONValue, bodies: Bool) -> String {
    var lines = [
      "\(attempt["id"]?.string ?? "")   attempt \(attempt["attempt"]?.int ?? 0)   "
        + SpoolText.plain(attempt["type"]?.string ?? "")
    ]
    func add(_ name: String, _ text: String?) {
      if let text { lines.append("  " + name.padded(to: 10) + SpoolText.plain(text)) }
    }
    add(
      "event", [attempt["event"], attempt["key"]].compactMap(\.?.string).joined(separator: "   "))
    add("webhook", attempt["webhook"]?.string)
    add("to", attempt["request"]?["url"]?.string ?? "built-in inspector")
    add("address", attempt["address"]?.string)
    add("ended", "\(attempt["time"]?.string ?? "")   by \(attempt["trigger"]?.string ?? "")")
    add("result", result(attempt))
    add("answer", answer(attempt))
    add("took", durations(attempt["durations"]))
    lines += message("request", attempt["request"]?["head"]?.string, body(of: attempt, bodies))
    let response = attempt["response"]
    lines += message("response", response?["head"]?.string, response?["body"]?.string)
    return lines.map { $0 + "\n" }.joined()
  }

  private static func result(_ attempt: JSONValue) -> String {
    let result = attempt["result"]?.string ?? ""
    return result + (attempt["next"]?.string.map { ", next \($0)" } ?? "")
  }

  /// "dns 0.1, connect 0.2, firstByte 12.9, total 14.2 ms".
  private static func durations(_ value: JSONValue?) -> String? {
    guard let members = value?.object?.members else { return nil }
    let parts = members.map { "\($0.name) \(DecimalText.text($0.value.number?.double ?? 0, 1))" }
    return parts.joined(separator: ", ") + " ms"
  }

  private static func body(of attempt: JSONValue, _ isShown: Bool) -> String {
    guard let body = attempt["request"]?["body"], !body.isNull else {
      return "(the event is not kept any more, or was made for this attempt alone)"
    }
    return isShown ? body.pretty() : "(the event: --bodies)"
  }

  private static func message(_ name: String, _ head: String?, _ body: String?) -> [String] {
    guard let head else { return [] }
    let body = body.map { $0.isEmpty ? [] : [""] + lines(of: $0) } ?? []
    return ["  " + name] + (lines(of: head) + body).map { $0.isEmpty ? "" : "    " + $0 }
  }

  /// CR LF is one character, and ends a line as LF does.
  private static func lines(of text: String) -> [String] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map { SpoolText.plain(String($0)) }.reversed().drop { $0.isEmpty }.reversed()
  }
}
