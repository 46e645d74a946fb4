package import Transport

/// What `receive` and `listen` print about an event, as text.
package enum ReceiverScreen {
  /// Characters of the longest usual type, "employee.reactivated".
  private static let typeWidth = 20
  private static let leastSubject = 12

  /// "22:15:41.203Z  employee.created      bjensen@example.com, Engineering        signed  204".
  package static func line(_ arrival: ReceivedWebhook, width: Int = 100) -> String {
    line(
      at: arrival.at, event: arrival.event,
      end: "\(verdict(arrival))  \(text(arrival.answer))", width: width)
  }

  /// One event with what became of it at the right edge.
  static func line(at time: Timestamp, event: JSONValue, end: String, width: Int) -> String {
    let (name, end) = (event["type"]?.string ?? "no event", SpoolText.plain(end))
    let type = SpoolText.padded(SpoolText.plain(name), to: typeWidth)
    let start = "\(SpoolText.time(time))  \(type)  "
    let room = max(leastSubject, width - start.count - end.count - 2)
    let subject = event == .null ? "-" : EventText.subject(event)
    return start + SpoolText.padded(SpoolText.clipped(subject, to: room), to: room) + "  " + end
  }

  /// "signed", "signed, again (2)", "NOT SIGNED".
  package static func verdict(_ arrival: ReceivedWebhook) -> String {
    let signature =
      switch arrival.signature {
      case .ok: "signed"
      case .unchecked: "not checked"
      case .bad: "BAD SIGNATURE"
      case .missing: "NOT SIGNED"
      case .stale: "signed \(apart(arrival.age ?? 0))"
      }
    let remarks = [
      arrival.isReplay ? "replay" : nil, arrival.times > 1 ? "again (\(arrival.times))" : nil,
      arrival.isOutdated ? "OLDER REVISION" : nil,
    ]
    return ([signature] + remarks.compactMap { $0 }).joined(separator: ", ")
  }

  /// How far a timestamp is off: "12 min AGO", "12 min AHEAD".
  private static func apart(_ age: Int64) -> String {
    let seconds = Int(clamping: age.magnitude)
    return DurationText.ago(seconds: seconds) + (age < 0 ? " AHEAD" : " AGO")
  }

  static func text(_ answer: ReceiverConduct.Answer) -> String {
    switch answer {
    case .status(let status): "\(status)"
    case .hang: "no answer"
    case .reset: "reset"
    }
  }

  package static func json(_ arrival: ReceivedWebhook) -> JSONValue {
    [
      "at": .init(arrival.at.description), "id": .init(arrival.id),
      "type": arrival.event["type"] ?? .null, "signature": .init(arrival.signature.rawValue),
      "ageSeconds": arrival.age.map { .init(Int($0)) } ?? .null, "times": .init(arrival.times),
      "replay": .init(arrival.isReplay), "outdated": .init(arrival.isOutdated),
      "answer": .init(text(arrival.answer)),
      "event": arrival.event == .null
        ? .init(String(decoding: arrival.body, as: UTF8.self)) : arrival.event,
    ]
  }

  package static func head(url: String, checks: Bool) -> String {
    let remark = checks ? "" : "   ! no secret given: signatures are not checked"
    return "receiving at \(url)\(remark)   Ctrl-C ends\n"
  }

  /// "3 arrivals, 1 of them again, 0 refused".
  package static func end(_ book: ReceiverBook) -> String {
    "\(SpoolText.count(book.arrivals, "arrival")), \(book.repeats) of them again,"
      + " \(book.refused) not signed as it should be\n"
  }
}
