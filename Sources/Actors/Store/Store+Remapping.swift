import Transport

/// Maps people and groups anew once their connection's mapping has changed, a few at a time: writes
/// come in between, and each is an outcome of its own, caused by the change of the mapping.
///
/// Which rows are left follows from the state, and mapping one twice changes nothing, so a crash
/// loses and repeats no event.
extension Store {
  /// Why events say that they happened.
  static let remappingReason = "mapping_changed"
  /// What space there is belongs to what must be written; mapping anew waits until there is more.
  private static let diskPause = Duration.milliseconds(500)

  func remapAll() async {
    var changes = view.changes().makeAsyncIterator()
    var last = ""
    repeat {
      while !Task.isCancelled {
        if isShortOfDisk() {
          try? await Task.sleep(for: Self.diskPause)
          continue
        }
        guard let stretch = read({ [last] in $0.remappingStretch(after: last) }) else { break }
        last = stretch.connection
        await remap(stretch)
      }
    } while await changes.next(isolation: self) != nil
  }

  private func remap(_ stretch: RemappingStretch) async {
    for place in stretch.places { await warm(read { $0.key(at: place) }) }
    for place in stretch.places {
      if Task.isCancelled { return }
      remap(place, because: stretch.remapping.request)
    }
    change { $0.advance(stretch) }
    if committed.lastSeq - committed.durableSeq > Self.settledAhead {
      await committed.durable(through: committed.lastSeq)
    }
    await Task.yield()
  }

  private func remap(_ place: Int, because request: String) {
    guard let subject = read({ $0.remappingSubject(at: place) }),
      let next = subject.remapped(at: .now),
      let change = read({ $0.owed(next, nil, subject.row) })
    else { return }
    let origin = Origin(
      request: request, application: change.connection.applicationId, accepted: nil, method: "",
      resourceType: change.typeName, status: 200)
    _ = commit(
      change.next, at: change.key, as: origin, change.consumer, change.connection,
      after: change.sequence, then: nil)
  }
}

/// A row with all that its record is made of.
struct RemappingSubject: Sendable {
  let row: ResourceRow
  /// Of a person.
  let groups: [GroupSummary]
  let connection: Connection
}

extension StoreState {
  /// Nil when the row or its connection is gone.
  func remappingSubject(at place: Int) -> RemappingSubject? {
    guard !rows[place].isDeleted, !isBeingErased(place),
      let connection = configuration.connections[set(at: place).connection]
    else { return nil }
    return RemappingSubject(
      row: row(at: place), groups: isUser(place) ? groups(of: place) : [], connection: connection)
  }
}

extension RemappingSubject {
  /// The person as it was and as its connection's mapping makes it.
  func employees(at now: Timestamp) -> (old: Employee, new: Employee)? {
    guard let stored = row.stored else { return nil }
    let old = Employee(bytes: row.record)
    let new = connection.mapping.employees.project(
      stored, subject: .init(employeeId: row.recordId, remoteId: row.key.id),
      connection: connection, previous: .init(employee: old, resource: stored),
      team: connection.mapping.team(of: groups), now: now)
    return (old, new)
  }

  /// The group as it was and as its connection's mapping makes it.
  func groups(at now: Timestamp) -> (old: Group, new: Group)? {
    guard let stored = row.stored else { return nil }
    let old = Group(bytes: row.record)
    let new = GroupMapping.project(
      stored, id: row.recordId, remoteId: row.key.id, connection: connection, previous: old,
      now: now)
    return (old, new)
  }

  /// - Returns: nil when nobody would see a difference.
  fileprivate func remapped(at now: Timestamp) -> ResourceState? {
    let (record, events) =
      row.key.type == SCIMResourceType.group.segment ? group(at: now) : person(at: now)
    if events.isEmpty { return nil }
    let keys = row.keys
    return ResourceState(
      base: row.version, seen: row.contentSeq, created: row.created,
      lastModified: row.lastModified, resource: row.resource, unknown: row.unknown, keys: keys,
      formerKeys: keys, recordId: row.recordId, record: record, events: events,
      version: row.version, time: now)
  }

  private func person(at now: Timestamp) -> (record: [UInt8], events: [EventDecision]) {
    guard let (old, new) = employees(at: now) else { return ([], []) }
    let events = EmployeeEvents.decide(
      old: old, new: new, kind: .changed, reason: Store.remappingReason)
    return (new.bytes, events)
  }

  private func group(at now: Timestamp) -> (record: [UInt8], events: [EventDecision]) {
    guard let (old, new) = groups(at: now) else { return ([], []) }
    var events = GroupEvents.decide(old: old, new: new)
    for index in events.indices { events[index].reason = Store.remappingReason }
    return (new.bytes, events)
  }
}
