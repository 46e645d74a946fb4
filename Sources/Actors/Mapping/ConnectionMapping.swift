package import Transport

/// All by which one connection's people and groups become what applications see: the standard rules
/// and what its settings change of them. Compiled once when settings change, shared ever after.
package final class ConnectionMapping: Sendable {
  /// The settings it comes from, so that two can be told apart.
  private let source: [JSONValue?]
  package let employees: EmployeeMapping
  /// The first that matches a group's name counts.
  package let groups: [GroupRule]

  package static let standard = ConnectionMapping(JSONObject())

  /// - Parameter settings: of a connection; what cannot be read of its mapping, which saving has
  ///   refused, changes nothing.
  package init(_ settings: JSONObject) {
    source = [settings["mapping"], settings["deactivatedStatus"]]
    let read = settings["mapping"].flatMap { value in try? MappingReader.read(value) }
    groups = read?.groups ?? []
    guard let read, !read.fields.isEmpty || !read.custom.isEmpty else {
      employees = .standard
      return
    }
    employees = EmployeeMapping.standard.with(read.fields, custom: read.custom)
  }

  /// Whether a group can say of which team its members are.
  package var assignsTeams: Bool { groups.contains(where: \.isTeam) }

  package func groupType(_ name: String) -> String? { rule(for: name)?.type }

  private func rule(for name: String) -> GroupRule? {
    if groups.isEmpty { return nil }
    let folded = SCIMText.fold(name)
    return groups.first { $0.matches(folded: folded) }
  }

  /// The team of who is in these groups: that of the first which is one.
  package func team(of groups: [GroupSummary]) -> String? {
    guard assignsTeams else { return nil }
    for group in groups.prefix(Employee.groupLimit) {
      if let rule = rule(for: group.name), rule.isTeam { return rule.team(group.name) }
    }
    return nil
  }
}

extension ConnectionMapping: Equatable {
  package static func == (left: ConnectionMapping, right: ConnectionMapping) -> Bool {
    left === right || left.source == right.source
  }
}
