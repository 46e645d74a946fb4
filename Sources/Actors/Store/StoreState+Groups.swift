import Transport

/// What is computed from membership: the groups of a user, the members of a group.
extension StoreState {
  /// The groups an employee belongs to, in the order they were made; one more than an employee
  /// shows at most.
  func groups(of place: Int) -> [GroupSummary] {
    membership.groups(of: place).prefix(Employee.groupLimit + 1).compactMap { groupNames[$0] }
  }

  package func groups(of key: ResourceKey) -> [GroupSummary] {
    place(key).map { groups(of: $0) } ?? []
  }

  /// The value under which a group has the resource another value means; nil when it has not.
  func memberValue(meaning value: String, in group: ResourceKey) -> String? {
    guard let place = place(group), let target = target(of: value, in: group.connection),
      membership.groups(of: target).contains(place)
    else { return nil }
    let likely = [id(at: target)] + (keys(at: target).externalId.map { [$0] } ?? [])
    return membership.value(of: target, in: place, likely: likely)
  }

  /// What a resource shows that is kept elsewhere, ready to be rendered without the state.
  func related(of key: ResourceKey) -> RelatedResources? {
    place(key).flatMap { related(at: $0) }
  }

  func related(at place: Int) -> RelatedResources? {
    switch set(at: place).type {
    case SCIMResourceType.group.segment: return .members(membership.members(of: place))
    case SCIMResourceType.user.segment:
      let groups = membership.groups(of: place).map { group in
        RelatedGroup(
          id: id(at: group), name: groupNames[group]?.name ?? "", lastSeq: rows[group].lastSeq)
      }
      return groups.isEmpty ? nil : .groups(groups)
    default: return nil
    }
  }
}

/// The members of a group or the groups of a user.
enum RelatedResources: Sendable {
  case members(MemberSet)
  case groups([RelatedGroup])

  /// Nil when there is nobody.
  var computed: SCIMComputed? {
    switch self {
    case .members(let set): SCIMComputed(members: set)
    case .groups(let rows): SCIMComputed(groups: rows)
    }
  }
}

/// A group as its members show it.
struct RelatedGroup: Sendable {
  let id: String
  let name: String
  let lastSeq: UInt64
}

extension SCIMComputed {
  init?(members: MemberSet) {
    if members.count == 0 { return nil }
    self.init(name: "members", bytes: members.bytes)
  }

  /// RFC 7643 §4.1.2: `groups`, read-only; only direct membership is known here.
  init(groups: [RelatedGroup]) {
    let groups = groups.map { group -> JSONValue in
      ["value": JSONValue(group.id), "display": JSONValue(group.name), "type": "direct"]
    }
    self.init(name: "groups", bytes: JSONValue.array(groups).bytes)
  }
}

extension Store {
  /// - Returns: nil when nothing is kept elsewhere, or when the view leaves it out.
  package nonisolated func computed(of key: ResourceKey, for view: SCIMView) -> SCIMComputed? {
    let name = key.type == SCIMResourceType.group.segment ? "members" : "groups"
    guard view.shows(name) else { return nil }
    return read { $0.related(of: key) }?.computed
  }
}

extension Group {
  var summary: GroupSummary { GroupSummary(id: id, name: name, type: type) }
}
