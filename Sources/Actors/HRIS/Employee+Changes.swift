package import Transport

extension Employee {
  /// The visible fields that differ, in table order; every non-null one when there is no old state.
  ///
  /// - Parameter seeingGroups: whether other groups are a difference.
  package static func changes(
    from old: Employee?, to new: Employee, seeingGroups: Bool = false
  ) -> [EmployeeField] {
    guard let old else {
      return EmployeeField.allCases.filter { $0.isVisible && new[$0] != .null }
    }
    return EmployeeField.allCases.filter { field in
      field.isVisible && (seeingGroups || field != .groups)
        && !same(field, old[field], new[field])
    }
  }

  /// The values of `fields` as one object: an event's `previous`.
  package func values(of fields: [EmployeeField]) -> JSONObject {
    JSONObject(fields.map { JSONObject.Member(name: $0.name, value: self[$0]) })
  }

  private static func same(_ field: EmployeeField, _ old: JSONValue, _ new: JSONValue) -> Bool {
    if old == new { return true }
    switch field {
    case .manager: return ownMembers(old) == ownMembers(new)
    case .groups: return old.array?.map { $0["id"] } == new.array?.map { $0["id"] }
    default: return false
    }
  }

  /// The members of `manager` that are this employee's; name, email and status are the manager's
  /// own, joined when read.
  private static func ownMembers(_ manager: JSONValue) -> [JSONValue?] {
    ["id", "remoteId", "resolved"].map { manager[$0] }
  }
}
