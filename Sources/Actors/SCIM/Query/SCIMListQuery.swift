import Transport

/// What a list request asks for, of whatever type (RFC 7644 §3.4.2, RFC 9865): which page of what.
package struct SCIMListQuery: Sendable {
  /// The page size without `count`, and the most `count` gets; discovery names it too.
  package static let defaultCount = 100
  package static let maxCount = 200

  package enum Start: Sendable, Equatable {
    /// From 1.
    case index(Int)
    /// Empty for the first page.
    case cursor(String)
  }

  package let filter: SCIMFilter?
  package let start: Start
  /// 0 asks for the total only; never above `maxCount`.
  package let count: Int
  package let isDescending: Bool
  private let parameters: SCIMQueryParameters

  /// - Throws: `invalidFilter`, or `invalidValue` and `invalidCount` for a number that is none.
  package init(_ parameters: SCIMQueryParameters) throws(SCIMError) {
    self.parameters = parameters
    if let cursor = parameters.cursor {
      start = .cursor(cursor)
      count = try Self.cursorCount(parameters.count)
    } else {
      start = .index(max(1, try Self.number(parameters.startIndex, "startIndex") ?? 1))
      let wanted = try Self.number(parameters.count, "count") ?? Self.defaultCount
      count = min(Self.maxCount, max(0, wanted))
    }
    isDescending = SCIMText.sameName(parameters.sortOrder ?? "", "descending")
    filter = try parameters.filter.map { text throws(SCIMError) in
      try SCIMFilter(parsing: text)
    }
  }

  /// The query bound to one of the types it goes to.
  ///
  /// - Throws: `invalidFilter` for what the type forbids, `invalidValue` for both ways to choose
  ///   attributes at once.
  package func plan(for type: SCIMResourceType) throws(SCIMError) -> SCIMListPlan {
    SCIMListPlan(
      type: type,
      matcher: try filter.map { filter throws(SCIMError) in try SCIMMatcher(filter, type: type) },
      sort: parameters.sortBy.flatMap { SCIMSort(by: $0, type: type) },
      projection: try SCIMProjection.wanted(parameters, type: type))
  }

  /// The filter, when it is one equality of texts and nothing else.
  package func soleEquality(of type: SCIMResourceType) -> SCIMEquality? {
    guard case .compare(let term)? = filter?.expression, term.value.string != nil else {
      return nil
    }
    return SCIMMatcher.equality(of: term, in: .resource(type))
  }

  /// - Throws: `invalidValue` for both ways to choose attributes at once.
  package func projection(for type: SCIMResourceType) throws(SCIMError) -> SCIMProjection? {
    try SCIMProjection.wanted(parameters, type: type)
  }

  /// What has to stay the same from page to page.
  ///
  /// - Parameter place: what is listed, such as a connection's endpoint.
  package func identity(at place: String) -> [UInt8] {
    let parts = [
      place, parameters.filter, parameters.sortBy, parameters.sortOrder, parameters.attributes,
      parameters.excludedAttributes,
    ]
    return parts.flatMap { part in part.map { Array($0.utf8) + [0, 1] } ?? [0, 0] }
  }

  /// A number that is too large for an `Int` is as large as one can be.
  private static func number(_ text: String?, _ name: String) throws(SCIMError) -> Int? {
    guard let text, !text.isEmpty else { return nil }
    if let number = Int(text) { return number }
    let digits = text.first == "-" ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
      throw SCIMError(.invalidValue, "\(name) must be a whole number")
    }
    return text.first == "-" ? Int.min : Int.max
  }

  private static func cursorCount(_ text: String?) throws(SCIMError) -> Int {
    let wanted: Int?
    do throws(SCIMError) {
      wanted = try number(text, "count")
    } catch {
      throw SCIMError(.invalidCount, error.detail)
    }
    guard wanted ?? 0 >= 0 else { throw SCIMError(.invalidCount, "count must not be negative") }
    return min(maxCount, wanted ?? defaultCount)
  }
}

/// A list query as one resource type understands it.
package struct SCIMListPlan: Sendable {
  package let type: SCIMResourceType
  /// The filter; nil without one.
  package let matcher: SCIMMatcher?
  /// Nil for the order of creation.
  package let sort: SCIMSort?
  package let projection: SCIMProjection?

  /// Whether filter or order look at that attribute at the top of a resource.
  package func mentions(_ name: String) -> Bool {
    matcher?.mentions(name) ?? false || sort?.mention == name
  }
}
