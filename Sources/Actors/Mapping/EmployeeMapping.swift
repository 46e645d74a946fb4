package import Transport

/// Turns what an identity provider stores about a user into the employee applications know.
///
/// The only place that knows both vocabularies' members; pure, and quick enough for every write.
package struct EmployeeMapping: Sendable {
  package struct Rule: Sendable, Equatable {
    package var field: EmployeeField
    package var expression: EmployeeExpression

    package init(_ field: EmployeeField, _ expression: EmployeeExpression) {
      self.field = field
      self.expression = expression
    }
  }

  /// Where a member of `customFields` comes from.
  package struct CustomRule: Sendable, Equatable {
    package var name: String
    package var expression: EmployeeExpression

    package init(name: String, expression: EmployeeExpression) {
      self.name = name
      self.expression = expression
    }
  }

  /// Who is projected: both ids are drawn at the first write and stay.
  package struct Subject: Sendable {
    package var employeeId: String
    /// The id the identity provider knows.
    package var remoteId: String

    package init(employeeId: String, remoteId: String) {
      self.employeeId = employeeId
      self.remoteId = remoteId
    }
  }

  /// The last state of the same employee.
  package struct Previous: Sendable {
    package var employee: Employee
    package var resource: SCIMResource

    package init(employee: Employee, resource: SCIMResource) {
      self.employee = employee
      self.resource = resource
    }
  }

  package let rules: [Rule]
  private let customRules: [CustomRule]
  /// For each rule the earlier one with the same expression, whose value it takes over.
  private let earlier: [Int?]
  let custom: CustomFields

  package init(rules: [Rule], custom customRules: [CustomRule] = []) {
    self.rules = rules
    self.customRules = customRules
    earlier = rules.indices.map { index in
      rules[..<index].firstIndex { $0.expression == rules[index].expression }
    }
    custom = CustomFields(usedBy: rules.map(\.expression) + customRules.map(\.expression))
  }

  /// The same with other rules for some fields, and for members of `customFields`.
  func with(_ changes: [Rule], custom: [CustomRule]) -> EmployeeMapping {
    var rules = rules
    for change in changes {
      if let index = rules.firstIndex(where: { $0.field == change.field }) {
        rules[index] = change
      } else {
        rules.append(change)
      }
    }
    return EmployeeMapping(rules: rules, custom: custom)
  }
}

extension EmployeeMapping {
  /// By what a connection's own mapping fills a field; nil where the standard rule does.
  package func ownRule(for field: EmployeeField) -> EmployeeExpression? {
    guard let rule = rules.first(where: { $0.field == field }), case .fitting = rule.expression
    else { return nil }
    return rule.expression
  }

  /// The same of a member of `customFields`.
  package func ownRule(forCustomField name: String) -> EmployeeExpression? {
    customRules.first { $0.name == name }?.expression
  }
}

extension EmployeeMapping {
  /// - Parameters:
  ///   - previous: nil for a new employee; its manager and groups stay while nothing about them
  ///     changes, its revision grows by one when something visible does.
  ///   - team: what the groups of this person say of it; nil for nothing.
  ///   - now: becomes `updatedAt` only when something visible changes.
  package func project(
    _ resource: SCIMResource, subject: Subject, connection: Connection, previous: Previous?,
    team: String? = nil, now: Timestamp
  ) -> Employee {
    var employee = Employee()
    employee[.id] = JSONValue(subject.employeeId)
    employee[.remoteId] = JSONValue(subject.remoteId)
    var allowance = MappedAllowance()
    for index in rules.indices {
      let value =
        earlier[index].map { employee[rules[$0].field] }
        ?? rules[index].expression.evaluate(resource)
      employee[rules[index].field] = allowance.admit(value, by: rules[index].expression)
    }
    derive(&employee, from: resource, connection)
    employee[.manager] = manager(of: resource, previous: previous)
    employee[.groups] = previous?.employee[.groups] ?? []
    employee[.groupsTruncated] = previous?.employee[.groupsTruncated] ?? false
    employee[.customFields] = .object(
      customFields(of: resource, team: team, within: &allowance))
    employee[.deleted] = false
    employee[.connection] = [
      "consumerId": JSONValue(connection.consumerId),
      "serviceId": JSONValue(connection.serviceId), "connectionId": JSONValue(connection.id),
    ]
    keepHistory(&employee, previous: previous?.employee, now: now)
    return employee
  }

  private func customFields(
    of resource: SCIMResource, team: String?, within allowance: inout MappedAllowance
  ) -> JSONObject {
    var fields = custom.collect(from: resource)
    for rule in customRules {
      let value = allowance.admit(rule.expression.evaluate(resource), by: rule.expression)
      fields[rule.name] = value.isNull ? .none : .some(value)
    }
    if let team { fields[Employee.teamName] = JSONValue(team) }
    return fields
  }

  /// Fields, and members of `customFields`, that say something of somebody's manager.
  var readsOfManager: (fields: [EmployeeField], custom: Set<String>) {
    let isRead = { (expression: EmployeeExpression) in
      expression.sources.contains { $0.contains("manager") }
    }
    return (
      rules.filter { $0.field != .manager && isRead($0.expression) }.map(\.field),
      Set(customRules.filter { isRead($0.expression) }.map(\.name))
    )
  }

  /// The manager's reference as sent: an object, a text, a number, or an array of one of them.
  package static func managerReference(of resource: SCIMResource) -> ManagerReference? {
    reference(resource.attributes[enterpriseSchema]?["manager"])
  }

  /// How the manager is called in a resource as it is stored.
  static func managerName(in stored: [UInt8]) -> String? {
    guard let block = OutcomeMembers(stored)?.object(named: enterpriseSchema),
      let manager = OutcomeMembers(block)?["manager"], !manager.isEmpty
    else { return nil }
    return (try? JSONValue(parsing: Array(manager)))?["displayName"]?.string
  }

  /// The same of a resource as it is stored, of which nothing else is taken apart.
  static func managerReference(in stored: [UInt8]) -> ManagerReference? {
    guard let block = OutcomeMembers(stored)?.object(named: enterpriseSchema),
      let manager = OutcomeMembers(block)?["manager"], !manager.isEmpty
    else { return nil }
    return reference(try? JSONValue(parsing: Array(manager)))
  }

  private static func reference(_ value: JSONValue?) -> ManagerReference? {
    switch value {
    case .string(let text)?: ManagerReference(text: text)
    case .number(let number)?: ManagerReference(text: number.text)
    case .array(let elements)?: elements.lazy.compactMap { reference($0) }.first
    case .object(let object)?: reference(object["value"]) ?? reference(object["displayName"])
    default: nil
    }
  }

  private func manager(of resource: SCIMResource, previous: Previous?) -> JSONValue {
    guard let reference = Self.managerReference(of: resource) else { return .null }
    if let previous, Self.managerReference(of: previous.resource) == reference {
      return previous.employee[.manager]
    }
    return reference.unresolved
  }

  private func derive(
    _ employee: inout Employee, from resource: SCIMResource, _ connection: Connection
  ) {
    let active = resource.attributes["active"]?.bool ?? true
    employee[.active] = JSONValue(active)
    employee[.employmentStatus] = JSONValue(active ? "active" : connection.deactivatedStatus)
    if let type = employee[.employmentType].string {
      employee[.employmentTypeNormalized] = JSONValue(EmploymentType(reading: type).rawValue)
    }
    if let name = employee[.departmentName].string {
      employee[.departmentId] = JSONValue(
        Self.departmentId(connectionId: connection.id, name: name))
    }
  }

  /// Stable for a name in any case, different between connections.
  package static func departmentId(connectionId: String, name: String) -> String {
    let digest = SHA256.hash(Array("\(connectionId)\n\(SCIMText.fold(name))".utf8))
    return "dep_" + Hex.encode(Array(digest.prefix(10)))
  }

  private func keepHistory(_ employee: inout Employee, previous: Employee?, now: Timestamp) {
    let time = JSONValue(now.description)
    employee[.createdAt] = previous?[.createdAt] ?? time
    employee[.updatedAt] = previous?[.updatedAt] ?? time
    employee[.revision] = previous?[.revision] ?? 0
    if !employee.isActive {
      let wasActive = previous?.isActive ?? true
      employee[.deactivatedAt] = wasActive ? time : previous?[.deactivatedAt] ?? time
    }
    if previous == nil || !Employee.changes(from: previous, to: employee).isEmpty {
      employee.revise(at: now)
    }
  }
}
