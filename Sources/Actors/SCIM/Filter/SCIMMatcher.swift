import Transport

/// A filter bound to a resource type: names looked up, operators checked against types, literals
/// folded, all once, so that matching a resource only compares bytes.
package struct SCIMMatcher: Sendable {
  private var program = SCIMFilterProgram()
  private var tops = SCIMTopMembers()
  /// Terms every match fulfils, for look-up in an index; the filter must still be matched.
  package let equalities: [SCIMEquality]
  /// The attributes at the top of a resource that a term looks at, by canonical name; `location` for
  /// `meta.location`, which is no part of what is stored.
  private(set) var mentions: [String] = []
  /// The only values of `members` whose presence decides; nil when other members may matter.
  package let decidingMembers: Set<String>?

  /// - Throws: `invalidFilter` for an operator the type forbids and for a complex attribute that
  ///   has no `value` to stand for it. An attribute nobody defines merely has no value.
  package init(_ filter: SCIMFilter, type: SCIMResourceType) throws(SCIMError) {
    equalities = Self.equalities(of: filter.expression, in: .resource(type))
    decidingMembers =
      type.attributes.named("members") == nil
      ? [] : Self.decidingMembers(of: filter.expression, type)
    try add(filter.expression, in: .resource(type))
  }

  /// For the filter inside a PATCH path, which looks at single elements.
  init(element expression: SCIMFilter.Expression, of attribute: SCIMAttribute) throws(SCIMError) {
    equalities = []
    decidingMembers = nil
    try add(expression, in: .element(attribute))
  }

  /// - Parameter resource: one JSON object with canonical names.
  package func matches(_ resource: [UInt8]) -> Bool {
    var places: [Range<Int>] = []
    return matches(resource, &places)
  }

  /// - Parameter places: scratch space, worth keeping from resource to resource.
  package func matches(_ resource: [UInt8], _ places: inout [Range<Int>]) -> Bool {
    let bytes = resource.span
    tops.find(in: bytes, &places)
    return program.holds(bytes, tops: places)
  }

  /// For an element that is a tree already, which a PATCH has of few.
  func matches(element: JSONValue) -> Bool {
    let bytes = element.bytes
    return program.holds(bytes.span, element: bytes.indices)
  }

  /// Whether a term looks at the attribute of that canonical name.
  package func mentions(_ name: String) -> Bool { mentions.contains(name) }
}

/// Making the program.
extension SCIMMatcher {
  private mutating func add(
    _ expression: SCIMFilter.Expression, in scope: SCIMScope
  ) throws(SCIMError) {
    switch expression {
    case .and(let terms): try add(.and, of: terms, in: scope)
    case .or(let terms): try add(.or, of: terms, in: scope)
    case .not(let inner): try add(.not, of: [inner], in: scope)
    case .present(let path, _):
      guard let found = scope.find(path.head) else { return program.add(.constant(false)) }
      program.add(.present(reach(found.accessor, in: scope)))
    case .element(let path, let inner, let character):
      guard let found = scope.find(path.head) else { return program.add(.constant(false)) }
      guard let attribute = found.attribute, found.accessor.sub == nil,
        attribute.isComplex || attribute.multiValued
      else { throw Self.fault(character, "\(path.head) has no elements to filter") }
      try add(.element(reach(found.accessor, in: scope)), of: [inner], in: .element(attribute))
    case .compare(let term): program.add(try test(term, in: scope))
    }
  }

  private mutating func add(
    _ step: SCIMFilterProgram.Step, of parts: [SCIMFilter.Expression], in scope: SCIMScope
  ) throws(SCIMError) {
    let index = program.begin(step)
    for part in parts { try add(part, in: scope) }
    program.end(index)
  }

  private mutating func reach(_ accessor: SCIMAccessor, in scope: SCIMScope) -> SCIMReach {
    guard case .resource = scope else { return SCIMReach(slot: nil, steps: accessor.steps) }
    if let name = accessor.block ?? accessor.name { mentions.append(name) }
    if accessor.path == "meta.location" { mentions.append("location") }
    return tops.reach(accessor)
  }

  private mutating func test(
    _ term: SCIMFilter.Comparison, in scope: SCIMScope
  ) throws(SCIMError) -> SCIMFilterProgram.Step {
    if term.value.isNull && term.op != .eq && term.op != .ne {
      throw Self.fault(term.character, "null can only be compared with eq and ne")
    }
    guard let found = scope.find(term.path.head) else {
      return .constant(term.op == .eq && term.value.isNull)
    }
    if term.value.isNull {
      let reach = reach(found.accessor, in: scope)
      return term.op == .eq ? .absent(reach) : .present(reach)
    }
    guard let leaf = found.valued else {
      throw Self.fault(term.character, "\(term.path.head) needs a sub-attribute to compare")
    }
    guard let comparator = SCIMComparator(term.op, term.value, for: leaf.attribute) else {
      throw Self.fault(
        term.character,
        "\(term.path.head) is \(leaf.attribute.kind.inWords) and cannot be compared this way")
    }
    return .test(reach(leaf.accessor, in: scope), comparator)
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
  /// The term as a look-up; nil when it is not a comparison of texts that have to be the same.
  static func equality(of term: SCIMFilter.Comparison, in scope: SCIMScope) -> SCIMEquality? {
    guard term.op == .eq, let leaf = scope.find(term.path.head)?.valued,
      leaf.attribute.kind == .string || leaf.attribute.kind == .reference,
      case .string(let text)? = SCIMCoercion.scalar(term.value, for: leaf.attribute.kind)
    else { return nil }
    return SCIMEquality(path: leaf.accessor.path, value: text)
  }

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
      return equality(of: term, in: scope).map { [$0] } ?? []
    case .present, .or, .not:
      return []
    }
  }
}

extension SCIMMatcher {
  /// A group can be too large to be looked through for the one member a filter asks for.
  private static func decidingMembers(
    of expression: SCIMFilter.Expression, _ type: SCIMResourceType
  ) -> Set<String>? {
    switch expression {
    case .and(let terms), .or(let terms):
      return terms.reduce([]) { found, term in
        decidingMembers(of: term, type).flatMap { found?.union($0) }
      }
    case .not(let inner): return decidingMembers(of: inner, type)
    case .present(let path, _): return isMembers(path, type) ? nil : []
    case .element(let path, let inner, _):
      guard isMembers(path, type) else { return [] }
      let terms = if case .and(let terms) = inner { terms } else { [inner] }
      let scope = type.attributes.named("members").map { SCIMScope.element($0) }
      guard let scope, let first = terms.lazy.compactMap({ member($0, in: scope) }).first else {
        return nil
      }
      return [first]
    case .compare(let term):
      guard isMembers(term.path, type) else { return [] }
      return member(expression, in: .resource(type)).map { [$0] }
    }
  }

  private static func isMembers(_ path: SCIMPath, _ type: SCIMResourceType) -> Bool {
    SCIMScope.resource(type).find(path.head)?.accessor.name == "members"
  }

  /// The value of a member that a term demands.
  private static func member(
    _ expression: SCIMFilter.Expression, in scope: SCIMScope
  ) -> String? {
    guard case .compare(let term) = expression, term.op == .eq,
      let leaf = scope.find(term.path.head)?.valued,
      (leaf.accessor.sub ?? leaf.accessor.name) == "value", leaf.attribute.caseExact
    else { return nil }
    return SCIMCoercion.scalar(term.value, for: .string)?.string
  }
}
