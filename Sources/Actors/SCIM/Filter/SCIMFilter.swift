package import Transport

/// A query filter (RFC 7644 §3.4.2.2) as written: parsing needs no schema, meaning comes with
/// `SCIMMatcher`.
package struct SCIMFilter: Sendable, Hashable {
  package enum Operator: String, Sendable, CaseIterable {
    case eq, ne, co, sw, ew, gt, ge, lt, le
  }

  package struct Comparison: Sendable, Hashable {
    package let path: SCIMPath
    package let op: Operator
    /// Null, a boolean, a number or a string.
    package let value: JSONValue
    /// Where it stands in the filter, from 1.
    package let character: Int
  }

  package indirect enum Expression: Sendable, Hashable {
    case compare(Comparison)
    case present(SCIMPath, character: Int)
    /// `path[…]`: one and the same element matches.
    case element(SCIMPath, Expression, character: Int)
    case and([Expression])
    case or([Expression])
    case not(Expression)
  }

  package let expression: Expression

  /// - Throws: `invalidFilter`, saying at which character the fault is.
  package init(parsing text: String) throws(SCIMError) {
    var parser = SCIMFilterParser(text)
    expression = try parser.filter()
  }
}

extension SCIMFilter: CustomStringConvertible {
  /// The filter with no more parentheses than its meaning needs.
  package var description: String { expression.description }
}

extension SCIMFilter.Expression: CustomStringConvertible {
  package var description: String {
    switch self {
    case .compare(let term): "\(term.path.head) \(term.op.rawValue) \(term.value.text)"
    case .present(let path, _): "\(path.head) pr"
    case .element(let path, let inner, _): "\(path.head)[\(inner)]"
    case .and(let terms):
      terms.map { if case .or = $0 { "(\($0))" } else { $0.description } }
        .joined(separator: " and ")
    case .or(let terms): terms.map(\.description).joined(separator: " or ")
    case .not(let inner): "not (\(inner))"
    }
  }
}
