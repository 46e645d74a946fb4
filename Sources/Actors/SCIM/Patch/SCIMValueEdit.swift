import Transport

/// Applies one edit to the value of one attribute.
struct SCIMValueEdit {
  let place: SCIMPlace
  let edit: SCIMEdit
  var strays = SCIMStrays()
  /// Whether a whole list was exchanged, so that nothing kept beside the old one is left.
  private(set) var replacesList = false

  init(place: SCIMPlace, edit: SCIMEdit) {
    self.place = place
    self.edit = edit
  }

  private var attribute: SCIMAttribute { place.attribute }

  /// - Parameter value: the attribute's value in canonical form, nil when it has none.
  mutating func apply(to value: inout JSONValue?) throws(SCIMError) {
    if attribute.multiValued {
      var elements = value?.array ?? []
      value = nil
      try apply(to: &elements)
      value = elements.isEmpty ? nil : .array(elements)
    } else if attribute.isComplex {
      var object = value?.object ?? JSONObject()
      value = nil
      try apply(to: &object)
      value = object.isEmpty ? nil : .object(object)
    } else {
      value = edit.kind == .remove ? nil : try coerced(edit.value ?? .null, for: attribute)
    }
  }

  private mutating func apply(to object: inout JSONObject) throws(SCIMError) {
    if place.sub != nil {
      try set(place.sub, in: &object)
    } else if edit.kind == .remove || edit.value?.isVoid == true {
      try SCIMResourceType.requireFree(
        of: object, by: attribute.subAttributes, at: attribute.name + ".")
      object = JSONObject()
    } else {
      try merge(into: &object)
    }
  }

  private mutating func coerced(
    _ value: JSONValue, for attribute: SCIMAttribute
  ) throws(SCIMError) -> JSONValue? {
    var coercion = SCIMCoercion()
    let result = try coercion.value(value, for: attribute, at: SCIMPlaceName(place.name))
    return result
  }

  /// Sets or clears one sub-attribute.
  mutating func set(_ sub: SCIMAttribute?, in object: inout JSONObject) throws(SCIMError) {
    guard let sub else { return }
    let value = edit.kind == .remove ? nil : try coerced(edit.value ?? .null, for: sub)
    try set(value, for: sub, in: &object, alongside: JSONObject())
  }

  /// Takes over the given sub-attributes and leaves the others; null clears one.
  mutating func merge(into object: inout JSONObject) throws(SCIMError) {
    var given = edit.value ?? .null
    if case .array(let list) = given {
      guard list.count == 1 else {
        throw SCIMError(.invalidValue, "\(place.name) takes one value, not a list")
      }
      given = list[0]
    }
    guard case .object(let members) = given else {
      guard let sub = attribute.valueSubAttribute else {
        throw SCIMError(.invalidValue, "\(place.name) must be an object")
      }
      try set(try coerced(given, for: sub), for: sub, in: &object, alongside: JSONObject())
      return
    }
    for member in members.members {
      guard let sub = attribute.subAttributes.named(member.name) else {
        strays.note(member, in: attribute)
        continue
      }
      // Clients send back what they read, but not the server's own alone.
      if sub.isServerOwned && members.count == 1 {
        throw SCIMError.readOnly(attribute.name + "." + sub.name)
      }
      if sub.isServerOwned || sub.isSecret { continue }
      try set(try coerced(member.value, for: sub), for: sub, in: &object, alongside: members)
    }
  }

  private func set(
    _ value: JSONValue?, for sub: SCIMAttribute, in object: inout JSONObject,
    alongside given: JSONObject
  ) throws(SCIMError) {
    let index = object.members.firstIndex { $0.name == sub.name }
    let old = index.map { object.members[$0].value }
    var value = value
    if sub.multiValued && edit.kind == .add, let before = old?.array, let new = value?.array {
      value = .array(before + new.filter { !before.contains($0) })
    }
    if old == value { return }
    if old != nil && sub.mutability == .immutable {
      throw SCIMError.immutable(attribute.name + "." + sub.name)
    }
    switch (index, value) {
    case (let index?, let value?): object.members[index].value = value
    case (let index?, nil): object.members.remove(at: index)
    case (nil, let value?): attribute.subAttributes.insert(value, for: sub, into: &object)
    case (nil, nil): break
    }
    // An address of what the value pointed to before would now lie.
    if sub.name == "value", old != nil, given.value(named: "$ref") == nil { object["$ref"] = nil }
  }

  mutating func noteReplacedList() { replacesList = true }
}
