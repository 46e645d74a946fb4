import Actors
import Transport

/// The part of `spool explain` that says where the events of one write went, or what they wait for.
struct SpoolExplainDeliveries {
  private let story: SpoolStory
  private let trace: SpoolTrace
  private let paint: SpoolPaint

  init(_ story: SpoolStory, _ trace: SpoolTrace, paint: SpoolPaint) {
    self.story = story
    self.trace = trace
    self.paint = paint
  }

  /// One line per event and webhook, the last attempt telling, and one below it for what waits.
  var lines: [String] {
    guard let line = trace.committed,
      let outcome = try? CommittedOutcome(seq: line.seq, data: line.data), !outcome.events.isEmpty
    else { return [] }
    var lines: [String] = []
    var told: Set<String> = []
    for attempt in lastAttempts {
      let webhook = attempt["webhook"]?.string ?? "?"
      let event = attempt["event"]?.string ?? "?"
      told.insert("\(webhook) \(event)")
      lines += tried(webhook, event, attempt)
    }
    for (index, event) in outcome.events.enumerated() {
      let position = DeliveryQueue.Position(seq: line.seq, index: index)
      for state in untold(event, told) { lines += untried(state, event, position) }
    }
    return lines.isEmpty ? ["  no webhook wants it"] : lines
  }

  private var lastAttempts: [JSONObject] {
    var last: [(key: String, data: JSONObject)] = []
    for line in trace.attempts {
      guard let data = (try? JSONValue(parsing: line.data))?.object else { continue }
      let key = "\(data["webhook"]?.string ?? "?") \(data["event"]?.string ?? "?")"
      if let place = last.firstIndex(where: { $0.key == key }) {
        last[place].data = data
      } else {
        last.append((key, data))
      }
    }
    return last.map(\.data)
  }

  /// Webhooks that want the event, came before it, and have made no attempt that is still kept.
  private func untold(_ event: CommittedEvent, _ told: Set<String>) -> [SpoolDeliveries.State] {
    guard let deliveries = story.deliveries, let line = trace.committed else { return [] }
    return deliveries.states.values.filter { state in
      deliveries.wants(state.webhook, event) && state.webhook.since < line.seq
        && !told.contains("\(state.webhook.id) \(event.id)")
    }.sorted { $0.webhook.id < $1.webhook.id }
  }
}

// MARK: What is known of one

extension SpoolExplainDeliveries {
  private func tried(_ webhook: String, _ event: String, _ data: JSONObject) -> [String] {
    var parts = ["attempt \(data["attempt"]?.int ?? 0)"]
    if let status = data["status"]?.int {
      parts.append("\(status)")
      if let total = data["durations"]?["total"]?.number?.double {
        parts.append("\(DecimalText.text(total, total < 10 ? 1 : 0)) ms")
      }
      if let address = data["address"]?.string { parts.append(Self.host(address)) }
    } else {
      parts.append(data["error"]?.string ?? "?")
    }
    let result = words(data["result"]?.string)
    var lines = target(webhook, parts.joined(separator: "  ") + "    ", result)
    guard data["result"]?.string == "retry" else { return lines }
    let next = data["next"]?.string.flatMap { Timestamp(parsing: $0) }
    lines += waiting(webhook, event, next: next)
    return lines
  }

  private func untried(
    _ state: SpoolDeliveries.State, _ event: CommittedEvent,
    _ position: DeliveryQueue.Position
  ) -> [String] {
    let id = state.webhook.id
    let queue = state.waiting[event.key] ?? []
    guard let place = queue.firstIndex(where: { $0.position == position }) else {
      guard story.isCut(SpoolHops.attempts) else { return [] }
      return target(id, "done; its attempts are no longer kept", "")
    }
    let lines = target(id, "not tried yet    ", paint.warning("waiting"))
    if place > 0 {
      let noun = SpoolText.count(place, "earlier event")
      return lines + [Self.indent + "behind \(noun) of this \(self.noun(event))"]
    }
    return lines + waiting(id, event.id, next: nil)
  }

  /// "breaker open, next probe 22:31:40Z; 2 later events of this employee wait behind this one".
  private func waiting(_ webhook: String, _ event: String, next: Timestamp?) -> [String] {
    var parts: [String] = []
    let state = story.deliveries?.states[webhook]
    let holds = story.keeping?.held.filter { $0.hasPrefix(webhook) } ?? []
    if state?.webhook.status == .paused { parts.append("the webhook is paused") }
    if holds.contains(webhook) { parts.append("the webhook is held") }
    if let probe = story.keeping?.probes[webhook] ?? state?.probe {
      parts.append("breaker open, next probe \(Self.second(probe))")
    } else if let next {
      parts.append("next try \(Self.second(next))")
    }
    for (key, queue) in state?.waiting ?? [:] {
      guard let place = queue.firstIndex(where: { $0.event == event }) else { continue }
      if holds.contains("\(webhook) \(key)") { parts.append("held") }
      let later = queue.count - place - 1
      guard later > 0 else { continue }
      let noun = key.hasPrefix("grp_") ? "group" : "employee"
      parts.append(
        "\(SpoolText.count(later, "later event")) of this \(noun)"
          + " \(later == 1 ? "waits" : "wait") behind this one")
    }
    let line = Self.indent + parts.joined(separator: "; ")
    if line.count <= SpoolText.width { return parts.isEmpty ? [] : [line] }
    return parts.map { Self.indent + $0 }
  }

  /// On one line when that fits, else the receiver on one of its own.
  /// - Parameter result: may be in colour, which takes no room.
  private func target(_ webhook: String, _ facts: String, _ result: String) -> [String] {
    let start = "  to \(webhook)  "
    let receiver = SpoolText.padded(story.receiver(webhook) ?? "?", to: 44 - start.count)
    let line = start + receiver + "  " + facts
    if line.count + Self.longestResult <= SpoolText.width { return [line + result] }
    return [
      start + facts + result,
      SpoolText.clipped(Self.indent + (story.receiver(webhook) ?? "?"), to: SpoolText.width),
    ]
  }

  /// "delivered".
  private static let longestResult = 9

  private func noun(_ event: CommittedEvent) -> String {
    event.key.hasPrefix("grp_") ? "group" : "employee"
  }

  private static let indent = String(repeating: " ", count: 17)

  /// "22:31:40Z".
  private static func second(_ moment: Timestamp) -> String {
    moment.description.dropFirst(11).prefix(8) + "Z"
  }

  /// An address without its port.
  private static func host(_ address: String) -> String {
    guard let colon = address.lastIndex(of: ":"), address.contains(".") || address.contains("]")
    else { return address }
    return String(address[..<colon])
  }

  private func words(_ result: String?) -> String {
    switch result {
    case "delivered": paint.good("delivered")
    case "retry": paint.warning("waiting")
    case "dead": paint.bad("given up: spool dead ls")
    case "failed": paint.bad("failed")
    default: result ?? "?"
    }
  }
}
