import Actors
import Transport

/// The screen of `spool explain`: accepted, mapped, committed, delivered, one under the other.
package struct SpoolExplainScreen {
  private let story: SpoolStory
  private let paint: SpoolPaint
  private let bodies: Bool

  package init(_ story: SpoolStory, bodies: Bool, paint: SpoolPaint) {
    self.story = story
    self.bodies = bodies
    self.paint = paint
  }

  /// - Parameter all: every change instead of the last.
  package func text(all: Bool) -> String {
    let shown = all ? story.traces : Array(story.traces.suffix(1))
    var lines = head
    if !shown.contains(where: { $0.committed != nil }) { lines += snapshot }
    for trace in shown { lines += self.lines(trace) }
    let calls = story.calls
    let showsCalls = all || story.traces.isEmpty
    if showsCalls { lines += calls?.text ?? [] }
    var hints: [String] = []
    if !showsCalls, let hint = calls?.hint { lines.append(hint) }
    if shown.count < story.traces.count {
      hints.append("showing the last of \(story.traces.count) changes   all: --all")
    }
    if !bodies && (!story.traces.isEmpty || story.snapshot != nil) {
      hints.append("bodies: --bodies")
    }
    if !hints.isEmpty { lines.append(hints.joined(separator: "   ")) }
    return lines.map { (bodies ? $0 : clipped($0)) + "\n" }.joined()
  }

  /// A line with colours in it is left alone: they take no room on the screen.
  private func clipped(_ line: String) -> String {
    line.contains("\u{1B}") ? line : SpoolText.clipped(line, to: SpoolText.width)
  }

  /// Two lines when one would be too long.
  private var head: [String] {
    if story.traces.isEmpty && story.snapshot == nil { return [] }
    if let line = story.traces.last?.committed, line.type == OperationalEvent.lineType {
      return ["about \(line.key)"]
    }
    let employee = story.employee
    var parts: [String] = []
    if let name = employee?["displayName"]?.string ?? employee?["username"]?.string {
      parts.append(name)
    }
    if let id = employee?["id"]?.string { parts.append(id) }
    let key =
      story.traces.last.flatMap { $0.committed ?? $0.accepted }?.key
      ?? story.snapshot?.key ?? ""
    let path = key.split(separator: "/")
    if let id = path.last { parts.append("SCIM \(SpoolText.clipped(String(id), to: 9))") }
    if let connection = path.first.map(String.init) {
      parts.append(story.origin(connection) ?? connection)
    }
    if let revision = employee?["revision"]?.int { parts.append("revision \(revision)") }
    let line = parts.joined(separator: "   ")
    if line.count <= SpoolText.width { return [line] }
    let names = parts.prefix { !$0.hasPrefix("SCIM ") }
    return [names, parts.dropFirst(names.count)].filter { !$0.isEmpty }.enumerated().map {
      ($0.offset == 0 ? "" : "  ") + $0.element.joined(separator: "   ")
    }
  }

  /// All there is to say of whom the log no longer mentions.
  private var snapshot: [String] {
    guard let snapshot = story.snapshot else { return [] }
    let version = snapshot.data["version"]?.int ?? 0
    let changed = snapshot.data["lastModified"]?.string ?? "?"
    let last = snapshot.data["last"]?.int.map { ", line " + DecimalText.grouped($0) } ?? ""
    let isDeleted = snapshot.data["resource"]?.isNull ?? true
    return [
      "no outcome of theirs is left in the log; the snapshot at line"
        + " \(SpoolText.grouped(snapshot.seq)) has them:",
      "  version \(version)\(isDeleted ? ", deleted" : ""), last changed \(changed)\(last)",
    ] + body(.object(snapshot.data))
  }
}

// MARK: One write

extension SpoolExplainScreen {
  private func lines(_ trace: SpoolTrace) -> [String] {
    let data = trace.committed.flatMap { try? JSONValue(parsing: $0.data) }
    let start = trace.accepted?.timestamp ?? trace.committed?.timestamp
    var lines = [request(trace, data)]
    if let line = trace.accepted {
      let time = SpoolText.time(line.timestamp)
      lines.append(step(time, "accepted", line, "1-accepted", asked(line)))
      lines += body(line)
    }
    if let line = trace.mapped {
      lines.append(step(after(start, line), "mapped", line, "2-mapped", meant(line)))
      lines += body(line)
    }
    if let line = trace.committed {
      lines.append(
        step(after(start, line), "committed", line, "3-committed", became(data, trace.batch)))
      lines += body(line)
      for event in trace.events { lines.append(self.event(event)) }
      lines += SpoolExplainDeliveries(story, trace, paint: paint).lines
    } else {
      lines.append(paint.warning("  " + missing(trace)))
    }
    return lines
  }

  private func missing(_ trace: SpoolTrace) -> String {
    let through = story.deliveries?.configuration.acceptedThrough ?? 0
    if let line = trace.accepted, line.seq > through {
      return "no outcome yet: the next start drives it again"
    }
    return "its outcome is no longer kept"
  }

  private func request(_ trace: SpoolTrace, _ outcome: JSONValue?) -> String {
    let accepted = trace.accepted.flatMap { try? JSONValue(parsing: $0.data) }
    var text = trace.request
    if let method = accepted?["method"]?.string, let path = accepted?["path"]?.string {
      let parts = path.split(separator: "/")
      let id = parts.count > 1 ? "/" + SpoolText.clipped(String(parts[1]), to: 9) : ""
      text += "  \(method) /\(parts.first ?? "")\(id)"
    }
    if let from = accepted?["from"]?.string { text += "  from \(from)" }
    let answer = outcome?["status"]?.int.map { "  answered \($0)" } ?? ""
    let room = SpoolText.width - text.count - answer.count - 3
    if let agent = accepted?["agent"]?.string, room > 8 {
      text += " (\(SpoolText.clipped(agent, to: min(room, 30))))"
    }
    text += answer
    return text
  }

  private func step(
    _ when: String, _ what: String, _ line: SpoolLine, _ hop: String, _ rest: String
  ) -> String {
    let time = String(repeating: " ", count: max(0, 15 - when.count)) + when
    let place = SpoolText.padded("#\(line.seq)", to: 8)
    let columns = [
      time, SpoolText.padded(what, to: 9), SpoolText.padded(hop, to: 11) + " " + place,
    ]
    return columns.joined(separator: "  ") + " " + rest
  }

  private func after(_ start: Timestamp?, _ line: SpoolLine) -> String {
    guard let start else { return SpoolText.time(line.timestamp) }
    return "+\(line.timestamp.milliseconds - start.milliseconds) ms"
  }

  /// What was asked for: the operations of a PATCH, or how much a whole resource holds.
  private func asked(_ line: SpoolLine) -> String {
    let data = try? JSONValue(parsing: line.data)
    guard let body = data?["body"]?.object, !body.isEmpty else {
      return data?["method"]?.string == "DELETE" ? "delete" : ""
    }
    let name = body.members.first { $0.name.lowercased() == "operations" }
    guard let operations = name?.value.array else {
      return SpoolText.count(body.count, "attribute")
    }
    return operations.map { operation in
      let value = operation["value"].map { " = " + SpoolText.clipped($0.text, to: 24) } ?? ""
      let path = operation["path"]?.string.map { " " + $0 } ?? ""
      return (operation["op"]?.string?.lowercased() ?? "?") + path + value
    }.joined(separator: ", ")
  }

  private func meant(_ line: SpoolLine) -> String {
    let data = try? JSONValue(parsing: line.data)
    let changes = data?["changes"]?.array?.compactMap(\.string) ?? []
    if !changes.isEmpty { return changes.joined(separator: ", ") }
    return [data?["kind"]?.string, data?["detail"]?.string].compactMap { $0 }
      .joined(separator: ": ")
  }

  private func became(_ data: JSONValue?, _ batch: Int) -> String {
    var text: String
    switch data?["outcome"]?.string {
    case nil: text = data?["events"]?.array?.last?["cause"]?["reason"]?.string ?? ""
    case "refused":
      text = "refused \(data?["status"]?.int ?? 0): \(data?["detail"]?.string ?? "")"
    case "unchanged": text = "unchanged"
    default:
      let event = data?["events"]?.array?.last
      let revision = (event?["data"] ?? data?["employee"])?["revision"]?.int
      text = "version \(data?["version"]?.int ?? 0)"
      if let revision {
        let isChange = event != nil && revision > 1
        text = isChange ? "revision \(revision - 1) → \(revision)" : "revision \(revision)"
      }
    }
    if batch > 0 { text += "; batch of \(batch)" }
    return text
  }

  private func event(_ event: JSONObject) -> String {
    let id = event["id"]?.string ?? "?"
    let sequence = event["sequence"]?.int.map { ", sequence \($0)" } ?? ""
    return "                 event      \(id)  \(event["type"]?.string ?? "?")\(sequence)"
  }

  private func body(_ line: SpoolLine) -> [String] {
    (try? JSONValue(parsing: line.data)).map(body) ?? []
  }

  private func body(_ value: JSONValue) -> [String] {
    guard bodies else { return [] }
    return value.pretty().split(separator: "\n").map { "      " + paint.faint(String($0)) }
  }
}
