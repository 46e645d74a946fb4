import Transport

/// What a list is sorted by, bound to a resource type (RFC 7644 §3.4.2.3): of several values the
/// primary one counts, else the first.
package struct SCIMSort: Sendable {
  private let tops: SCIMTopMembers
  private let reach: SCIMReach
  private let attribute: SCIMAttribute
  /// The attribute at the top of a resource it looks at, by canonical name.
  package let mention: String

  /// Nil for what nothing can be sorted by, such as an unknown name: it is ignored.
  package init?(by path: String, type: SCIMResourceType) {
    guard let found = SCIMScope.resource(type).find(path), let leaf = found.valued,
      let mention = found.accessor.block ?? found.accessor.name
    else { return nil }
    var tops = SCIMTopMembers()
    reach = tops.reach(leaf.accessor)
    self.tops = tops
    attribute = leaf.attribute
    self.mention = leaf.accessor.path == "meta.location" ? "location" : mention
  }

  /// - Parameters:
  ///   - resource: one JSON object with canonical names.
  ///   - places: scratch space, worth keeping from resource to resource.
  package func key(of resource: [UInt8], _ places: inout [Range<Int>]) -> SCIMSortKey {
    let bytes = resource.span
    tops.find(in: bytes, &places)
    guard let slot = reach.slot, !places[slot].isEmpty,
      let range = value(places[slot], 0, in: bytes), !bytes.isVoid(at: range)
    else { return .missing }
    return key(at: range, in: bytes)
  }

  private func value(_ range: Range<Int>, _ depth: Int, in bytes: Span<UInt8>) -> Range<Int>? {
    if bytes[range.lowerBound] == UInt8(ascii: "[") {
      return bytes.mainElement(of: range).flatMap { value($0, depth, in: bytes) }
    }
    guard depth < reach.steps.count else { return range }
    return bytes.value(named: reach.steps[depth], in: range)
      .flatMap { value($0, depth + 1, in: bytes) }
  }

  private func key(at range: Range<Int>, in bytes: Span<UInt8>) -> SCIMSortKey {
    switch (attribute.kind, bytes[range.lowerBound]) {
    case (.boolean, UInt8(ascii: "t")): return .bool(true)
    case (.boolean, UInt8(ascii: "f")): return .bool(false)
    case (.decimal, _), (.integer, _):
      return bytes.tree(at: range)?.number.map { .number($0.double) } ?? .missing
    case (.dateTime, UInt8(ascii: "\"")):
      let time = bytes.tree(at: range)?.string.flatMap { Timestamp(parsing: $0) }
      return time.map { .time($0) } ?? .missing
    case (.string, UInt8(ascii: "\"")), (.reference, UInt8(ascii: "\"")),
      (.binary, UInt8(ascii: "\"")):
      return .text(SCIMTextTest.form(of: bytes, at: range, attribute.caseExact))
    default: return .missing
    }
  }
}

extension Span<UInt8> {
  /// The primary element of the array at `range`, else its first; nil when it is empty.
  fileprivate func mainElement(of range: Range<Int>) -> Range<Int>? {
    var cursor = JSONCursor(at: range.lowerBound + 1, end: range.upperBound)
    var first: Range<Int>?
    while let element = cursor.value(in: self) {
      if let primary = value(named: Array("primary".utf8), in: element),
        self[primary.lowerBound] == UInt8(ascii: "t")
      {
        return element
      }
      if first == nil { first = element }
      guard cursor.take(UInt8(ascii: ","), in: self) else { break }
    }
    return first
  }
}
