package import Transport

extension ResourceState {
  /// A row once it is deleted: gone from SCIM, its employee still readable and marked.
  package init(deleting row: ResourceRow, at now: Timestamp) {
    let old = Employee(bytes: row.employee)
    var employee = old
    employee.delete(at: now)
    self.init(
      base: row.version, created: row.created, lastModified: now, resource: nil, unknown: nil,
      keys: row.keys, employeeId: row.employeeId, employeeBytes: employee.bytes,
      events: EmployeeEvents.decide(old: old, new: employee, kind: .deleted))
  }
}

extension Employee {
  /// - Parameter bytes: what `write` wrote; anything else reads as an employee of nulls.
  package init(bytes: [UInt8]) {
    let parsed = try? JSONValue(parsing: bytes)
    self.init(json: parsed?.object ?? JSONObject())
  }
}
