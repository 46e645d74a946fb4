import Transport

/// What is left of an employee who was erased: ids, so that whoever holds them can be told, and
/// nothing else.
enum ErasedEmployee {
  /// The record, which is also the `data` of `employee.erased`.
  ///
  /// - Parameter employee: as it was.
  static func record(of employee: Employee, at now: Timestamp) -> [UInt8] {
    var json = JSONObject()
    for field in [EmployeeField.id, .remoteId] { json[field.name] = employee[field] }
    json["connection"] = employee[.connection]
    json["deleted"] = true
    json["erased"] = true
    json["erasedAt"] = JSONValue(now.description)
    json["revision"] = JSONValue(employee.revision + 1)
    return json.bytes
  }

  /// - Parameter record: an employee as rendered.
  static func isOne(_ record: [UInt8]) -> Bool {
    OutcomeMembers(record)?["erased"].elementsEqual("true".utf8) ?? false
  }
}

extension ResourceState {
  /// A row once its person is erased: neither found nor recognised by anything but its ids.
  init(erasing row: ResourceRow, at now: Timestamp) {
    let keys = row.keys
    self.init(
      base: row.version, seen: row.contentSeq, created: row.created, lastModified: now,
      resource: nil, unknown: nil, keys: keys, formerKeys: keys, recordId: row.recordId,
      record: ErasedEmployee.record(of: Employee(bytes: row.record), at: now),
      events: [EventDecision(type: .employeeErased)])
  }
}
