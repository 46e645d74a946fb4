package import Transport

/// The parameters of a read as they came, in a URL or in the body of a search (RFC 7644 §3.4.2,
/// §3.4.3); what else came with them is not looked at.
package struct SCIMQueryParameters: Sendable, Hashable {
  package private(set) var filter: String?
  package private(set) var sortBy: String?
  package private(set) var sortOrder: String?
  package private(set) var startIndex: String?
  package private(set) var count: String?
  /// Empty asks for the first page (RFC 9865 §2).
  package private(set) var cursor: String?
  /// Comma-separated.
  package private(set) var attributes: String?
  package private(set) var excludedAttributes: String?

  package static let searchSchema = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

  /// Attribute names in one search; beyond them nobody reads.
  private static let maxNames = 256

  package init() {}

  /// - Parameter pairs: decoded, in order; names in any case, the first of a name counts.
  package init(_ pairs: some Sequence<(name: String, value: String)>) {
    for (name, value) in pairs {
      guard let field = Self.field(name), self[keyPath: field] == nil else { continue }
      self[keyPath: field] = value
    }
  }

  /// - Throws: `invalidSyntax` for what is no SearchRequest, `invalidValue` for a member of the
  ///   wrong type.
  package init(searching body: JSONObject) throws(SCIMError) {
    let schemas = body.value(named: "schemas")?.array ?? []
    guard schemas.contains(where: { SCIMText.sameName($0.string ?? "", Self.searchSchema) }) else {
      throw SCIMError(.invalidSyntax, "A search needs schemas with \(Self.searchSchema)")
    }
    for member in body.members {
      guard let field = Self.field(member.name), !member.value.isNull else { continue }
      self[keyPath: field] = try Self.text(of: member)
    }
  }

  private static func text(of member: JSONObject.Member) throws(SCIMError) -> String {
    switch (member.value, SCIMText.fold(member.name)) {
    case (.number(let number), "startindex"), (.number(let number), "count"):
      return number.text
    case (.string(let text), _):
      return text
    case (.array(let names), "attributes"), (.array(let names), "excludedattributes"):
      guard names.count <= maxNames else { break }
      return names.compactMap(\.string).joined(separator: ",")
    default: break
    }
    throw SCIMError(
      .invalidValue, "\(SCIMText.clipped(member.name)) has a value of the wrong type")
  }

  private static func field(
    _ name: String
  ) -> WritableKeyPath<SCIMQueryParameters, String?>? {
    switch name.utf8.count {
    case 5: SCIMText.sameName(name, "count") ? \.count : nil
    case 6:
      SCIMText.sameName(name, "filter")
        ? \.filter
        : SCIMText.sameName(name, "sortBy")
          ? \.sortBy : SCIMText.sameName(name, "cursor") ? \.cursor : nil
    case 9: SCIMText.sameName(name, "sortOrder") ? \.sortOrder : nil
    case 10:
      SCIMText.sameName(name, "startIndex")
        ? \.startIndex : SCIMText.sameName(name, "attributes") ? \.attributes : nil
    case 18: SCIMText.sameName(name, "excludedAttributes") ? \.excludedAttributes : nil
    default: nil
    }
  }
}
