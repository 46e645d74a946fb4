package import Transport

/// A filter bound to a resource type: names looked up, operators checked against types, literals
/// folded, all once, so that matching a resource only compares.
package struct SCIMMatcher: Sendable {
  private indirect enum Node: Sendable {
    case constant(Bool)
    case present(SCIMAccessor)
    case absent(SCIMAccessor)
    case test(SCIMAccessor, SCIMComparator)
    case element(SCIMAccessor, Node)
    case and([Node])
    case or([Node])
    case not(Node)
  }

  private let root: Node
  /// Terms every match fulfils, for look-up in an index; the filter must still be matched.
  package let equalities: [SCIMEquality]

  /// - Throws: `invalidFilter` for an operator the type forbids and for a complex attribute that
  ///   has no `value` to stand for it. An attribute nobody defines merely has no value.
  package init(_ filter: SCIMFilter, type: SCIMResourceType) throws(SCIMError) {
    root = try Self.node(filter.expression, in: .resource(type))
    equalities = Self.equalities(of: filter.expression, in: .resource(type))
  }

  /// For the filter inside a PATCH path, which looks at single elements.
  init(element expression: SCIMFilter.Expression, of attribute: SCIMAttribute) throws(SCIMError) {
    root = try Self.node(expression, in: .element(attribute))
    equalities = []
  }

  /// - Parameter resource: a representation with canonical names.
  package func matches(_ resource: JSONObject) -> Bool {
    Self.matches(root, .object(resource))
  }

  func matches(element: JSONValue) -> Bool { Self.matches(root, element) }

  private static func matches(_ node: Node, _ value: JSONValue) -> Bool {
    switch node {
    case .constant(let result): result
    case .present(let accessor): accessor.anyValue(in: value) { !$0.isVoid }
    case .absent(let accessor): !accessor.anyValue(in: value) { !$0.isVoid }
    case .test(let accessor, let comparator):
      if comparator.isInequality {
        accessor.anyValue(in: value) { comparator.accepts($0) }
          || !accessor.anyValue(in: value) { !$0.isVoid }
      } else {
        accessor.anyValue(in: value) { comparator.accepts($0) }
      }
    case .element(let accessor, let inner):
      accessor.anyValue(in: value) { matches(inner, $0) }
    case .and(let nodes): nodes.allSatisfy { matches($0, value) }
    case .or(let nodes): nodes.contains { matches($0, value) }
    case .not(let inner): !matches(inner, value)
    }
  }
}

extension SCIMMatcher {
  private static func node(
    _ expression: SCIMFilter.Expression, in scope: SCIMScope
  ) throws(SCIMError) -> Node {
    switch expression {
    case .and(let terms): return .and(try nodes(terms, in: scope))
    case .or(let terms): return .or(try nodes(terms, in: scope))
    case .not(let inner): return .not(try node(inner, in: scope))
    case .present(let path, _):
      return scope.find(path.head).map { .present($0.accessor) } ?? .constant(false)
    case .element(let path, let inner, let character):
      guard let found = scope.find(path.head) else { return .constant(false) }
      guard let attribute = found.attribute, found.accessor.sub == nil,
        attribute.isComplex || attribute.multiValued
      else { throw fault(character, "\(path.head) has no elements to filter") }
      return .element(found.accessor, try node(inner, in: .element(attribute)))
    case .compare(let term): return try test(term, in: scope)
    }
  }

  private static func nodes(
    _ terms: [SCIMFilter.Expression], in scope: SCIMScope
  ) throws(SCIMError) -> [Node] {
    var nodes = [Node]()
    for term in terms { nodes.append(try node(term, in: scope)) }
    return nodes
  }

  private static func test(
    _ term: SCIMFilter.Comparison, in scope: SCIMScope
  ) throws(SCIMError) -> Node {
    if term.value.isNull && term.op != .eq && term.op != .ne {
      throw fault(term.character, "null can only be compared with eq and ne")
    }
    guard let found = scope.find(term.path.head) else {
      return .constant(term.op == .eq && term.value.isNull)
    }
    if term.value.isNull {
      return term.op == .eq ? .absent(found.accessor) : .present(found.accessor)
    }
    guard let leaf = found.valued else {
      throw fault(term.character, "\(term.path.head) needs a sub-attribute to compare")
    }
    guard let comparator = SCIMComparator(term.op, term.value, for: leaf.attribute) else {
      throw fault(
        term.character,
        "\(term.path.head) is \(leaf.attribute.kind.inWords) and cannot be compared this way")
    }
    return .test(leaf.accessor, comparator)
  }

  private static func fault(_ character: Int, _ what: String) -> SCIMError {
    SCIMError(.invalidFilter, "Filter at character \(character): \(what)")
  }
}

/// One `attribute eq "text"` every match fulfils.
package struct SCIMEquality: Sendable, Hashable {
  /// Canonical: `userName`, `emails.value`, `urn:…:User:employeeNumber`.
  package let path: String
  package let value: String
}

extension SCIMMatcher {
  private static func equalities(
    of expression: SCIMFilter.Expression, in scope: SCIMScope
  ) -> [SCIMEquality] {
    switch expression {
    case .and(let terms):
      return terms.flatMap { equalities(of: $0, in: scope) }
    case .element(let path, let inner, _):
      guard let attribute = scope.find(path.head)?.attribute else { return [] }
      return equalities(of: inner, in: .element(attribute)).map {
        SCIMEquality(path: attribute.name + "." + $0.path, value: $0.value)
      }
    case .compare(let term):
      guard term.op == .eq, let leaf = scope.find(term.path.head)?.valued,
        case .string(let text)? = SCIMCoercion.scalar(term.value, for: leaf.attribute.kind)
      else { return [] }
      return [SCIMEquality(path: leaf.accessor.path, value: text)]
    case .present, .or, .not:
      return []
    }
  }
}
