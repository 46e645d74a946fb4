import Testing
import Transport

@testable import Actors

/// A group's life in docs/EVENTS.md.
extension EventsDocument {
  func groupLife() throws -> [JSONValue] {
    let made = Group(
      id: "grp_01KGTDHQ3S8ZC4M6N2R5V7X9YG", remoteId: "5b4e1c0a-7d2f-4c58-9a6e-2f1d3b7c8e90",
      externalId: nil, name: "Engineering", createdAt: time(6), connection: connection)
    var renamed = made
    renamed.name = "Research"
    renamed.revise(at: time(8))
    var gone = renamed
    gone.delete(at: time(10))
    let person = ComingMembers.Person(
      recordId: "emp_01KGTDHQ3S8ZC4M6N2R5V7X9YD",
      remoteId: "2819c223-7f76-453a-919d-413861904646", isGroup: false)
    let joined = ComingMembers(CommittedMembers(), added: [person], removed: [])
    let left = ComingMembers(CommittedMembers(), added: [], removed: [person])
    let changes: [(Group, [EventDecision], String)] = [
      (made, GroupEvents.decide(old: nil, new: made), "POST"),
      (made, joined.events(of: made.bytes), "PATCH"),
      (renamed, GroupEvents.decide(old: made, new: renamed), "PATCH"),
      (renamed, left.events(of: renamed.bytes), "PATCH"),
      (gone, [EventDecision(type: .groupDeleted)], "DELETE"),
    ]
    return try changes.enumerated().map { number, change in
      try event(of: change.0, change.1, method: change.2, sequence: UInt64(10 + number))
    }
  }

  private func event(
    of group: Group, _ decisions: [EventDecision], method: String, sequence: UInt64
  ) throws -> JSONValue {
    let decision = try #require(decisions.first)
    let hour = Int(sequence) - 4
    let body = CommittedEvent.render(
      .init(
        id: eventId(sequence), type: decision.type, timestamp: time(hour), sequence: sequence,
        method: method, requestId: requestId(hour)),
      consumer: consumer, connection: connection, data: group.bytes, decision: decision)
    return try JSONValue(parsing: body)
  }
}
