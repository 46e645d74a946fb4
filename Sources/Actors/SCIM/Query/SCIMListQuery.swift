/// What a list request asks for (RFC 7644 §3.4.2): which resources, which page, which attributes.
package struct SCIMListQuery: Sendable {
  /// The page size without `count`, and the most `count` gets; discovery names it too.
  package static let defaultCount = 100
  package static let maxCount = 200

  package let filter: SCIMFilter?
  /// The filter bound to the type; nil without one.
  package let matcher: SCIMMatcher?
  /// From 1.
  package let startIndex: Int
  /// 0 asks for the total only; never above `maxCount`.
  package let count: Int
  package let projection: SCIMProjection?

  /// - Parameter parameters: decoded, in order; names in any case, the first of a name counts and
  ///   unknown ones are ignored.
  /// - Throws: `invalidFilter`, or `invalidValue` for a number that is none.
  package init(
    parameters: some Sequence<(name: String, value: String)>, type: SCIMResourceType
  ) throws(SCIMError) {
    var found: [String: String] = [:]
    for (name, value) in parameters where found[SCIMText.fold(name)] == nil {
      found[SCIMText.fold(name)] = value
    }
    startIndex = max(1, try Self.number(found["startindex"], "startIndex") ?? 1)
    let wanted = try Self.number(found["count"], "count") ?? Self.defaultCount
    count = min(Self.maxCount, max(0, wanted))
    filter = try found["filter"].map { text throws(SCIMError) in try SCIMFilter(parsing: text) }
    matcher = try filter.map { filter throws(SCIMError) in try SCIMMatcher(filter, type: type) }
    projection = try SCIMProjection.wanted(found, type: type)
  }

  /// Terms every match fulfils, for index look-up.
  package var equalities: [SCIMEquality] { matcher?.equalities ?? [] }

  private static func number(_ text: String?, _ name: String) throws(SCIMError) -> Int? {
    guard let text, !text.isEmpty else { return nil }
    if let number = Int(text) { return number }
    let digits = text.first == "-" ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
      throw SCIMError(.invalidValue, "\(name) must be a whole number")
    }
    return text.first == "-" ? Int.min : Int.max
  }
}

extension SCIMProjection {
  /// The projection of a request for one resource; nil when it asks for none.
  package static func wanted(
    parameters: some Sequence<(name: String, value: String)>, type: SCIMResourceType
  ) throws(SCIMError) -> SCIMProjection? {
    var found: [String: String] = [:]
    for (name, value) in parameters where found[SCIMText.fold(name)] == nil {
      found[SCIMText.fold(name)] = value
    }
    return try wanted(found, type: type)
  }

  fileprivate static func wanted(
    _ found: [String: String], type: SCIMResourceType
  ) throws(SCIMError) -> SCIMProjection? {
    let attributes = found["attributes"] ?? ""
    let excluded = found["excludedattributes"] ?? ""
    if attributes.isEmpty && excluded.isEmpty { return nil }
    return try SCIMProjection(
      attributes: attributes, excludedAttributes: excluded, type: type)
  }
}
