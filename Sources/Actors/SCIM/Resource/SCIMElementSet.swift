import Transport

/// The distinct elements of one multi-valued attribute, in order; large groups need it to be quick.
struct SCIMElementSet {
  private(set) var elements: [JSONValue]
  private let byValue: Bool
  private var seen = Set<JSONValue>()
  private var hashes: Bool
  /// Up to here a scan beats hashing.
  private static let scanned = 12
  /// So few more elements are not worth hashing those that are there.
  private static let few = 4

  /// - Parameters:
  ///   - elements: distinct already.
  ///   - expecting: how many are about to be inserted.
  init(of attribute: SCIMAttribute, elements: [JSONValue] = [], expecting: Int = .max) {
    byValue = attribute.isIdentifiedByValue
    self.elements = elements
    hashes = expecting > Self.few
  }

  /// False when the element is there already.
  @discardableResult
  mutating func insert(_ element: JSONValue) -> Bool {
    if elements.isEmpty {
      elements.append(element)
      return true
    }
    let identity = identity(of: element)
    if !hashes || elements.count < Self.scanned {
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
