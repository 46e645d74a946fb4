extension SCIMSchema {
  /// The schemas of the discovery documents (RFC 7643 §8.7.2): readable one by one, never listed,
  /// because no resource a client could write has them.
  package static let discovery = [serviceProviderConfig, resourceType, schema]

  static let serviceProviderConfig = SCIMSchema(
    id: "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
    name: "Service Provider Configuration", description: "What this server can do.",
    attributes: [
      told("documentationUri", .reference),
      feature("patch"),
      feature("bulk", told("maxOperations", .integer), told("maxPayloadSize", .integer)),
      feature("filter", told("maxResults", .integer)),
      feature("changePassword"),
      feature("sort"),
      feature("etag"),
      told(
        "pagination", .complex,
        [
          told("cursor", .boolean, required: true), told("index", .boolean, required: true),
          told("defaultPaginationMethod"), told("defaultPageSize", .integer),
          told("maxPageSize", .integer), told("cursorTimeout", .integer),
        ]),
      told(
        "authenticationSchemes", .complex, multiValued: true, required: true,
        [
          told("type", required: true), told("name", required: true),
          told("description", required: true), told("specUri", .reference),
          told("documentationUri", .reference), told("primary", .boolean),
        ]),
    ])

  static let resourceType = SCIMSchema(
    id: "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
    name: "ResourceType", description: "A kind of resource and its endpoint.",
    attributes: [
      told("id"), told("name", required: true), told("description"),
      told("endpoint", .reference, required: true), told("schema", .reference, required: true),
      told(
        "schemaExtensions", .complex, multiValued: true,
        [
          told("schema", .reference, required: true), told("required", .boolean, required: true),
        ]),
    ])

  static let schema = SCIMSchema(
    id: "urn:ietf:params:scim:schemas:core:2.0:Schema",
    name: "Schema", description: "The attributes of a kind of resource.",
    attributes: [
      told("id", required: true), told("name"), told("description"),
      told(
        "attributes", .complex, multiValued: true, required: true,
        characteristics
          + [told("subAttributes", .complex, multiValued: true, characteristics)]),
    ])

  private static let characteristics = [
    told("name", required: true), told("type", required: true),
    told("multiValued", .boolean, required: true), told("description"),
    told("required", .boolean), told("canonicalValues", multiValued: true),
    told("caseExact", .boolean), told("mutability"), told("returned"), told("uniqueness"),
    told("referenceTypes", multiValued: true),
  ]

  private static func feature(
    _ name: String, _ limits: SCIMAttribute...
  ) -> SCIMAttribute {
    told(name, .complex, required: true, [told("supported", .boolean, required: true)] + limits)
  }

  /// An attribute the server tells and nobody sets.
  private static func told(
    _ name: String, _ kind: SCIMAttribute.Kind = .string, multiValued: Bool = false,
    required: Bool = false, _ subAttributes: [SCIMAttribute] = []
  ) -> SCIMAttribute {
    SCIMAttribute(
      name, kind, multiValued: multiValued, required: required,
      caseExact: kind == .reference, mutability: .readOnly, subAttributes: subAttributes)
  }
}
