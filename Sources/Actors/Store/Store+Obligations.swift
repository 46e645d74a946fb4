import Transport

/// Commits what earlier commits made necessary: managers found and lost, members that arrive and
/// leave. Each is an outcome of its own, named by the request that caused it.
extension Store {
  /// - Returns: whether there may be more.
  func settle(atMost count: Int, urgent: Bool) -> Bool {
    let owed = takeOwed(count, urgent: urgent)
    for (obligation, request) in owed { meet(obligation, request) }
    return !owed.isEmpty
  }

  private func meet(_ obligation: Obligation, _ request: String) {
    guard let change = read({ $0.change(for: obligation) }) else { return }
    let origin = Origin(
      request: request, application: change.connection.applicationId, accepted: nil, method: "",
      resourceType: change.typeName, status: 200)
    _ = commit(
      change.next, coming: change.members, at: change.key, as: origin, change.consumer,
      change.connection, after: change.sequence, then: nil)
  }
}

/// A change the store makes by itself.
struct OwedChange: Sendable {
  var next: ResourceState
  var members: ComingMembers?
  var key: ResourceKey
  var typeName: String
  var consumer: Consumer
  var connection: Connection
  var sequence: Int
}

extension StoreState {
  /// What meeting an obligation comes to; nil when it is no longer owed.
  func change(for obligation: Obligation) -> OwedChange? {
    switch obligation {
    case .findManager(let employee): findManager(of: employee)
    case .loseManager(let employee): loseManager(of: employee)
    case .attach(let group, let value): attach(value, to: group)
    case .detach(let group, let row): detach(row, from: group)
    case .tellGroups(let employee): tellGroups(of: employee)
    }
  }

  /// Of somebody who is being erased nothing more is told but that.
  private func mayBeTold(of place: Int) -> Bool {
    !rows[place].isDeleted && !isBeingErased(place)
  }

  private func findManager(of place: Int) -> OwedChange? {
    guard mayBeTold(of: place), case let row = row(at: place),
      case .waiting(let text)? = row.manager,
      let manager = manager(text, in: row.key.connection), manager.key != row.key
    else { return nil }
    return change(row, reason: "manager_resolved") { employee in
      employee.resolveManager(as: Employee(bytes: manager.record))
    }
  }

  private func loseManager(of place: Int) -> OwedChange? {
    guard mayBeTold(of: place), case let row = row(at: place),
      case .employee(let id)? = row.manager,
      self.place(record: id).map({ rows[$0].isDeleted }) ?? true
    else { return nil }
    let sent = row.stored.flatMap { EmployeeMapping.managerReference(of: $0) }
    return change(row, reason: "manager_deleted") { $0.loseManager(reference: sent) }
  }

  private func tellGroups(of place: Int) -> OwedChange? {
    guard mayBeTold(of: place),
      let connection = configuration.connections[set(at: place).connection],
      connection.tellsMembership || connection.mapping.assignsTeams
    else { return nil }
    let groups = groups(of: place)
    return change(row(at: place), reason: "membership_changed") { employee in
      if connection.tellsMembership { employee.setGroups(groups) }
      if connection.mapping.assignsTeams {
        employee.setTeam(connection.mapping.team(of: groups))
      }
    }
  }

  /// - Returns: nil when nobody would see a difference.
  private func change(
    _ row: ResourceRow, reason: String, _ edit: (inout Employee) -> Void
  ) -> OwedChange? {
    let now = Timestamp.now
    let old = Employee(bytes: row.record)
    var new = old
    edit(&new)
    let events = EmployeeEvents.decide(
      old: old, new: new, kind: .changed, seeingGroups: true, reason: reason)
    guard !events.isEmpty else { return nil }
    new.revise(at: now)
    let keys = row.keys
    let next = ResourceState(
      base: row.version, seen: row.contentSeq, created: row.created,
      lastModified: row.lastModified, resource: row.resource, unknown: row.unknown, keys: keys,
      formerKeys: keys, recordId: row.recordId, record: new.bytes, events: events,
      version: row.version, time: now)
    return owed(next, nil, row)
  }

  func owed(
    _ next: ResourceState, _ members: ComingMembers?, _ row: ResourceRow
  ) -> OwedChange? {
    guard let connection = configuration.connections[row.key.connection],
      let consumer = configuration.consumers[connection.consumerId]
    else { return nil }
    return OwedChange(
      next: next, members: members, key: row.key,
      typeName: catalog.resourceType(segment: row.key.type)?.name ?? row.key.type,
      consumer: consumer, connection: connection, sequence: sequence(of: connection.id))
  }
}

extension StoreState {
  private func attach(_ value: String, to group: Int) -> OwedChange? {
    guard !rows[group].isDeleted, case let row = row(at: group),
      membership.contains(value, in: group),
      membership.target(of: value, in: group) == nil,
      let target = target(of: value, in: row.key.connection), target != group,
      !isBeingErased(target), !membership.groups(of: target).contains(group)
    else { return nil }
    let key = key(at: target)
    let link = CommittedMembers.Attachment(value: value, path: "\(key.type)/\(key.id)")
    let coming = ComingMembers(
      CommittedMembers(attached: [link]), added: [person(target)], removed: [])
    let keys = row.keys
    let next = ResourceState(
      base: row.version, seen: row.contentSeq, created: row.created,
      lastModified: row.lastModified, resource: row.resource, unknown: row.unknown, keys: keys,
      formerKeys: keys, recordId: row.recordId, record: row.record, events: [],
      version: row.version, time: .now,
      keepsContent: true)
    return owed(next, coming, row)
  }

  /// A deleted resource is no member any more; SCIM shows that, so the group's version rises.
  private func detach(_ place: Int, from group: Int) -> OwedChange? {
    guard !rows[group].isDeleted, rows[place].isDeleted else { return nil }
    let (row, gone) = (row(at: group), key(at: place))
    let likely = [gone.id] + (keys(at: place).externalId.map { [$0] } ?? [])
    guard let stored = row.stored,
      let type = catalog.resourceType(segment: row.key.type),
      let value = membership.value(of: place, in: group, likely: likely)
    else { return nil }
    let next = ResourceState(losingMember: row, stored: stored, type: type, at: .now)
    let coming = ComingMembers(
      CommittedMembers(MemberChange(removed: [value])), added: [], removed: [person(place)])
    return owed(next, coming, row)
  }
}
