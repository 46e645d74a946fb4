import Transport

/// Who is being erased, by everything others may call them.
package struct ErasedPerson: Sendable {
  let place: Int
  package let employeeId: String
  /// The SCIM id.
  package let remoteId: String
  package let connection: String
  /// What somebody's manager or a member of a group may be given as.
  package let names: Set<String>
  /// The same, folded.
  let folded: Set<String>
  /// What it is called where nothing else says who is meant, folded.
  let called: Set<String>
  /// What tells of the person wherever it occurs, for files that nobody takes apart.
  package let traces: [String]
  /// What somebody may have asked for to find the person: the names, and how it is called.
  package let searched: Set<String>
}

extension StoreState {
  /// Whether its erasure has begun and it is still there.
  func isBeingErased(_ place: Int) -> Bool {
    if configuration.erasures.isEmpty { return false }
    return !rows[place].isErased && configuration.erasures[recordId(at: place)] != nil
  }

  /// Whether an employee is erased, or is going to be: nothing of it leaves any more.
  package func isErased(_ employee: String) -> Bool {
    if configuration.erasures[employee] != nil { return true }
    return place(record: employee).map { rows[$0].isErased } ?? false
  }

  /// What is left of an employee of a consumer once it is erased, to be read outside the lock.
  package func tombstone(of employee: String, consumer: String) -> RowBytes? {
    guard let place = place(record: employee), rows[place].isErased,
      consumers[set(at: place).connection] == consumer
    else { return nil }
    return recordBytes(at: place)
  }

  /// Whose an employee is or was, and its SCIM id; nil when there never was one of that id.
  package func owner(
    of employee: String
  ) -> (consumer: String, connection: String, remoteId: String)? {
    guard let place = place(record: employee), isUser(place) else { return nil }
    let connection = set(at: place).connection
    return (consumers[connection] ?? "", connection, id(at: place))
  }

  /// Whether a resource was erased or is being: nothing more is taken in of it.
  package func isErased(_ key: ResourceKey) -> Bool {
    place(key).map { rows[$0].isErased || isBeingErased($0) } ?? false
  }

  /// Whether nothing but ids is left of it.
  func isGone(_ person: ErasedPerson) -> Bool { rows[person.place].isErased }

  /// The line that made the person as it stands.
  func newestLine(of person: ErasedPerson) -> UInt64 { rows[person.place].contentSeq }

  /// Nil when there is no such employee, or not any more.
  package func person(_ employee: String) -> ErasedPerson? {
    guard let place = place(record: employee), isUser(place), !rows[place].isErased else {
      return nil
    }
    let (row, key) = (row(at: place), key(at: place))
    let record = Employee(bytes: row.record)
    var names = row.keys.entries.map(\.value) + [key.id]
    names += Self.naming.compactMap { record[$0].string }
    names += (record[.emails].array ?? []).compactMap { $0["value"]?.string }
    let called = [
      record[.displayName].string,
      [record[.firstName].string, record[.lastName].string].compactMap { $0 }
        .joined(separator: " "),
    ].compactMap { $0 }.filter { !$0.isEmpty }
    return ErasedPerson(
      place: place, employeeId: employee, remoteId: key.id, connection: key.connection,
      names: Set(names), folded: Set(names.filter { !$0.isEmpty }.map { SCIMText.fold($0) }),
      called: Set(called.map { SCIMText.fold($0) }),
      traces: [employee, key.id] + PersonTraces(record, resource: row.resource).texts,
      searched: Set(names + Self.calling.compactMap { record[$0].string }))
  }

  private static let naming: [EmployeeField] = [
    .externalId, .username, .email, .workEmail, .personalEmail, .employeeNumber,
  ]
  private static let calling: [EmployeeField] = [
    .firstName, .lastName, .middleName, .displayName, .preferredName, .mobilePhoneNumber,
    .workPhoneNumber,
  ]

  /// What a change comes to while somebody is erased; nil when that is not what it is about.
  ///
  /// Mapped before, it may know a manager who is gone: then it has to be mapped again.
  func beside(erasures change: MappedChange) -> Judgement? {
    if let place = place(change.target), isBeingErased(place) {
      return .refuse(.notFound(change.write.type.name, id: change.target.id))
    }
    guard case .apply(let next) = change.decision,
      change.target.type == SCIMResourceType.user.segment,
      case .employee(let id)? = ManagerLink(record: next.record), let manager = place(record: id)
    else { return nil }
    return rows[manager].isErased || isBeingErased(manager) ? .stale : nil
  }
}

// MARK: - Those who embed the person

extension StoreState {
  /// Employees of the same connection from a row on who may name the person as their manager,
  /// deleted ones too.
  ///
  /// - Parameters:
  ///   - count: of those that are found, at most.
  ///   - line: only those that changed after it.
  func mayName(
    _ person: ErasedPerson, from first: Int, count: Int, changedAfter line: UInt64
  ) -> (places: [Int], next: Int?) {
    let end = min(first + Self.erasureScan, rows.count)
    guard
      let set = setNumbers[
        ResourceSet(
          connection: person.connection, type: SCIMResourceType.user.segment)]
    else { return ([], nil) }
    var (places, place): ([Int], Int) = ([], first)
    while place < end, places.count < count {
      let row = rows[place]
      if row.set == set, row.lastSeq > line, !row.isErased, place != person.place {
        places.append(place)
      }
      place += 1
    }
    return (places, place < rows.count ? place : nil)
  }

  /// Rows passed over at once.
  private static let erasureScan = 4096

  /// An employee without the manager it has, when that is the person; nil when it is not.
  func withoutManager(_ place: Int, _ person: ErasedPerson) -> OwedChange? {
    let row = row(at: place)
    guard names(row, person), let parties = parties(of: row) else { return nil }
    let now = Timestamp.now
    let old = Employee(bytes: row.record)
    let rest = row.stored.flatMap { stored in
      row.type.flatMap { try? $0.patch(stored, id: row.key.id, with: Self.removal) }
    }
    let new = relieved(old, place, row, rest, of: person, at: now)
    var events = EmployeeEvents.decide(
      old: old, new: new, kind: .changed, reason: "manager_erased")
    for index in events.indices { forget(person, in: &events[index].previous) }
    let version = row.version + (rest == nil ? 0 : 1)
    let resource = rest.flatMap { rest in
      row.type.map {
        SCIMRendering.storedBytes(
          rest, type: $0,
          meta: SCIMMeta(
            id: row.key.id, created: row.created, lastModified: now, version: version))
      }
    }
    let keys = row.keys
    let next = ResourceState(
      base: row.version, seen: row.contentSeq, created: row.created,
      lastModified: rest == nil ? row.lastModified : now,
      resource: resource ?? row.resource, unknown: row.unknown, keys: keys, formerKeys: keys,
      recordId: row.recordId, record: new.bytes, events: events, version: version, time: now)
    return change(row, to: next, parties)
  }

  /// The employee without the manager; fields a mapping takes from the manager's name go, too.
  private func relieved(
    _ old: Employee, _ place: Int, _ row: ResourceRow, _ rest: SCIMResource?,
    of person: ErasedPerson, at now: Timestamp
  ) -> Employee {
    if let rest, let stored = row.stored,
      let connection = configuration.connections[row.key.connection]
    {
      return connection.mapping.employees.project(
        rest, subject: .init(employeeId: row.recordId, remoteId: row.key.id),
        connection: connection, previous: .init(employee: old, resource: stored),
        team: connection.mapping.team(of: groups(of: place)), now: now)
    }
    var new = old
    new[.manager] = .null
    let read = configuration.connections[row.key.connection]?.mapping.employees.readsOfManager
    for field in read?.fields ?? [] { new[field] = .null }
    if let custom = old[.customFields].object {
      let others = custom.members.filter { member in
        if read?.custom.contains(member.name) ?? false { return false }
        return member.value.string.map { !person.folded.contains(SCIMText.fold($0)) } ?? true
      }
      new[.customFields] = .object(JSONObject(others))
    }
    new.revise(at: now)
    return new
  }

  /// What was is told without the person.
  private func forget(_ person: ErasedPerson, in previous: inout JSONObject) {
    if let manager = previous["manager"] { previous["manager"] = Self.idsOnly(manager) }
    for index in previous.members.indices where previous.members[index].name != "manager" {
      let text = SCIMText.fold(
        String(decoding: previous.members[index].value.bytes, as: UTF8.self))
      if person.folded.contains(where: { text.contains($0) }) {
        previous.members[index].value = .null
      }
    }
  }

  /// Whether the person is an employee's manager, or is meant by a reference that is not understood.
  private func names(_ row: ResourceRow, _ person: ErasedPerson) -> Bool {
    let manager = Employee.manager(in: row.record)
    if let id = manager?.text("id") { return id == person.employeeId }
    let sent = row.resource.flatMap { EmployeeMapping.managerReference(in: $0) }
    let texts = [sent?.text, manager?.text("remoteId")].compactMap { $0 }
    // Somebody else of that name may be meant, who is found as soon as the person is gone.
    let isMeant = texts.contains {
      let text = SCIMText.fold($0)
      return (person.folded.contains(text) || person.called.contains(text))
        && self.manager($0, in: person.connection) == nil
    }
    if isMeant { return true }
    // The provider's own words for a manager nobody else is found to be.
    let shown = row.resource.flatMap { EmployeeMapping.managerName(in: $0) }
    return shown.map { person.called.contains(SCIMText.fold($0)) } ?? false
  }

  private static let removal: JSONObject = {
    let path = "\(SCIMSchema.enterpriseUser.id):manager"
    var body = JSONObject()
    body["schemas"] = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]
    body["Operations"] = [["op": "remove", "path": JSONValue(path)]]
    return body
  }()

  private static func idsOnly(_ manager: JSONValue) -> JSONValue {
    guard let id = manager["id"]?.string else { return .null }
    return [
      "id": JSONValue(id), "remoteId": manager["remoteId"] ?? .null, "name": nil, "email": nil,
      "employmentStatus": nil, "resolved": true,
    ]
  }

  /// Groups that have the person as a member, or wait for it, and under which name.
  func memberships(of person: ErasedPerson) -> [(group: Int, value: String)] {
    let known = membership.groups(of: person.place).compactMap { group in
      membership.value(of: person.place, in: group, likely: Array(person.names)).map {
        (group: group, value: $0)
      }
    }
    return known
      + person.names.flatMap { name in
        membership.waiting(for: name, in: person.connection).filter { group in
          membership.target(of: name, in: group) == nil
        }.map { (group: $0, value: name) }
      }
  }

  /// A group without a member that is the person, or nobody.
  func without(_ value: String, in group: Int, _ person: ErasedPerson) -> OwedChange? {
    let row = row(at: group)
    guard let stored = row.stored, let type = row.type, membership.contains(value, in: group),
      let parties = parties(of: row)
    else { return nil }
    let next = ResourceState(losingMember: row, stored: stored, type: type, at: .now)
    let isMember = membership.target(of: value, in: group) == person.place
    var change = change(row, to: next, parties)
    change.members = ComingMembers(
      CommittedMembers(MemberChange(removed: [value])), added: [],
      removed: isMember ? [self.person(person.place)] : [])
    return change
  }

  /// The person as what is left of it.
  func erased(_ person: ErasedPerson) -> OwedChange? {
    if rows[person.place].isErased { return nil }
    let row = row(at: person.place)
    return parties(of: row).map { change(row, to: ResourceState(erasing: row, at: .now), $0) }
  }
}

// MARK: - Whose it is

extension StoreState {
  /// Connection and consumer of a row; what is gone of them as far as the record still tells.
  private func parties(of row: ResourceRow) -> (connection: Connection, consumer: Consumer)? {
    let id = row.key.connection
    let origin = Employee(bytes: row.record)[.connection]
    guard let consumerId = consumers[id] ?? origin["consumerId"]?.string else { return nil }
    let consumer =
      configuration.consumers[consumerId]
      ?? Consumer(id: consumerId, applicationId: "", name: "", createdAt: row.created)
    let connection =
      configuration.connections[id]
      ?? Connection(
        id: id, consumerId: consumerId, applicationId: consumer.applicationId,
        serviceId: origin["serviceId"]?.string ?? "", slug: "", createdAt: row.created)
    return (connection, consumer)
  }

  private func change(
    _ row: ResourceRow, to next: ResourceState,
    _ parties: (connection: Connection, consumer: Consumer)
  ) -> OwedChange {
    OwedChange(
      next: next, key: row.key,
      typeName: catalog.resourceType(segment: row.key.type)?.name ?? row.key.type,
      consumer: parties.consumer, connection: parties.connection,
      sequence: sequence(of: parties.connection.id))
  }
}

extension Employee {
  /// The manager in a record, without taking the rest of it apart.
  fileprivate static func manager(in record: [UInt8]) -> OutcomeMembers? {
    OutcomeMembers(record)?.object("manager").flatMap { OutcomeMembers($0) }
  }
}
