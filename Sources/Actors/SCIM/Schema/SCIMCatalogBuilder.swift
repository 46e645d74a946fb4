package import Transport

/// Puts together what a server serves: what is built in, and on top of it what definitions say.
/// First the schemas, then the resource types that use them.
package struct SCIMCatalogBuilder: Sendable {
  private var schemas: [SCIMSchema]
  private var types: [SCIMResourceType]
  private let builtIn: [SCIMResourceType]
  private var defined = [String]()

  /// Look-ups are linear.
  package static let maxTypes = 32
  package static let maxSchemas = 128

  package init(_ catalog: SCIMCatalog = .builtIn) {
    types = catalog.types
    builtIn = [.user, .group]
    schemas = [.user, .group, .enterpriseUser]
  }

  package var catalog: SCIMCatalog { SCIMCatalog(types: types) }

  /// - Parameter definition: one schema, a list of them, or a ListResponse.
  package mutating func addSchemas(_ definition: JSONValue) throws(SCIMDefinitionError) {
    for value in try SCIMDefinition.all(in: definition, called: "schema") {
      let schema = try SCIMSchema(definition: value)
      let taken = schemas + SCIMSchema.discovery
      guard !taken.contains(where: { SCIMText.sameName($0.id, schema.id) }) else {
        throw SCIMDefinitionError("schema \(schema.id)", "is defined already")
      }
      guard schemas.count < Self.maxSchemas else {
        throw SCIMDefinitionError("schema \(schema.id)", "there are \(Self.maxSchemas) already")
      }
      schemas.append(schema)
    }
  }

  /// One with the name of a built-in type takes its place, so that extensions can be added to it.
  ///
  /// - Parameter definition: one resource type, a list of them, or a ListResponse.
  package mutating func addResourceTypes(_ definition: JSONValue) throws(SCIMDefinitionError) {
    for value in try SCIMDefinition.all(in: definition, called: "resource type") {
      try add(try SCIMResourceType(definition: value, schemas: schemas))
    }
  }

  private mutating func add(_ type: SCIMResourceType) throws(SCIMDefinitionError) {
    let place = "resource type \(type.name)"
    guard !defined.contains(where: { SCIMText.sameName($0, type.name) }) else {
      throw SCIMDefinitionError(place, "is defined twice")
    }
    if let original = builtIn.first(where: { SCIMText.sameName($0.name, type.name) }) {
      guard type.name == original.name, type.schema === original.schema,
        type.endpoint == original.endpoint
      else {
        throw SCIMDefinitionError(
          place, "must stay at \(original.endpoint) with schema \(original.schema.id)")
      }
    } else if builtIn.contains(where: { $0.schema === type.schema }) {
      throw SCIMDefinitionError(place, "schema \(type.schema.id) belongs to the built-in type")
    }
    let others = types.filter { !SCIMText.sameName($0.name, type.name) }
    let endpoints = (others + builtIn.filter { $0.name != type.name }).map(\.endpoint)
    guard !endpoints.contains(where: { SCIMText.sameName($0, type.endpoint) }) else {
      throw SCIMDefinitionError(place, "endpoint \(type.endpoint) is taken")
    }
    guard others.count < Self.maxTypes else {
      throw SCIMDefinitionError(place, "there are \(Self.maxTypes) already")
    }
    defined.append(type.name)
    if let index = types.firstIndex(where: { SCIMText.sameName($0.name, type.name) }) {
      types[index] = type
    } else {
      types.append(type)
    }
  }
}
