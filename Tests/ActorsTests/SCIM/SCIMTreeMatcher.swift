import Transport

@testable import Actors

/// What a filter means, written down a second time over trees, with no regard for speed: the
/// matcher over bytes has to agree with it.
struct SCIMTreeMatcher {
  let type: SCIMResourceType

  func matches(_ filter: SCIMFilter, _ resource: JSONObject) -> Bool {
    holds(filter.expression, .object(resource), .resource(type))
  }

  private func holds(
    _ expression: SCIMFilter.Expression, _ value: JSONValue, _ scope: SCIMScope
  ) -> Bool {
    switch expression {
    case .and(let terms): return terms.filter { !holds($0, value, scope) }.isEmpty
    case .or(let terms): return !terms.filter { holds($0, value, scope) }.isEmpty
    case .not(let inner): return !holds(inner, value, scope)
    case .present(let path, _):
      guard let found = scope.find(path.head) else { return false }
      return !values(found.accessor, value).isEmpty
    case .element(let path, let inner, _):
      guard let found = scope.find(path.head), let attribute = found.attribute else {
        return false
      }
      return all(found.accessor, value).contains { holds(inner, $0, .element(attribute)) }
    case .compare(let term): return holds(term, value, scope)
    }
  }

  private func holds(
    _ term: SCIMFilter.Comparison, _ value: JSONValue, _ scope: SCIMScope
  ) -> Bool {
    guard let found = scope.find(term.path.head) else { return term.op == .eq && term.value.isNull }
    if term.value.isNull { return values(found.accessor, value).isEmpty == (term.op == .eq) }
    guard let leaf = found.valued else { return false }
    let all = all(leaf.accessor, value)
    if term.op == .ne, values(leaf.accessor, value).isEmpty { return true }
    return all.contains { compare($0, term, leaf.attribute) }
  }

  /// The values that are not empty.
  private func values(_ accessor: SCIMAccessor, _ value: JSONValue) -> [JSONValue] {
    all(accessor, value).filter { !$0.isVoid }
  }

  private func all(_ accessor: SCIMAccessor, _ value: JSONValue) -> [JSONValue] {
    var values = flat(value)
    for name in [accessor.block, accessor.name, accessor.sub].compactMap(\.self) {
      values = values.compactMap { $0[name] }.flatMap(flat)
    }
    return values
  }

  private func flat(_ value: JSONValue) -> [JSONValue] {
    value.array.map { $0.flatMap(flat) } ?? [value]
  }

  private func compare(
    _ value: JSONValue, _ term: SCIMFilter.Comparison, _ attribute: SCIMAttribute
  ) -> Bool {
    let isTextual = term.op == .co || term.op == .sw || term.op == .ew
    switch attribute.kind {
    case .boolean:
      let wanted = term.value.bool ?? (term.value.string?.lowercased() == "true")
      return value.bool.map { ($0 == wanted) == (term.op == .eq) } ?? false
    case .decimal, .integer:
      guard let number = value.number, let wanted = term.value.number else { return false }
      if let left = number.int, let right = wanted.int { return order(left, term.op, right) }
      return order(number.double, term.op, wanted.double)
    case .dateTime where !isTextual:
      guard let left = value.string.flatMap({ Timestamp(parsing: $0) }),
        let right = term.value.string.flatMap({ Timestamp(parsing: $0) })
      else { return false }
      return order(left, term.op, right)
    default:
      guard let text = value.string,
        let wanted = term.value.string ?? term.value.number?.text
      else { return false }
      let form = attribute.caseExact ? SCIMText.exact : SCIMText.fold
      return order(Array(form(text).unicodeScalars), term.op, Array(form(wanted).unicodeScalars))
    }
  }

  private func order(
    _ left: [Unicode.Scalar], _ op: SCIMFilter.Operator, _ right: [Unicode.Scalar]
  ) -> Bool {
    switch op {
    case .co:
      left.indices.contains { left[$0...].starts(with: right) } || right.isEmpty
    case .sw: left.starts(with: right)
    case .ew: left.reversed().starts(with: right.reversed())
    case .eq: left == right
    case .ne: left != right
    case .gt: right.lexicographicallyPrecedes(left)
    case .ge: !left.lexicographicallyPrecedes(right)
    case .lt: left.lexicographicallyPrecedes(right)
    case .le: !right.lexicographicallyPrecedes(left)
    }
  }

  private func order<Value: Comparable>(
    _ left: Value, _ op: SCIMFilter.Operator, _ right: Value
  ) -> Bool {
    switch op {
    case .eq: left == right
    case .ne: left != right
    case .gt: left > right
    case .ge: left >= right
    case .lt: left < right
    case .le: left <= right
    case .co, .sw, .ew: false
    }
  }
}
