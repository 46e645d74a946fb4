package import Transport

/// How a caller wants to see resources: below which Base URL, with which attributes.
package struct SCIMView: Sendable {
  package let type: SCIMResourceType
  private let baseURL: String
  private let projection: SCIMProjection?

  /// - Parameter query: of which `attributes` and `excludedAttributes` count here.
  package init(query: HTTPQuery, type: SCIMResourceType, baseURL: String) throws(SCIMError) {
    self.type = type
    self.baseURL = baseURL
    projection =
      query.items.isEmpty
      ? nil : try SCIMProjection.wanted(SCIMQueryParameters(query.pairs), type: type)
  }

  package init(projection: SCIMProjection?, type: SCIMResourceType, baseURL: String) {
    self.type = type
    self.baseURL = baseURL
    self.projection = projection
  }

  /// - Parameter stored: the stored form of the resource with that id.
  package func body(of stored: [UInt8], id: String, computed: SCIMComputed? = nil) -> [UInt8] {
    SCIMRendering.answer(
      stored, type: type, location: location(of: id), computed: computed, projection: projection)
  }

  /// Whether the caller said which attributes he wants.
  package var isProjected: Bool { projection != nil }

  /// Whether an attribute that is kept elsewhere will be shown: if not, it need not be fetched.
  package func shows(_ attribute: String) -> Bool {
    projection?.keeps(attribute) ?? true
  }

  /// Whether what others decide of a resource will be shown.
  package var showsComputed: Bool {
    switch type.segment {
    case SCIMResourceType.group.segment: shows("members")
    case SCIMResourceType.user.segment: shows("groups")
    default: false
    }
  }

  /// The resource with all it has, whatever is shown of it.
  package func whole(_ stored: [UInt8], id: String, computed: SCIMComputed?) -> [UInt8] {
    SCIMRendering.answer(stored, location: location(of: id), computed: computed)
  }

  package func location(of id: String) -> String { type.location(of: id, baseURL: baseURL) }
}

extension HTTPQuery {
  /// Names and values, decoded, in order.
  package var pairs: [(name: String, value: String)] { items.map { ($0.name, $0.value) } }
}

extension ResourceRow {
  /// The resource as a tree, for changing it; nil once it is deleted.
  var stored: SCIMResource? {
    guard let resource, let parsed = try? JSONValue(parsing: resource),
      case .object(var attributes) = parsed
    else { return nil }
    attributes.members.removeAll { $0.name == "id" || $0.name == "meta" }
    let unknown = unknown.flatMap { try? JSONValue(parsing: $0) }?.object
    return SCIMResource(attributes: attributes, unknown: unknown ?? JSONObject())
  }
}
