import Transport

/// Something the store still has to commit because of what it committed before.
///
/// Everything owed follows from the state: each is checked again before it is done, so that doing
/// one twice, or after a crash, changes nothing.
enum Obligation: Sendable, Hashable {
  /// Somebody may have come whom this employee names as manager.
  case findManager(employee: Int)
  /// The manager this employee has is gone.
  case loseManager(employee: Int)
  /// Somebody may have come whom this group has as member already.
  case attach(group: Int, value: String)
  /// Who stands behind a member of this group is gone.
  case detach(group: Int, row: Int)
  /// The groups of this employee changed, and its connection wants to hear of that.
  case tellGroups(employee: Int)

  /// Whether it comes before anybody's next change: who is gone must not be there again first.
  var isUrgent: Bool { if case .detach = self { true } else { false } }
}

/// How an employee names its manager, as far as links are concerned.
package enum ManagerLink: Sendable, Equatable {
  /// The text is not understood, or not any more.
  case waiting(String)
  /// The manager's employee id.
  case employee(String)

  /// - Parameter record: an employee as rendered.
  package init?(record: [UInt8]) {
    guard let manager = OutcomeMembers(record)?.object("manager"),
      let members = OutcomeMembers(manager)
    else { return nil }
    if let id = members.text("id") {
      self = .employee(id)
    } else if let reference = members.text("remoteId") {
      self = .waiting(reference)
    } else {
      return nil
    }
  }
}

/// Links between rows, kept up with every row that is entered.
extension StoreState {
  /// The live resource that a member's value means: by id, or one user by externalId.
  func target(of value: String, in connection: String) -> Int? {
    for type in [SCIMResourceType.user, .group] {
      let set = ResourceSet(connection: connection, type: type.segment)
      if let place = place(id: value, in: set), !rows[place].isDeleted { return place }
    }
    let users = ResourceSet(connection: connection, type: SCIMResourceType.user.segment)
    let matches = holders(value, in: 0, of: users)
    return matches.count == 1 ? matches[0] : nil
  }

  /// Notes what follows for others from one row having been entered.
  mutating func link(_ place: Int, _ entry: RowEntry, before: RowBefore?) {
    if entry.isDeleted {
      if before?.isDeleted == false { leave(place) }
    } else if before?.keys != entry.keys || before?.isDeleted != false {
      arrive(entry)
    }
    if isUser(place) {
      linkManager(of: place, entry)
      settleGroups(of: place)
    }
    guard let before, before.keys != entry.keys || entry.isDeleted else { return }
    reconsider(before.keys, in: entry.key.connection)
  }

  private mutating func arrive(_ entry: RowEntry) {
    let connection = entry.key.connection
    for value in [entry.key.id] + (entry.keys.externalId.map { [$0] } ?? []) {
      for group in membership.waiting(for: value, in: connection) {
        owe(.attach(group: group, value: value))
      }
    }
    guard entry.key.type == SCIMResourceType.user.segment else { return }
    let waiting = reporting.waiting(
      for: [entry.key.id] + entry.keys.entries.map(\.value), in: connection)
    for employee in waiting { owe(.findManager(employee: employee)) }
  }

  private mutating func leave(_ place: Int) {
    for group in membership.groups(of: place) { owe(.detach(group: group, row: place)) }
    for employee in reporting.reports(of: place) { owe(.loseManager(employee: employee)) }
    guard isGroup(place) else { return }
    let members = membership.members(of: place)
    membership.remove(group: place, in: set(at: place).connection)
    members.forEach { touch($0.target, at: rows[place].lastSeq) }
  }

  /// What two people answered to is clear again when one of them goes or changes.
  private mutating func reconsider(_ keys: ResourceKeys, in connection: String) {
    let waiting = reporting.waiting(for: keys.entries.map(\.value), in: connection)
    for employee in waiting { owe(.findManager(employee: employee)) }
    guard let externalId = keys.externalId else { return }
    for group in membership.waiting(for: externalId, in: connection) {
      owe(.attach(group: group, value: externalId))
    }
  }

  /// A record that shows the present groups has told of them.
  private mutating func settleGroups(of place: Int) {
    let obligation = Obligation.tellGroups(employee: place)
    guard owes(obligation),
      let connection = configuration.connections[set(at: place).connection]
    else { return }
    let (employee, groups) = (Employee(bytes: record(at: place)), groups(of: place))
    if connection.tellsMembership {
      let shown = employee[.groups].array?.compactMap { $0["id"]?.string }
      guard shown == groups.prefix(Employee.groupLimit).map(\.id) else { return }
    }
    if connection.mapping.assignsTeams {
      guard employee.team == connection.mapping.team(of: groups) else { return }
    }
    settled(obligation)
  }

  /// A group by whose name its members' team is told has another.
  mutating func renamed(_ group: Int) {
    guard configuration.connections[set(at: group).connection]?.mapping.assignsTeams == true
    else { return }
    var members: [Int] = []
    membership.members(of: group).forEach { entry in
      if let place = entry.target, isUser(place), !rows[place].isDeleted { members.append(place) }
    }
    for member in members { owe(.tellGroups(employee: member)) }
  }

  private mutating func linkManager(of place: Int, _ entry: RowEntry) {
    switch entry.isDeleted ? nil : entry.manager {
    case nil: reporting.set(nil, of: place)
    case .waiting(let text)?:
      let reference = Reporting.Reference(
        connection: entry.key.connection, folded: SCIMText.fold(text))
      guard reporting.set(.waiting(reference), of: place) else { return }
      // He may have come after this was mapped and before it was entered.
      owe(.findManager(employee: place))
    case .employee(let id)?:
      let manager = self.place(record: id)
      reporting.set(manager.map { .manager($0) }, of: place)
      settled(.findManager(employee: place))
      // He may have left after this was mapped and before it was entered.
      if manager.map({ rows[$0].isDeleted }) ?? false { owe(.loseManager(employee: place)) }
    }
  }

  /// Enters what a line says of a group's members.
  mutating func apply(_ members: CommittedMembers, to group: Int, seq: UInt64) {
    let connection = set(at: group).connection
    for value in members.change.removed {
      let target = membership.target(of: value, in: group)
      membership.remove(value, of: group, in: connection)
      touch(target, at: seq)
      if let target { left(target, group, connection) }
    }
    for member in members.change.added {
      let target = target(of: member.value, in: connection, apartFrom: group)
      membership.set(member, target: target, of: group, in: connection)
      touch(target, at: seq)
    }
    for member in members.change.changed {
      let target = membership.target(of: member.value, in: group)
      membership.set(member, target: target, of: group, in: connection)
    }
    for attachment in members.attached {
      guard let member = membership.member(attachment.value, of: group),
        let key = ResourceKey(path: connection + "/" + attachment.path),
        let target = place(key)
      else { continue }
      membership.set(member, target: target, of: group, in: connection)
      settled(.attach(group: group, value: attachment.value))
      touch(target, at: seq)
    }
  }

  /// The resource of that id, as an added member stands for it at once.
  private func target(of value: String, in connection: String, apartFrom group: Int) -> Int? {
    for type in [SCIMResourceType.user, .group] {
      let set = ResourceSet(connection: connection, type: type.segment)
      if let place = place(id: value, in: set), !rows[place].isDeleted, place != group,
        !membership.groups(of: place).contains(group)
      {
        return place
      }
    }
    return nil
  }

  /// Whoever left under one name may be awaited under another.
  private mutating func left(_ place: Int, _ group: Int, _ connection: String) {
    settled(.detach(group: group, row: place))
    if rows[place].isDeleted { return }
    for value in [id(at: place)] + (keys(at: place).externalId.map { [$0] } ?? [])
    where membership.contains(value, in: group) && membership.target(of: value, in: group) == nil {
      owe(.attach(group: group, value: value))
    }
  }

  /// The groups of a row changed: it shows others, and may have to say so.
  private mutating func touch(_ member: Int?, at seq: UInt64) {
    guard let member else { return }
    noteShown(member, at: seq)
    guard isUser(member), !rows[member].isDeleted,
      let connection = configuration.connections[set(at: member).connection],
      connection.tellsMembership || connection.mapping.assignsTeams
    else { return }
    owe(.tellGroups(employee: member))
  }
}
