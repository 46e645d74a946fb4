import Transport

/// A change of a group's members as it will be committed: who stands behind each, and what
/// applications are told.
struct ComingMembers: Sendable {
  private(set) var members: CommittedMembers
  private(set) var added: [Person] = []
  private(set) var removed: [Person] = []

  /// A member applications know.
  struct Person: Sendable {
    var recordId: String
    var remoteId: String
    var isGroup: Bool
  }

  /// Members in one event at most.
  static let eventSize = 500

  init(_ members: CommittedMembers, added: [Person], removed: [Person]) {
    self.members = members
    self.added = added
    self.removed = removed
  }

  /// - Parameter record: the group as events show it.
  func events(of record: [UInt8]) -> [EventDecision] {
    Self.events(.groupMemberAdded, added, record)
      + Self.events(.groupMemberRemoved, removed, record)
  }

  private static func events(
    _ type: EventType, _ people: [Person], _ record: [UInt8]
  ) -> [EventDecision] {
    stride(from: 0, to: people.count, by: eventSize).map { start in
      let part = people[start..<min(start + eventSize, people.count)]
      return EventDecision(type: type, data: data(part, record))
    }
  }

  private static func data(_ people: ArraySlice<Person>, _ record: [UInt8]) -> [UInt8] {
    var out = Array(record.dropLast())
    out.reserveCapacity(out.count + 96 * people.count + 16)
    out.append(contentsOf: #","members":["#.utf8)
    for (number, person) in people.enumerated() {
      out.append(contentsOf: (number == 0 ? #"{"id":"# : #",{"id":"#).utf8)
      JSONValue.writeString(person.recordId, to: &out)
      out.append(contentsOf: #","remoteId":"#.utf8)
      JSONValue.writeString(person.remoteId, to: &out)
      out.append(contentsOf: (person.isGroup ? #","type":"group"}"# : #","type":"employee"}"#).utf8)
    }
    out.append(contentsOf: "]}".utf8)
    return out
  }
}

extension StoreState {
  /// What a change of a group's members comes to in this state.
  func coming(_ change: MemberChange, in group: ResourceKey) -> ComingMembers {
    var members = CommittedMembers(change)
    let place = place(group)
    let leaving = place.map { place in
      change.removed.compactMap { membership.target(of: $0, in: place) }
    }
    let left = Set(leaving ?? [])
    var joined: [Int] = []
    var seen: Set<Int> = []
    for member in change.added {
      guard let target = target(of: member.value, in: group.connection), target != place else {
        continue
      }
      let isIn = place.map { membership.groups(of: target).contains($0) } ?? false
      guard !isIn || left.contains(target), seen.insert(target).inserted else { continue }
      joined.append(target)
      let key = key(at: target)
      guard key.id != member.value else { continue }
      members.attached.append(.init(value: member.value, path: "\(key.type)/\(key.id)"))
    }
    // Who leaves under one name and comes under another was there all the time.
    return ComingMembers(
      members, added: joined.filter { !left.contains($0) }.map { person($0) },
      removed: (leaving ?? []).filter { !seen.contains($0) }.map { person($0) })
  }

  func person(_ place: Int) -> ComingMembers.Person {
    ComingMembers.Person(
      recordId: recordId(at: place), remoteId: id(at: place), isGroup: isGroup(place))
  }
}
