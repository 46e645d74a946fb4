package import Transport

/// What `listen` prints.
package enum ListenScreen {
  /// - Parameter made: a secret that was made for this run, to be shown once.
  package static func head(to url: String, made: Secret?) -> String {
    let secret = made.map {
      "  signing secret        \($0.reveal())   (made for this run)\n"
    }
    return "forwarding events to \(url)   Ctrl-C ends\n" + (secret ?? "")
  }

  /// "22:15:41.203Z  employee.created      bjensen@example.com, Engineering       204  1.1 ms".
  package static func line(
    _ event: JSONValue, _ outcome: Forwarder.Outcome, at now: Timestamp, width: Int = 100
  ) -> String {
    let answer = outcome.status.map(String.init) ?? outcome.error ?? "no answer"
    let time = LatencyText.text(microseconds: Int(outcome.took / .microseconds(1)))
    return ReceiverScreen.line(
      at: now, event: event, end: "\(answer)  \(time.padStart(to: 7))", width: width)
  }

  package static func json(
    _ event: JSONValue, _ outcome: Forwarder.Outcome, at now: Timestamp
  ) -> JSONValue {
    [
      "at": .init(now.description), "id": event["id"] ?? .null, "type": event["type"] ?? .null,
      "status": outcome.status.map { .init($0) } ?? .null, "error": .text(outcome.error),
      "milliseconds": .init(Int(outcome.took / .milliseconds(1))), "event": event,
    ]
  }

  /// Why nothing happens just now; said once for each time.
  package static func waiting(for what: String, _ reason: String) -> String {
    let clause = reason.hasSuffix(".") ? String(reason.dropLast()) : reason
    return SpoolText.plain("! \(what): \(clause); trying until it is back") + "\n"
  }

  package static func end(_ tally: ListenTally) -> String {
    let place = tally.place.map { "   goes on with --after \($0)" } ?? ""
    return "\(SpoolText.count(tally.forwarded, "event")) forwarded, \(tally.refused) not taken"
      + place + "\n"
  }
}
