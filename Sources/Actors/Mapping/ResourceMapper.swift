import Transport

/// What a write means: the resource after it, the employee it becomes, the events it raises.
///
/// Everything here is decided against one version of the resource; whether that version still
/// holds is the store's to say.
package struct ResourceMapper: Sendable {
  /// Bytes of a resource, whatever no schema knows included: many small changes must not make
  /// what one large one could not.
  package static let sizeLimit = 64 * 1024

  package init() {}

  func map(_ write: AcceptedWrite, store: Store) -> MappedChange {
    do throws(SCIMError) {
      let query = HTTPQuery(write.query[...])
      let view = try SCIMView(query: query, type: write.type, baseURL: write.baseURL)
      let turn = Turn(write: write, view: view, store: store)
      switch write.verb {
      case .create: return try create(turn)
      case .replace, .patch: return try update(turn)
      case .delete: return try delete(turn)
      }
    } catch {
      return refusal(of: write, error)
    }
  }

  func refusal(of write: AcceptedWrite, _ error: SCIMError) -> MappedChange {
    MappedChange(
      write: write, target: write.key, decision: .refuse(error), answer: SCIMAnswer(error))
  }

  /// One write being mapped.
  struct Turn {
    let write: AcceptedWrite
    let view: SCIMView
    let store: Store
    /// As it is now: its mapping may be newer than the write.
    let connection: Connection
    let now = Timestamp.now

    init(write: AcceptedWrite, view: SCIMView, store: Store) {
      (self.write, self.view, self.store) = (write, view, store)
      let id = write.connection.id
      connection = store.read { $0.configuration.connections[id] } ?? write.connection
    }

    var type: SCIMResourceType { write.type }
  }

  /// A resource as it will stand, beside it its members if it has such.
  struct Draft {
    var resource: SCIMResource
    var members: MemberDraft?
  }
}

extension ResourceMapper {
  private func create(_ turn: Turn) throws(SCIMError) -> MappedChange {
    let draft = try created(turn)
    let keys = ResourceKeys(draft.resource.attributes, type: turn.type)
    let isUser = turn.type.segment == SCIMResourceType.user.segment
    let former =
      isUser ? turn.store.read { $0.formerEmployee(keys, in: turn.write.connection.id) } : nil
    return try change(turn, from: former, to: draft, keys, status: 201)
  }

  private func created(_ turn: Turn) throws(SCIMError) -> Draft {
    guard turn.type.memberAttribute != nil else {
      return Draft(resource: try turn.type.create(from: turn.write.body))
    }
    let (body, given) = try turn.type.splitMembers(ofResource: turn.write.body)
    var members = MemberDraft(turn.store, group: turn.write.key)
    try members.apply(.add(given ?? []))
    return Draft(resource: try turn.type.create(from: body), members: members)
  }

  private func update(_ turn: Turn) throws(SCIMError) -> MappedChange {
    let write = turn.write
    guard let row = turn.store.read({ $0.row(write.key) }), let stored = row.stored else {
      throw .notFound(turn.type.name, id: write.resourceId)
    }
    try requireVersion(row, write)
    let draft = try write.verb == .patch ? patched(turn, stored) : replaced(turn, stored)
    guard draft.resource == stored, draft.members?.change.isEmpty ?? true else {
      let keys = ResourceKeys(draft.resource.attributes, type: turn.type)
      let former = ResourceKeys(stored.attributes, type: turn.type)
      return try change(turn, from: row, to: draft, keys, former: former, status: 200)
    }
    return MappedChange(
      write: write, target: row.key, decision: .unchanged(seen: row.contentSeq),
      answer: answer(turn, status: 200, row.resource ?? [], row.key, row.version, draft))
  }

  private func patched(_ turn: Turn, _ stored: SCIMResource) throws(SCIMError) -> Draft {
    let (id, body) = (turn.write.resourceId, turn.write.body)
    guard turn.type.memberAttribute != nil else {
      return Draft(resource: try turn.type.patch(stored, id: id, with: body))
    }
    let (rest, edits) = try turn.type.splitMembers(ofPatch: body)
    var members = MemberDraft(turn.store, group: turn.write.key)
    for edit in edits { try members.apply(edit) }
    let resource = try rest.map { rest throws(SCIMError) in
      try turn.type.patch(stored, id: id, with: rest)
    }
    return Draft(resource: resource ?? stored, members: members)
  }

  private func replaced(_ turn: Turn, _ stored: SCIMResource) throws(SCIMError) -> Draft {
    let id = turn.write.resourceId
    guard turn.type.memberAttribute != nil else {
      return Draft(resource: try turn.type.replace(stored, id: id, with: turn.write.body))
    }
    let (body, given) = try turn.type.splitMembers(ofResource: turn.write.body)
    let resource = try turn.type.replace(stored, id: id, with: body)
    var members = MemberDraft(turn.store, group: turn.write.key)
    try members.apply(given.map { .replaceAll($0) } ?? .removeAll)
    return Draft(resource: resource, members: members)
  }

  private func delete(_ turn: Turn) throws(SCIMError) -> MappedChange {
    let write = turn.write
    guard let row = turn.store.read({ $0.row(write.key) }), !row.isDeleted else {
      throw .notFound(turn.type.name, id: write.resourceId)
    }
    try requireVersion(row, write)
    return MappedChange(
      write: write, target: row.key, decision: .apply(ResourceState(deleting: row, at: turn.now)),
      answer: SCIMAnswer(status: 204))
  }

  /// RFC 7644 §3.14: a change meant for another version is not made.
  private func requireVersion(_ row: ResourceRow, _ write: AcceptedWrite) throws(SCIMError) {
    guard let tags = write.ifMatch else { return }
    guard SCIMMeta.isMatched(version: row.version, by: tags) else { throw .versionPassed }
  }
}

extension ResourceMapper {
  /// Projects, compares and renders once; nothing after this parses or renders again.
  private func change(
    _ turn: Turn, from row: ResourceRow?, to draft: Draft, _ keys: ResourceKeys,
    former: ResourceKeys? = nil, status: Int
  ) throws(SCIMError) -> MappedChange {
    let target = row?.key ?? turn.write.key
    let meta = SCIMMeta(
      id: target.id, created: row?.created ?? turn.now, lastModified: turn.now,
      version: (row?.version ?? 0) + 1)
    let unified = unified(turn, draft.resource, target, row)
    let stored = SCIMRendering.storedBytes(draft.resource, type: turn.type, meta: meta)
    let unknown = draft.resource.unknown.isEmpty ? nil : draft.resource.unknown.bytes
    guard stored.count + (unknown?.count ?? 0) <= Self.sizeLimit else {
      throw .resourceTooLarge(limit: Self.sizeLimit)
    }
    let members = draft.members?.change
    guard members?.isPossible ?? true else { throw .tooManyMembers }
    let next = ResourceState(
      base: meta.version - 1, seen: row?.contentSeq ?? 0, created: meta.created,
      lastModified: turn.now, resource: stored, unknown: unknown, keys: keys,
      formerKeys: former, recordId: unified.id, record: unified.record, events: unified.events,
      members: members)
    return MappedChange(
      write: turn.write, target: target, decision: .apply(next),
      mapping: turn.connection.mapping,
      answer: answer(turn, status: status, stored, target, meta.version, draft))
  }

  /// A group's PATCH is answered without the group, however large, unless its caller says what he
  /// wants to see of it.
  private func answer(
    _ turn: Turn, status: Int, _ stored: [UInt8], _ key: ResourceKey, _ version: Int,
    _ draft: Draft
  ) -> SCIMAnswer {
    let tag = SCIMMeta.entityTag(of: version)
    if draft.members != nil, turn.write.verb == .patch, !turn.view.isProjected {
      return SCIMAnswer(status: 204, entityTag: tag)
    }
    let computed =
      draft.members.map { turn.view.shows("members") ? $0.computed : nil }
      ?? turn.store.computed(of: key, for: turn.view)
    return SCIMAnswer(
      status: status, body: turn.view.body(of: stored, id: key.id, computed: computed),
      location: status == 201 ? turn.view.location(of: key.id) : nil, entityTag: tag)
  }

  /// What applications see of a resource.
  private func unified(
    _ turn: Turn, _ resource: SCIMResource, _ key: ResourceKey, _ row: ResourceRow?
  ) -> (id: String, record: [UInt8], events: [EventDecision]) {
    switch turn.type.segment {
    case SCIMResourceType.user.segment:
      let old = row.map { Employee(bytes: $0.record) }
      let employee = employee(turn, resource, key, row, old)
      let events = EmployeeEvents.decide(
        old: old, new: employee, kind: row == nil ? .created : .changed)
      return (employee.id, employee.bytes, events)
    case SCIMResourceType.group.segment:
      let old = row.map { Group(bytes: $0.record) }
      let group = GroupMapping.project(
        resource, id: old?.id ?? ULID.make(prefix: "grp_"), remoteId: key.id,
        connection: turn.connection, previous: old, now: turn.now)
      return (group.id, group.bytes, GroupEvents.decide(old: old, new: group))
    default: return ("", [], [])
    }
  }

  private func employee(
    _ turn: Turn, _ resource: SCIMResource, _ key: ResourceKey, _ row: ResourceRow?,
    _ old: Employee?
  ) -> Employee {
    let connection = turn.connection
    let subject = EmployeeMapping.Subject(
      employeeId: row?.recordId ?? ULID.make(prefix: "emp_"), remoteId: key.id)
    let previous = old.map {
      EmployeeMapping.Previous(
        employee: $0, resource: row?.stored ?? SCIMResource(attributes: JSONObject()))
    }
    let groups = row == nil ? [] : turn.store.read { $0.groups(of: key) }
    var employee = connection.mapping.employees.project(
      resource, subject: subject, connection: connection, previous: previous,
      team: connection.mapping.team(of: groups), now: turn.now)
    // Where joining and leaving is told, that is the store's to enter.
    if row != nil, !connection.tellsMembership { employee.setGroups(groups) }
    resolveManager(of: &employee, in: resource, old, turn)
    return employee
  }

  /// A reference that is understood stays so until its text changes; one that is not is tried anew.
  private func resolveManager(
    of employee: inout Employee, in resource: SCIMResource, _ old: Employee?, _ turn: Turn
  ) {
    guard employee[.manager]["resolved"] == false,
      let reference = EmployeeMapping.managerReference(of: resource),
      let row = turn.store.read({ $0.manager(reference.text, in: turn.write.connection.id) }),
      row.recordId != employee.id
    else { return }
    employee.resolveManager(as: Employee(bytes: row.record))
    if employee.revision == old?.revision { employee.revise(at: turn.now) }
  }
}
