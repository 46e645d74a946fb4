package import Transport

/// Remembers what a receiver has to: ids that came, and the newest revision of everybody.
package struct ReceiverBook: Sendable {
  /// Ids and people remembered; above it everything is forgotten and counted anew.
  private static let bound = 100_000

  private struct Revision: Comparable {
    var epoch: Int
    var number: Int

    static func < (left: Revision, right: Revision) -> Bool {
      (left.epoch, left.number) < (right.epoch, right.number)
    }
  }

  private let secrets: [Secret]
  private let conduct: ReceiverConduct
  private var seen: [String: Int] = [:]
  private var newest: [String: Revision] = [:]
  package private(set) var arrivals = 0
  /// Arrivals of an id that had come before.
  package private(set) var repeats = 0
  /// Not signed as they should be.
  package private(set) var refused = 0

  package init(secrets: [Secret], conduct: ReceiverConduct = ReceiverConduct()) {
    self.secrets = secrets
    self.conduct = conduct
  }

  package mutating func enter(_ request: HTTPRequest, at now: Timestamp) -> ReceivedWebhook {
    let id = request.fields["webhook-id"] ?? ""
    let signature = signature(of: request, at: now)
    let isGenuine = signature == .ok || signature == .unchecked
    let event = (try? JSONValue(parsing: request.body)) ?? .null
    arrivals += 1
    if !isGenuine { refused += 1 }
    // What somebody else sent must not pass for an event that came before.
    let times = isGenuine ? count(id) : 1
    if times > 1 { repeats += 1 }
    let sent = request.fields["webhook-timestamp"].flatMap { Int64($0) }
    return ReceivedWebhook(
      at: now, id: id, signature: signature,
      age: sent.map { now.seconds.subtractingReportingOverflow($0).partialValue }, times: times,
      isReplay: request.fields["webhook-replay"] == "true",
      isOutdated: isGenuine && times == 1 && isOutdated(event), body: request.body, event: event,
      answer: conduct.answer(to: arrivals, isGenuine: isGenuine))
  }

  private func signature(
    of request: HTTPRequest, at now: Timestamp
  ) -> ReceivedWebhook.Signature {
    if secrets.isEmpty { return .unchecked }
    switch InspectedEvent.Verdict(of: request, keys: secrets, at: now) {
    case .ok: return .ok
    case .bad: return .bad
    case .missing: return .missing
    case .stale: return .stale
    }
  }

  private mutating func count(_ id: String) -> Int {
    if id.isEmpty { return 1 }
    if seen.count >= Self.bound { seen.removeAll() }
    seen[id, default: 0] += 1
    return seen[id] ?? 1
  }

  private mutating func isOutdated(_ event: JSONValue) -> Bool {
    guard let id = event["data"]?["id"]?.string, let number = event["data"]?["revision"]?.int,
      event["test"]?.bool != true
    else { return false }
    let revision = Revision(epoch: event["epoch"]?.int ?? 0, number: number)
    if let known = newest[id], revision < known { return true }
    if newest.count >= Self.bound { newest.removeAll() }
    newest[id] = revision
    return false
  }
}
