/// A kind of resource: one endpoint, one schema, its extensions (RFC 7643 §6). Creating, replacing,
/// patching, filtering and rendering need nothing else.
///
/// A class like its attributes: every request hands it on several times.
package final class SCIMResourceType: Sendable {
  package struct Extension: Sendable {
    package let schema: SCIMSchema
    package let required: Bool

    package init(_ schema: SCIMSchema, required: Bool = false) {
      self.schema = schema
      self.required = required
    }
  }

  package let name: String
  package let description: String
  /// With a leading slash: `/Users`.
  package let endpoint: String
  package let schema: SCIMSchema
  package let extensions: [Extension]
  /// The endpoint as it stands in paths and in the spool: `Users`.
  package let segment: String
  /// What resources are found by; `externalId` is always the first.
  package let indexes: [SCIMIndex]
  /// What stands at the top of a resource, in the order it is written.
  let attributes: SCIMAttributeList
  /// Last name components whose values are dropped wherever they turn up.
  let secretNames: [String]
  /// No shorter name, in bytes, can be one of them.
  let shortestSecret: Int
  /// Whether a plain GET must leave something out, so that stored bytes cannot be sent as they are.
  let hidesByDefault: Bool
  /// Whether a PUT has to look for what may not change.
  let hasImmutable: Bool

  package init(
    name: String, description: String, endpoint: String, schema: SCIMSchema,
    extensions: [Extension] = []
  ) {
    self.name = name
    self.description = description
    self.endpoint = endpoint
    self.schema = schema
    self.extensions = extensions
    segment = String(endpoint.dropFirst())
    indexes = Self.indexes(of: schema, extensions)
    attributes = SCIMAttributeList(
      SCIMResourceType.leading + schema.attributes.all + [SCIMResourceType.meta])
    let all = schema.attributes.all + extensions.flatMap { $0.schema.attributes.all }
    let secrets = all.filter(\.isSecret).map(\.name)
    secretNames = secrets
    shortestSecret = secrets.map(\.utf8.count).min() ?? .max
    hasImmutable =
      schema.attributes.hasImmutable || extensions.contains { $0.schema.attributes.hasImmutable }
    hidesByDefault = all.contains {
      $0.returned == .request || $0.subAttributes.all.contains { $0.returned == .request }
    }
  }

  /// RFC 7643 §3.1: the attributes every resource has without its schema naming them.
  private static let leading = [
    SCIMAttribute(
      "schemas", .reference, multiValued: true, required: true, returned: .always),
    SCIMAttribute(
      "id", caseExact: true, mutability: .readOnly, returned: .always, uniqueness: .server),
    externalId,
  ]

  static let externalId = SCIMAttribute("externalId", caseExact: true)

  private static let meta = SCIMAttribute(
    "meta", .complex, mutability: .readOnly,
    subAttributes: [
      SCIMAttribute("resourceType", caseExact: true, mutability: .readOnly),
      SCIMAttribute("created", .dateTime, mutability: .readOnly),
      SCIMAttribute("lastModified", .dateTime, mutability: .readOnly),
      SCIMAttribute("version", caseExact: true, mutability: .readOnly),
      SCIMAttribute("location", .reference, caseExact: true, mutability: .readOnly),
    ])

  /// Where an extension stands in `extensions`, its URN in any case.
  func extensionIndex(of urn: String) -> Int? {
    extensions.firstIndex { SCIMText.sameName($0.schema.id, urn) }
  }
}
