package import Transport

extension SCIMResourceType {
  /// A resource type as RFC 7643 §6 writes it.
  ///
  /// - Parameter schemas: all that it may name.
  package convenience init(
    definition value: JSONValue, schemas: [SCIMSchema]
  ) throws(SCIMDefinitionError) {
    let name = try SCIMDefinition(value, at: "resource type").requiredText("name")
    let definition = try SCIMDefinition(value, at: "resource type \(SCIMText.clipped(name))")
    guard Self.isSegment(name) else {
      throw definition.fault("name is of letters, digits, -, . and _")
    }
    let endpoint = try definition.requiredText("endpoint")
    try Self.check(endpoint: endpoint, in: definition)
    let schema = try definition.schema("schema", of: schemas)
    if let common = schema.attributes.all.first(where: { Self.isCommon($0.name) }) {
      throw SCIMDefinitionError(
        "attribute \(common.name)", "every resource has it; leave it out of \(schema.id)")
    }
    var extensions = [Extension]()
    for value in try definition.list("schemaExtensions") {
      let one = try SCIMDefinition(
        value, at: definition.place + ", schemaExtensions", known: ["schema", "required"])
      let pack = Extension(
        try one.schema("schema", of: schemas), required: try one.flag("required"))
      let used = [schema] + extensions.map(\.schema)
      guard !used.contains(where: { SCIMText.sameName($0.id, pack.schema.id) }) else {
        throw one.fault("\(pack.schema.id) is named twice")
      }
      extensions.append(pack)
    }
    self.init(
      name: name, description: try definition.text("description") ?? "", endpoint: endpoint,
      schema: schema, extensions: extensions)
  }

  /// Paths below a Base URL that are not for resources (RFC 7644 §3.2).
  private static let reserved = [
    "Schemas", "ResourceTypes", "ServiceProviderConfig", "Bulk", "Me", ".search",
  ]

  private static func check(
    endpoint: String, in definition: SCIMDefinition
  ) throws(SCIMDefinitionError) {
    guard endpoint.utf8.first == UInt8(ascii: "/") else {
      throw definition.fault("endpoint must start with a slash, as /Devices does")
    }
    let segment = String(endpoint.dropFirst())
    if let taken = reserved.first(where: { SCIMText.sameName($0, segment) }) {
      throw definition.fault("endpoint /\(taken) is the protocol's own")
    }
    guard isSegment(segment) else {
      throw definition.fault("endpoint is one segment of letters, digits, -, . and _")
    }
  }

  private static func isSegment(_ text: String) -> Bool {
    guard let first = text.utf8.first, SCIMPath.isLetter(first), text.utf8.count <= longestName
    else { return false }
    return text.utf8.allSatisfy {
      SCIMPath.isHeadByte($0) && $0 != UInt8(ascii: "$") && $0 != UInt8(ascii: ":")
        && $0 != UInt8(ascii: "/")
    }
  }

  private static let longestName = 60

  private static func isCommon(_ name: String) -> Bool {
    ["schemas", "id", "externalId", "meta"].contains { SCIMText.sameName($0, name) }
  }
}

extension SCIMDefinition {
  fileprivate func schema(
    _ name: String, of schemas: [SCIMSchema]
  ) throws(SCIMDefinitionError) -> SCIMSchema {
    let urn = try requiredText(name)
    guard let schema = schemas.first(where: { SCIMText.sameName($0.id, urn) }) else {
      throw fault("\(name) \(SCIMText.clipped(urn, to: 120)) is not loaded")
    }
    return schema
  }
}
