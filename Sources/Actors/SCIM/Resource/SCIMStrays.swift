import Transport

/// Sub-attributes no schema knows, on their way into `SCIMResource.unknown`: those of a single
/// object as an object, those of a list's elements as a list of objects that carry the element's
/// `value` and `type` along.
struct SCIMStrays {
  struct Found {
    let attribute: SCIMAttribute
    var member: JSONObject.Member
  }

  private(set) var found = [Found]()
  private(set) var elements = [(attribute: SCIMAttribute, object: JSONObject)]()

  var isEmpty: Bool { found.isEmpty && elements.isEmpty }

  mutating func note(_ member: JSONObject.Member, in attribute: SCIMAttribute) {
    if !member.value.isVoid { found.append(Found(attribute: attribute, member: member)) }
  }

  /// Gathers what was noted since `start` into one entry beside the element it was found in.
  mutating func settleElement(
    of attribute: SCIMAttribute, after start: Int, with element: JSONObject
  ) {
    guard found.count > start else { return }
    var entry = JSONObject()
    for name in Self.keys { entry[name] = element[name] }
    for stray in found[start...] { entry[stray.member.name] = stray.member.value }
    found.removeSubrange(start...)
    elements.append((attribute, entry))
  }

  /// What names an element in an entry.
  static let keys = ["value", "type"]

  /// Merges everything into `unknown`; below `urn` for attributes of an extension.
  func keep(in unknown: inout JSONObject, below urn: String?) {
    for stray in found {
      SCIMUnknown.set(
        stray.member.value, at: [urn, stray.attribute.name, stray.member.name], in: &unknown)
    }
    for (attribute, object) in elements {
      SCIMUnknown.append(.object(object), at: [urn, attribute.name], in: &unknown)
    }
  }
}

/// Reads and writes below names in an object whose shape nothing promises.
enum SCIMUnknown {
  static func value(at path: [String?], in object: JSONObject) -> JSONValue? {
    var current: JSONValue = .object(object)
    for name in path.compactMap(\.self) {
      guard let next = current.object?.value(named: name) else { return nil }
      current = next
    }
    return current
  }

  /// Sets, or with something void removes, creating objects on the way and dropping emptied ones.
  static func set(_ value: JSONValue, at path: [String?], in object: inout JSONObject) {
    set(value, at: path.compactMap(\.self)[...], in: &object)
  }

  static func append(_ value: JSONValue, at path: [String?], in object: inout JSONObject) {
    var list = self.value(at: path, in: object)?.array ?? []
    if !list.contains(value) { list.append(value) }
    set(.array(list), at: path, in: &object)
  }

  private static func set(
    _ value: JSONValue, at path: ArraySlice<String>, in object: inout JSONObject
  ) {
    guard let name = path.first else { return }
    let index = object.position(named: name)
    var new = value
    if path.count > 1 {
      var inner = index.flatMap { object.members[$0].value.object } ?? JSONObject()
      set(value, at: path.dropFirst(), in: &inner)
      new = .object(inner)
    }
    switch (index, new.isVoid) {
    case (let index?, true): object.members.remove(at: index)
    case (let index?, false): object.members[index].value = new
    case (nil, false): object.members.append(.init(name: name, value: new))
    case (nil, true): break
    }
  }
}
