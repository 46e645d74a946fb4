package import Transport

/// Keeps account of a demo: what the simulator did on one side, what arrived on the other.
///
/// Expectations come from the calls alone, so that the server is not its own witness: one event for
/// each answered write that changed a person, in that person's order.
package struct DemoBook: Sendable {
  /// One event type's line in the final table.
  package struct Line: Sendable, Equatable {
    package var expected = 0
    package var delivered = 0
    package var lost = 0
    package var duplicated = 0
    package var inverted = 0
    package var badSignature = 0
  }

  /// An event that arrived for a write that was answered.
  package struct Match: Sendable {
    package var event: JSONValue
    package var signatureOK: Bool
    /// From the SCIM answer to the webhook; zero when the webhook was first.
    package var latency: Duration
  }

  private struct Expected: Sendable {
    var type: String
    var answered: ContinuousClock.Instant
  }

  private struct Arrived: Sendable {
    var type: String
    var event: JSONValue
    var signatureOK: Bool
    var at: ContinuousClock.Instant
  }

  private struct Person: Sendable {
    var expected: [Expected] = []
    var arrived: [Arrived] = []
    var matched = 0
    var lastSequence = 0
    var lastRevision = 0
  }

  /// The types a webhook gets that names none, in the order of the table.
  package static let types = ["employee.created", "employee.updated"]

  private let key: [UInt8]
  private var people: [String: Person] = [:]
  private var seen: Set<String> = []
  private var duplicated: [String: Int] = [:]
  private var inverted: [String: Int] = [:]
  private var badSignature: [String: Int] = [:]
  package private(set) var deliveryLatency = LatencyHistogram()
  package private(set) var answerLatency = LatencyHistogram()

  /// - Parameter secret: `whsec_` and base64, as the webhook's creation showed it.
  package init?(secret: Secret) {
    let text = secret.reveal()
    guard text.hasPrefix("whsec_"), let key = Base64.decode(String(text.dropFirst(6))) else {
      return nil
    }
    self.key = key
  }

  /// A write was answered that must raise an event.
  package mutating func expect(_ outcome: ProviderSimulator.Outcome) -> [Match] {
    let type = outcome.change == .created ? Self.types[0] : Self.types[1]
    let key = outcome.person.externalId
    people[key, default: Person()].expected.append(
      Expected(type: type, answered: outcome.answered))
    answerLatency.record(outcome.latency)
    return match(key)
  }

  /// A webhook arrived. Duplicates are counted by `webhook-id` and go no further.
  package mutating func receive(
    _ request: HTTPRequest, at now: ContinuousClock.Instant
  ) -> [Match] {
    let event = (try? JSONValue(parsing: request.body)) ?? .null
    let type = event["type"]?.string ?? "unknown"
    let isSigned = isSigned(request)
    if !isSigned { badSignature[type, default: 0] += 1 }
    let id = request.fields["webhook-id"] ?? ""
    guard seen.insert(id).inserted else {
      duplicated[type, default: 0] += 1
      return []
    }
    let key = event["data"]?["externalId"]?.string ?? ""
    var person = people[key] ?? Person()
    let sequence = event["sequence"]?.int ?? 0
    let revision = event["data"]?["revision"]?.int ?? 0
    if sequence <= person.lastSequence || revision <= person.lastRevision {
      inverted[type, default: 0] += 1
    }
    person.lastSequence = max(person.lastSequence, sequence)
    person.lastRevision = max(person.lastRevision, revision)
    person.arrived.append(Arrived(type: type, event: event, signatureOK: isSigned, at: now))
    people[key] = person
    return match(key)
  }

  /// The n-th event of a person belongs to their n-th write.
  private mutating func match(_ key: String) -> [Match] {
    guard var person = people[key] else { return [] }
    var matches: [Match] = []
    while person.matched < min(person.expected.count, person.arrived.count) {
      let arrived = person.arrived[person.matched]
      let latency = arrived.at - person.expected[person.matched].answered
      deliveryLatency.record(max(.zero, latency))
      matches.append(
        Match(
          event: arrived.event, signatureOK: arrived.signatureOK, latency: max(.zero, latency)))
      person.matched += 1
    }
    people[key] = person
    return matches
  }

  /// Standard Webhooks: `v1,` and the HMAC over id, timestamp and the raw body.
  private func isSigned(_ request: HTTPRequest) -> Bool {
    guard let id = request.fields["webhook-id"], let time = request.fields["webhook-timestamp"],
      let signatures = request.fields["webhook-signature"]
    else { return false }
    let signed = Array("\(id).\(time).".utf8) + request.body
    let wanted = "v1," + Base64.encode(HMACSHA256.code(for: signed, key: key))
    return signatures.split(separator: " ").contains { constantTimeEqual(String($0), wanted) }
  }

  /// Whether every expected event has come.
  package var isComplete: Bool {
    people.values.allSatisfy { $0.arrived.count >= $0.expected.count }
  }

  package var lines: [String: Line] {
    var lines: [String: Line] = [:]
    for type in Self.types { lines[type] = Line() }
    for person in people.values {
      for type in Set(person.expected.map(\.type) + person.arrived.map(\.type)) {
        let expected = person.expected.count { $0.type == type }
        let delivered = person.arrived.count { $0.type == type }
        lines[type, default: Line()].expected += expected
        lines[type, default: Line()].delivered += delivered
        lines[type, default: Line()].lost += max(0, expected - delivered)
      }
    }
    for (type, count) in duplicated { lines[type, default: Line()].duplicated += count }
    for (type, count) in inverted { lines[type, default: Line()].inverted += count }
    for (type, count) in badSignature { lines[type, default: Line()].badSignature += count }
    return lines
  }

  /// Events no write explains.
  package var unexpected: Int {
    people.values.reduce(0) { $0 + max(0, $1.arrived.count - $1.expected.count) }
  }
}
