import Transport

/// What a PATCH does to a group's members: every identity provider's way of saying it ends in one
/// of these, which touch no more members than they name wherever the request allows it.
package enum SCIMMemberEdit: Sendable {
  /// Distinct and not empty; one that is there already stays as it is.
  case add([SCIMMember])
  /// Distinct and not empty; whoever is not among them leaves.
  case replaceAll([SCIMMember])
  case removeAll
  /// By id; one that is not there is no error.
  case remove([String])
  /// Every member the filter matches leaves; none is no error.
  case removeWhere(SCIMMemberFilter)
  case change(SCIMMemberChange)
}

/// A filter in a path such as `members[display sw "a"]`.
package struct SCIMMemberFilter: Sendable {
  package let expression: SCIMFilter.Expression
  /// The ids it names, when it asks for ids and nothing else: no other member can match.
  package let ids: [String]?
  private let matcher: SCIMMatcher

  init(_ expression: SCIMFilter.Expression, matcher: SCIMMatcher) {
    self.expression = expression
    self.matcher = matcher
    ids = Self.ids(in: expression)
  }

  package func matches(_ member: SCIMMember) -> Bool {
    matcher.matches(element: .object(member.json))
  }

  private static func ids(in expression: SCIMFilter.Expression) -> [String]? {
    switch expression {
    case .compare(let term):
      guard term.op == .eq, SCIMText.sameName(term.path.head, "value") else { return nil }
      return SCIMCoercion.scalar(term.value, for: .string)?.string.map { [$0] }
    case .or(let terms):
      var all = [String]()
      for term in terms {
        guard let ids = ids(in: term) else { return nil }
        all += ids
      }
      return all
    case .and(let terms) where terms.count == 1: return ids(in: terms[0])
    case .and, .not, .present, .element: return nil
    }
  }
}

/// A change to what is known of members that are there already, such as their `display`.
package struct SCIMMemberChange: Sendable {
  /// Whom it concerns; everybody when nil.
  package let filter: SCIMMemberFilter?
  private let place: SCIMPlace
  private let edit: SCIMEdit

  init(place: SCIMPlace, edit: SCIMEdit, filter: SCIMMemberFilter?) {
    self.place = place
    self.edit = edit
    self.filter = filter
  }

  /// The member as it is afterwards.
  ///
  /// - Parameter member: one the filter matches.
  /// - Throws: `mutability` for who a member is and of what kind, once that is set.
  package func applied(to member: SCIMMember) throws(SCIMError) -> SCIMMember {
    var elements: [JSONValue] = [.object(member.json)]
    var change = SCIMValueEdit(place: place, edit: edit)
    try change.apply(to: &elements)
    return try elements.first.map { element throws(SCIMError) in try SCIMMember(element) } ?? member
  }

  /// The member to add where nobody matches, if any.
  ///
  /// - Throws: `noTarget` when there had to be somebody.
  package func created() throws(SCIMError) -> SCIMMember? {
    var elements = [JSONValue]()
    var change = SCIMValueEdit(place: place, edit: edit)
    try change.apply(to: &elements)
    return try elements.first.map { element throws(SCIMError) in try SCIMMember(element) }
  }
}
