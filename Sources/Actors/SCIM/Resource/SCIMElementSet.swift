import Transport

/// The distinct elements of one multi-valued attribute, in order; large groups need it to be quick.
struct SCIMElementSet {
  private(set) var elements = [JSONValue]()
  private let byValue: Bool
  private var seen = Set<JSONValue>()
  /// Up to here a scan beats hashing.
  private static let scanned = 12

  init(of attribute: SCIMAttribute) { byValue = attribute.isIdentifiedByValue }

  /// False when the element is there already.
  mutating func insert(_ element: JSONValue) -> Bool {
    let identity = identity(of: element)
    if elements.count < Self.scanned {
      if elements.contains(where: { self.identity(of: $0) == identity }) { return false }
    } else {
      if seen.isEmpty { seen = Set(elements.map { self.identity(of: $0) }) }
      if !seen.insert(identity).inserted { return false }
    }
    elements.append(element)
    return true
  }

  private func identity(of element: JSONValue) -> JSONValue {
    byValue ? element["value"] ?? element : element
  }
}
