package import Transport

/// How a source names an employee's manager: a text that may be an id, a number or an address.
///
/// It never fails the employee: what it means is looked up among the connection's people.
package struct ManagerReference: Sendable, Hashable {
  /// Never empty.
  package let text: String

  /// - Parameter text: as sent; empty means there is no manager.
  package init?(text: String) {
    guard !text.isEmpty else { return nil }
    self.text = text
  }

  /// The employee's `manager` until the reference is understood.
  package var unresolved: JSONValue {
    [
      "id": nil, "remoteId": JSONValue(text), "name": nil, "email": nil,
      "employmentStatus": nil, "resolved": false,
    ]
  }
}

extension Employee {
  /// The manager's employee id, once known.
  package var managerId: String? { self[.manager]["id"]?.string }

  /// Fills the manager in; joined values may be filled again at any time without being a change.
  package mutating func resolveManager(as manager: Employee) {
    self[.manager] = [
      "id": manager[.id], "remoteId": manager[.remoteId], "name": manager[.displayName],
      "email": manager[.email], "employmentStatus": manager[.employmentStatus],
      "resolved": true,
    ]
  }

  /// Nobody is the manager any more; the reference stays to be understood again.
  ///
  /// - Parameter reference: as sent; nil when there is none.
  package mutating func loseManager(reference: ManagerReference?) {
    self[.manager] = reference?.unresolved ?? .null
  }
}
