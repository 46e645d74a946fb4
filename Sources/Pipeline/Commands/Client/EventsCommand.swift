package import Transport

/// `events`: each event and what became of it, recent ones first, then as they happen.
package enum EventsCommand {
  package static let command = Command(
    "events", abstract: "Show recent events and attempts to deliver them",
    examples: [.init("scim-hris events --follow", "and each new one, until Ctrl-C")],
    options: ClientCommand.ownerOptions + [
      CommandOption("follow", help: "Go on with each new event and attempt."),
      CommandOption(
        "recent", .count(0...200), help: "How many past lines come first.", default: "20"),
    ],
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        let stream = OwnerStream(spool: client.invocation.text("spool") ?? "./spool")
        let follow = client.invocation.flag("follow") ? 1 : 0
        let recent = client.invocation.count("recent") ?? 20
        let wantsJSON = client.wantsJSON
        let width = Terminal.width() ?? SpoolText.width
        try await stream.lines(
          of: "/api/owner/events?follow=\(follow)&recent=\(recent)", on: client.http.loop
        ) { line in
          guard !wantsJSON else {
            Terminal.write(line + "\n")
            return
          }
          if let value = try? JSONValue(parsing: line) {
            Terminal.write(screen(value, width: width) + "\n")
          }
        }
      }
    })

  /// One line of the stream as a person reads it.
  package static func screen(_ line: JSONValue, width: Int = 100) -> String {
    if let event = line["event"] { return EventText.line(event, width: width) }
    if let attempt = line["attempt"] { return AttemptText.line(attempt, width: width) }
    if let missed = line["missed"]?.int { return "… \(missed) lines were missed" }
    return SpoolText.plain(line.text)
  }
}

/// Events on screens.
package enum EventText {
  /// Characters of the subject on however narrow a terminal.
  private static let leastSubject = 12

  /// "22:15:41.203Z  #1  employee.created  bjensen@example.com, Engineering".
  package static func line(_ event: JSONValue, width: Int) -> String {
    let time = SpoolText.plain(event["timestamp"]?.string ?? "").dropFirst(11)
    let number = (event["sequence"]?.int.map { "#\($0)" } ?? "-").padStart(to: 7)
    let type = SpoolText.plain(event["type"]?.string ?? "").padded(to: 16)
    let start = "\(time) \(number)  \(type)  "
    return start + SpoolText.clipped(subject(event), to: max(leastSubject, width - start.count))
  }

  /// Who, and what changed: "bjensen@example.com, active true → false".
  package static func subject(_ event: JSONValue) -> String { SpoolText.plain(words(of: event)) }

  private static func words(of event: JSONValue) -> String {
    let data = event["data"]
    let names = ["email", "username", "name", "id", "webhookId"]
    let who = names.lazy.compactMap { data?[$0]?.string }.first ?? "-"
    if let why = data?["error"]?.string ?? data?["why"]?.string { return "\(who), \(why)" }
    let fields = (event["changedFields"]?.array ?? []).compactMap(\.string)
    guard event["type"]?.string == "employee.updated", let first = fields.first else {
      return who + (data?["departmentName"]?.string.map { ", " + $0 } ?? "")
    }
    let old = value(event["previous"]?[first])
    let new = value(data?[first])
    let change = old.map { old in new.map { "\(first) \(old) → \($0)" } ?? first } ?? first
    return "\(who), \(change)" + (fields.count > 2 ? " and \(fields.count - 1) more" : "")
  }

  /// Short values are shown; objects and lists only by name.
  private static func value(_ value: JSONValue?) -> String? {
    switch value {
    case .string(let text): text.count <= 40 ? text : nil
    case .bool(let flag): "\(flag)"
    case .number(let number): number.text
    case .null: "none"
    default: nil
    }
  }
}

/// Attempts on screens.
package enum AttemptText {
  /// Under the event's sequence, further left when the line would not fit otherwise.
  private static let indent = 2...14

  package static func line(_ attempt: JSONValue, width: Int) -> String {
    let webhook = attempt["webhookId"]?.string ?? attempt["webhook"]?.string ?? ""
    let event = attempt["eventId"]?.string ?? attempt["event"]?.string ?? ""
    let text = SpoolText.plain("to \(webhook)  \(event)  \(result(attempt))")
    let room = min(max(width - text.count, indent.lowerBound), indent.upperBound)
    return String(repeating: " ", count: room) + text
  }

  /// "attempt 1  200  14 ms" or "attempt 2  connection refused".
  package static func result(_ attempt: JSONValue) -> String {
    var parts: [String] = []
    if let number = (attempt["attempt"] ?? attempt["number"])?.int {
      parts.append("attempt \(number)")
    }
    if let status = attempt["status"]?.int {
      parts.append("\(status)")
    } else {
      parts.append((attempt["error"] ?? attempt["class"])?.string ?? "no answer")
    }
    return SpoolText.plain(parts.joined(separator: "  "))
  }
}

extension String {
  /// The text with spaces before it up to `width` characters.
  package func padStart(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
