package import Transport

extension ResourceState {
  /// A group whose members, which stand elsewhere, are others: its version rises, nothing else.
  package init(
    losingMember row: ResourceRow, stored: SCIMResource, type: SCIMResourceType, at now: Timestamp
  ) {
    let meta = SCIMMeta(
      id: row.key.id, created: row.created, lastModified: now, version: row.version + 1)
    let keys = row.keys
    self.init(
      base: row.version, seen: row.contentSeq, created: row.created, lastModified: now,
      resource: SCIMRendering.storedBytes(stored, type: type, meta: meta), unknown: row.unknown,
      keys: keys, formerKeys: keys, recordId: row.recordId, record: row.record, events: [])
  }

  /// A row once it is deleted: gone from SCIM, its employee still readable and marked.
  package init(deleting row: ResourceRow, at now: Timestamp) {
    var (record, events) = (row.record, [EventDecision]())
    switch row.key.type {
    case SCIMResourceType.user.segment:
      let old = Employee(bytes: row.record)
      var employee = old
      employee.delete(at: now)
      record = employee.bytes
      events = EmployeeEvents.decide(old: old, new: employee, kind: .deleted)
    case SCIMResourceType.group.segment:
      var group = Group(bytes: row.record)
      group.delete(at: now)
      record = group.bytes
      events = [EventDecision(type: .groupDeleted)]
    default: break
    }
    let keys = row.keys
    self.init(
      base: row.version, seen: row.contentSeq, created: row.created, lastModified: now,
      resource: nil, unknown: nil, keys: keys, formerKeys: keys,
      recordId: row.recordId, record: record, events: events)
  }
}

extension Employee {
  /// - Parameter bytes: what `write` wrote; anything else reads as an employee of nulls.
  package init(bytes: [UInt8]) {
    let parsed = try? JSONValue(parsing: bytes)
    self.init(json: parsed?.object ?? JSONObject())
  }
}
