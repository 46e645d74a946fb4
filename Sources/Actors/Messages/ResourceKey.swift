/// Names one SCIM resource of one connection.
package struct ResourceKey: Sendable, Hashable {
  package let connection: String
  /// The resource type as it stands in paths: "Users".
  package let type: String
  package let id: String

  package init(connection: String, type: String, id: String) {
    self.connection = connection
    self.type = type
    self.id = id
  }

  /// - Parameter path: "cnx_…/Users/2819…", as lines of the spool name it.
  package init?(path: String) {
    let parts = path.split(separator: "/", maxSplits: 2)
    guard parts.count == 3 else { return nil }
    self.init(connection: String(parts[0]), type: String(parts[1]), id: String(parts[2]))
  }

  package var path: String { "\(connection)/\(type)/\(id)" }

  /// All resources of its type in its connection.
  package var set: ResourceSet { ResourceSet(connection: connection, type: type) }
}

/// The resources of one type in one connection.
package struct ResourceSet: Sendable, Hashable {
  package let connection: String
  /// "Users".
  package let type: String

  package init(connection: String, type: String) {
    self.connection = connection
    self.type = type
  }
}
