/// Which event types a webhook gets, from the names it was created with.
package struct EventSubscription: Sendable, Equatable {
  /// What a webhook that names nothing gets.
  package static let standard = [
    EventType.employeeCreated.rawValue, EventType.employeeUpdated.rawValue,
  ]
  /// Names that stand for a family of types.
  package static let wildcards = ["employee.*", "group.*", "operational.*"]

  private var exact: Set<String> = []
  private var prefixes: [String] = []

  /// - Parameter names: event types or wildcards; empty means `standard`.
  package init(names: [String]) {
    for name in names.isEmpty ? Self.standard : names {
      if name == "operational.*" {
        exact.formUnion(EventType.operational.map(\.rawValue))
      } else if name.hasSuffix(".*") {
        prefixes.append(String(name.dropLast()))
      } else {
        exact.insert(name)
      }
    }
  }

  package func includes(_ type: String) -> Bool {
    exact.contains(type) || prefixes.contains { type.hasPrefix($0) }
  }

  /// Whether it gets anything about employees, and so a snapshot of them.
  package var includesEmployees: Bool {
    EventType.committed.contains { $0.rawValue.hasPrefix("employee.") && includes($0.rawValue) }
  }

  /// Everything a webhook may name.
  package static let names = EventType.committed.map(\.rawValue) + wildcards

  /// Whether a webhook may name this: a type that can be subscribed to, or a wildcard.
  package static func accepts(_ name: String) -> Bool {
    names.contains(name)
  }
}
