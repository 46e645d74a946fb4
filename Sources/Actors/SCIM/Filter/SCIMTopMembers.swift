import Transport

/// The members at the top of a resource that a filter or an order looks at, found in one walk over
/// its bytes, however many terms look at them.
struct SCIMTopMembers: Sendable {
  /// Canonical, as they stand between quotes; a term's slot is a position here.
  private(set) var names: [[UInt8]] = []

  /// The way to an attribute of a resource; its first name gets a slot.
  mutating func reach(_ accessor: SCIMAccessor) -> SCIMReach {
    let steps = accessor.steps
    guard let first = steps.first else { return SCIMReach(slot: nil, steps: steps) }
    let rest = Array(steps.dropFirst())
    if let slot = names.firstIndex(of: first) { return SCIMReach(slot: slot, steps: rest) }
    names.append(first)
    return SCIMReach(slot: names.count - 1, steps: rest)
  }

  /// Puts where the values stand into `places`, one per name; an empty range means there is none.
  ///
  /// - Parameters:
  ///   - bytes: a resource, as one JSON object.
  ///   - places: scratch space, kept from resource to resource.
  func find(in bytes: Span<UInt8>, _ places: inout [Range<Int>]) {
    places.removeAll(keepingCapacity: true)
    for _ in names { places.append(0..<0) }
    var cursor = JSONCursor(at: 0, end: bytes.count)
    guard cursor.take(UInt8(ascii: "{"), in: bytes) else { return }
    var missing = names.count
    while missing > 0, let member = cursor.member(in: bytes) {
      if let slot = slot(of: member.name, in: bytes), places[slot].isEmpty {
        places[slot] = member.value
        missing -= 1
      }
      guard cursor.take(UInt8(ascii: ","), in: bytes) else { return }
    }
  }

  private func slot(of name: Range<Int>, in bytes: Span<UInt8>) -> Int? {
    let names = names.span
    for slot in names.indices where bytes.holds(names[slot], at: name) { return slot }
    return nil
  }
}

/// The way to an attribute's values from where a filter looks.
struct SCIMReach: Sendable {
  /// Which member at the top leads there; nil within an element, where the way begins at once.
  let slot: Int?
  /// The further names, from the outermost in.
  let steps: [[UInt8]]
}

extension Span<UInt8> {
  /// Whether exactly those bytes stand at `range`.
  func holds(_ wanted: [UInt8], at range: Range<Int>) -> Bool {
    guard range.count == wanted.count else { return false }
    var index = range.lowerBound
    for byte in wanted {
      if self[index] != byte { return false }
      index += 1
    }
    return true
  }

  /// The value of that member of the object at `range`.
  func value(named name: [UInt8], in range: Range<Int>) -> Range<Int>? {
    var cursor = JSONCursor(in: range)
    guard cursor.take(UInt8(ascii: "{"), in: self) else { return nil }
    while let member = cursor.member(in: self) {
      if holds(name, at: member.name) { return member.value }
      guard cursor.take(UInt8(ascii: ","), in: self) else { return nil }
    }
    return nil
  }

  /// Whether the value at `range` says that nothing is there, as `JSONValue.isVoid` has it.
  func isVoid(at range: Range<Int>) -> Bool {
    switch self[range.lowerBound] {
    case UInt8(ascii: "n"): return true
    case UInt8(ascii: "\""): return range.count == 2
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      var cursor = JSONCursor(at: range.lowerBound + 1, end: range.upperBound)
      return cursor.take(UInt8(ascii: "}"), in: self) || cursor.take(UInt8(ascii: "]"), in: self)
    default: return false
    }
  }

  /// The value at `range` as a tree; for what is looked at rarely.
  func tree(at range: Range<Int>) -> JSONValue? {
    try? JSONValue(parsing: extracting(range))
  }
}
