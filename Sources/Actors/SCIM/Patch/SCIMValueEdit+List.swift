import Transport

extension SCIMValueEdit {
  private var attribute: SCIMAttribute { place.attribute }

  /// One edit of a multi-valued attribute's elements.
  mutating func apply(to elements: inout [JSONValue]) throws(SCIMError) {
    if place.matcher == nil && place.sub == nil {
      switch edit.kind {
      case .add: try settlePrimary(try add(to: &elements), in: &elements)
      case .replace:
        elements = try coercedElements()
        noteReplacedList()
      case .remove: try remove(from: &elements)
      }
      return
    }
    let (changed, isNew) =
      place.matcher == nil ? try changeAll(&elements) : try changeMatching(&elements)
    if isNew || setsPrimary { try settlePrimary(changed, in: &elements) }
    let mayRepeat = !changed.isEmpty && !attribute.isIdentifiedByValue
    if mayRepeat { elements = distinct(elements) }
  }

  /// Whether the operation itself says which element is primary.
  private var setsPrimary: Bool {
    if let sub = place.sub { return sub.name == "primary" }
    let given = edit.value?.array.flatMap { $0.count == 1 ? $0[0] : .none } ?? edit.value
    return given?.object?.value(named: "primary") != nil
  }

  private mutating func coercedElements() throws(SCIMError) -> [JSONValue] {
    var coercion = SCIMCoercion()
    let elements = try coercion.elements(
      edit.value ?? .null, for: attribute, at: SCIMPlaceName(place.name),
      onlyOnePrimary: edit.kind != .remove)
    strays = coercion.strays
    return elements
  }

  /// Appends what is not there; an element with the same value and type takes over the rest.
  /// Returns where an element was made primary.
  private mutating func add(to elements: inout [JSONValue]) throws(SCIMError) -> [Int] {
    let given = try coercedElements()
    if attribute.isIdentifiedByValue || !attribute.isComplex {
      var set = SCIMElementSet(of: attribute, elements: elements, expecting: given.count)
      elements = []
      for element in given { set.insert(element) }
      elements = set.elements
      return []
    }
    var primaries = [Int]()
    for element in given {
      let twin = elements.firstIndex { stored in
        SCIMStrays.keys.allSatisfy { stored[$0] == element[$0] } && stored["value"] != nil
          || stored == element
      }
      if element["primary"] == .bool(true) { primaries.append(twin ?? elements.count) }
      guard let twin, case .object(var object) = elements[twin], let new = element.object else {
        elements.append(element)
        continue
      }
      for member in new.members {
        guard let sub = attribute.subAttributes.named(member.name) else { continue }
        if object[member.name] == nil {
          attribute.subAttributes.insert(member.value, for: sub, into: &object)
        } else {
          object[member.name] = member.value
        }
      }
      elements[twin] = .object(object)
    }
    return primaries
  }

  /// With a value only the elements it names, without one all.
  private mutating func remove(from elements: inout [JSONValue]) throws(SCIMError) {
    guard let value = edit.value, !value.isNull else {
      elements = []
      noteReplacedList()
      return
    }
    let given = try coercedElements()
    strays = SCIMStrays()
    if attribute.isIdentifiedByValue {
      let values = Set(given.compactMap { $0["value"] })
      elements.removeAll { $0["value"].map(values.contains) ?? false }
    } else {
      elements.removeAll { element in given.contains { names(element, $0) } }
    }
  }

  /// Whether `given` means `element`: by value, and by type if that is said too; else by all of it.
  private func names(_ element: JSONValue, _ given: JSONValue) -> Bool {
    guard let wanted = given.object else { return same(element, given, attribute) }
    let keys = wanted["value"] == nil ? wanted.members.map(\.name) : SCIMStrays.keys
    return keys.allSatisfy { key in
      guard let value = wanted[key] else { return true }
      guard let sub = attribute.subAttributes.named(key) else { return false }
      return element[key].map { same($0, value, sub) } ?? false
    }
  }

  private func same(_ left: JSONValue, _ right: JSONValue, _ attribute: SCIMAttribute) -> Bool {
    if left == right { return true }
    guard !attribute.caseExact, let left = left.string, let right = right.string else {
      return false
    }
    return SCIMText.fold(left) == SCIMText.fold(right)
  }

  /// A sub-attribute of every element; of a new one where there is none.
  private mutating func changeAll(
    _ elements: inout [JSONValue]
  ) throws(SCIMError) -> (changed: [Int], isNew: Bool) {
    let isNew = elements.isEmpty && edit.kind != .remove && edit.value?.isVoid == false
    if isNew { elements.append(.object(JSONObject())) }
    return (try change(Array(elements.indices), of: &elements), isNew)
  }

  private mutating func changeMatching(
    _ elements: inout [JSONValue]
  ) throws(SCIMError) -> (changed: [Int], isNew: Bool) {
    guard let matcher = place.matcher else { return ([], false) }
    let matching = elements.indices.filter { matcher.matches(element: elements[$0]) }
    if !matching.isEmpty { return (try change(Array(matching), of: &elements), false) }
    if edit.kind == .remove || edit.value?.isVoid == true { return ([], false) }
    guard let stamped = stampedElement() else {
      throw SCIMError(.noTarget, "no element of \(attribute.name) matches the filter")
    }
    elements.append(.object(stamped))
    return (try change([elements.count - 1], of: &elements), true)
  }

  /// Changes those elements; one with nothing left but its type goes.
  private mutating func change(
    _ indices: [Int], of elements: inout [JSONValue]
  ) throws(SCIMError) -> [Int] {
    var kept = [Int]()
    var hollow = [Int]()
    let clears = edit.kind == .remove || edit.value?.isVoid == true
    for index in indices {
      guard case .object(var object) = elements[index] else {
        if clears {
          hollow.append(index)
        } else {
          try exchange(&elements[index])
          kept.append(index - hollow.count)
        }
        continue
      }
      elements[index] = .null
      if place.sub != nil {
        try set(place.sub, in: &object)
      } else if clears {
        object = JSONObject()
      } else {
        try merge(into: &object)
        settleStrays(beside: object)
      }
      if object.isEmpty || clears && isHollow(object) {
        hollow.append(index)
      } else {
        kept.append(index - hollow.count)
      }
      elements[index] = .object(object)
    }
    for index in hollow.reversed() { elements.remove(at: index) }
    return kept
  }

  private mutating func settleStrays(beside object: JSONObject) {
    strays.settleElement(of: attribute, after: 0, with: object)
  }

  private func exchange(_ element: inout JSONValue) throws(SCIMError) {
    var coercion = SCIMCoercion()
    var given = edit.value ?? .null
    if case .array(let list) = given, list.count == 1 { given = list[0] }
    let new = try coercion.element(
      given, for: attribute, at: SCIMPlaceName(place.name))
    element = new ?? element
  }

  private func isHollow(_ object: JSONObject) -> Bool {
    object.members.allSatisfy { $0.name == "type" || $0.name == "primary" }
  }

  /// The element a filter describes, when it may be created (Entra sets values never set before by
  /// `emails[type eq "work"].value`).
  private func stampedElement() -> JSONObject? {
    var object = JSONObject()
    guard let filter = place.filter else { return nil }
    let terms = if case .and(let terms) = filter { terms } else { [filter] }
    for term in terms {
      guard case .compare(let term) = term, term.op == .eq,
        let sub = attribute.subAttributes.named(term.path.head),
        !sub.isServerOwned, object[sub.name] == nil,
        let value = SCIMCoercion.scalar(term.value, for: sub.kind), !value.isVoid,
        let stamp = stamp(value, for: sub)
      else { return nil }
      attribute.subAttributes.insert(stamp, for: sub, into: &object)
    }
    return object
  }

  /// Only `type` and `primary` describe an element that is not there; `replace` in lower case must
  /// moreover stay with the canonical types (RFC 7644 §3.5.2.3 wants noTarget otherwise).
  private func stamp(_ value: JSONValue, for sub: SCIMAttribute) -> JSONValue? {
    if sub.kind == .boolean && sub.name == "primary" { return value }
    guard sub.name == "type", let text = value.string else {
      return edit.kind == .add ? value : .none
    }
    let canonical = sub.canonicalValues.first { SCIMText.sameName($0, text) }
    if let canonical { return .string(canonical) }
    let isFree = edit.creates || edit.kind == .add || sub.canonicalValues.isEmpty
    return isFree ? value : .none
  }

  /// The element made primary is the only one (RFC 7644 §3.5.2).
  private func settlePrimary(
    _ changed: [Int], in elements: inout [JSONValue]
  ) throws(SCIMError) {
    let primaries = changed.filter { elements[$0]["primary"] == .bool(true) }
    guard let primary = primaries.first else { return }
    guard primaries.count == 1 else {
      throw SCIMError(.invalidValue, "\(attribute.name) may have only one primary value")
    }
    for index in elements.indices where index != primary {
      guard case .object(var object) = elements[index], object["primary"] == .bool(true)
      else { continue }
      object["primary"] = .bool(false)
      elements[index] = .object(object)
    }
  }

  private func distinct(_ elements: [JSONValue]) -> [JSONValue] {
    var set = SCIMElementSet(of: attribute)
    for element in elements { set.insert(element) }
    return set.elements
  }
}
