/// Which resource types a server serves; discovery lists these and routes go to these.
package struct SCIMCatalog: Sendable {
  package let types: [SCIMResourceType]

  /// - Parameter types: at most a few; look-ups are linear.
  package init(types: [SCIMResourceType]) { self.types = types }

  /// What this server serves without further files.
  package static let builtIn = SCIMCatalog(types: [.user, .group])

  /// - Parameter endpoint: `/Users`, in any case.
  package func resourceType(endpoint: String) -> SCIMResourceType? {
    types.first { SCIMText.sameName($0.endpoint, endpoint) }
  }

  /// - Parameter segment: as the spool names it, `Users`.
  package func resourceType(segment: String) -> SCIMResourceType? {
    types.first { $0.segment == segment }
  }

  package func resourceType(named name: String) -> SCIMResourceType? {
    types.first { SCIMText.sameName($0.name, name) }
  }

  /// Every schema a served type uses, each once, in order of use.
  package var schemas: [SCIMSchema] {
    var all = [SCIMSchema]()
    for schema in types.flatMap({ [$0.schema] + $0.extensions.map(\.schema) })
    where !all.contains(where: { SCIMText.sameName($0.id, schema.id) }) {
      all.append(schema)
    }
    return all
  }

  /// A served schema, or one that describes the discovery documents themselves.
  package func schema(_ urn: String) -> SCIMSchema? {
    (schemas + SCIMSchema.discovery).first { SCIMText.sameName($0.id, urn) }
  }
}

extension SCIMResourceType {
  package static let user = SCIMResourceType(
    name: "User", description: "User Account", endpoint: "/Users", schema: .user,
    extensions: [Extension(.enterpriseUser)])

  package static let group = SCIMResourceType(
    name: "Group", description: "Group", endpoint: "/Groups", schema: .group)
}
