import Transport

@testable import Actors

/// PATCH a second time, the slow way: every attribute is a list of elements, a single value a list
/// of at most one, and every element a dictionary in which a plain value stands under "". Nothing
/// is coerced here; who makes a step says what its value means.
struct SCIMPatchOracle {
  typealias Element = [String: JSONValue]

  struct Refusal: Error { let type: SCIMErrorType }

  struct Term {
    let sub: String
    let wanted: JSONValue
    /// `ne` instead of `eq`.
    let negated: Bool
  }

  /// What the value of a step means.
  enum Meaning {
    case wrong
    case nothing
    /// Null in an element clears what it names.
    case elements([Element])
  }

  struct Step {
    let op: String
    let block: String
    let attribute: SCIMAttribute
    let sub: SCIMAttribute?
    /// All of them; nil without a filter.
    let terms: [Term]?
    let sent: JSONValue?
    let meaning: Meaning
    /// False for a member of a value without path.
    let isExplicit: Bool

    var removes: Bool { op.lowercased() == "remove" }
    var adds: Bool { op.lowercased() == "add" }
    var clears: Bool {
      if case .nothing = meaning { true } else { removes }
    }
    var elements: [Element] {
      if case .elements(let elements) = meaning { elements } else { [] }
    }
  }

  let type: SCIMResourceType
  /// By block, empty for the core, and name.
  var values: [String: [String: [Element]]] = [:]

  init(_ type: SCIMResourceType, _ resource: JSONObject) {
    self.type = type
    read(resource, type.attributes, "")
    for pack in type.extensions {
      read(resource[pack.schema.id]?.object ?? JSONObject(), pack.schema.attributes, pack.schema.id)
    }
  }

  private mutating func read(_ object: JSONObject, _ list: SCIMAttributeList, _ block: String) {
    for attribute in list.all where attribute.name != "schemas" {
      guard let value = object[attribute.name] else { continue }
      values[block, default: [:]][attribute.name] = (value.array ?? [value]).map { element in
        guard let inner = element.object else { return ["": element] }
        return Dictionary(uniqueKeysWithValues: inner.members.map { ($0.name, $0.value) })
      }
    }
  }

  /// The resource, its members in no order.
  var json: JSONObject {
    var object = JSONObject()
    var urns: [JSONValue] = [.string(type.schema.id)]
    for (list, block) in [(type.attributes, "")]
      + type.extensions.map({ ($0.schema.attributes, $0.schema.id) })
    {
      var inner = JSONObject()
      for attribute in list.all {
        guard let elements = values[block]?[attribute.name], !elements.isEmpty else { continue }
        let written = elements.map { element in
          element[""] ?? .object(JSONObject(element.map { .init(name: $0, value: $1) }))
        }
        inner[attribute.name] = attribute.multiValued ? .array(written) : written[0]
      }
      if block.isEmpty {
        object = inner
      } else if !inner.isEmpty {
        object[block] = .object(inner)
        urns.append(.string(block))
      }
    }
    object["schemas"] = .array(urns)
    return object
  }

  /// Refuses a resource that lacks what is required.
  func finish() throws(Refusal) {
    for (list, block) in [(type.schema.attributes, "")]
      + type.extensions.map({ ($0.schema.attributes, $0.schema.id) })
    {
      let present = values[block]?.values.contains { !$0.isEmpty } ?? false
      guard block.isEmpty || present else { continue }
      for attribute in list.all {
        let elements = values[block]?[attribute.name] ?? []
        if attribute.required && elements.isEmpty { throw Refusal(type: .invalidValue) }
        for sub in attribute.subAttributes.all where sub.required {
          if elements.contains(where: { $0[sub.name] == nil }) {
            throw Refusal(type: .invalidValue)
          }
        }
      }
    }
  }
}

extension SCIMPatchOracle {
  mutating func apply(_ step: Step) throws(Refusal) {
    let attribute = step.attribute
    if attribute.isSecret { return }
    if attribute.mutability == .readOnly {
      if !step.isExplicit && ["meta", "groups"].contains(attribute.name) { return }
      throw Refusal(type: .mutability)
    }
    if step.sub?.mutability == .readOnly { throw Refusal(type: .mutability) }
    if step.removes {
      let isWhole = step.sub == nil && step.terms == nil
      let isAll = step.sent?.isNull != false || !attribute.multiValued
      if step.sub.map({ $0.required || $0.mutability == .immutable }) == true
        || isWhole && isAll && attribute.required
      {
        throw Refusal(type: .mutability)
      }
    }
    let before = values[step.block]?[attribute.name] ?? []
    var after = before
    try change(&after, step)
    let hasChanged = attribute.mutability == .immutable && !before.isEmpty && before != after
    let isLost = step.removes && attribute.required && !before.isEmpty && after.isEmpty
    if hasChanged || isLost { throw Refusal(type: .mutability) }
    values[step.block, default: [:]][attribute.name] = after
  }

  private func change(_ list: inout [Element], _ step: Step) throws(Refusal) {
    let attribute = step.attribute
    if case .wrong = step.meaning { throw Refusal(type: .invalidValue) }
    if !attribute.multiValued { return try changeSingle(&list, step) }
    if step.terms != nil || step.sub != nil { return try changeSome(&list, step) }
    if step.removes {
      if step.sent?.isNull != false { list = [] }
      list.removeAll { element in step.elements.contains { names(element, $0, attribute) } }
      return
    }
    let given = distinct(step.elements)
    let primaries = given.filter { $0["primary"] == true }
    if primaries.count > 1 { throw Refusal(type: .invalidValue) }
    if !step.adds {
      list = given
      return
    }
    var chosen: Int?
    for element in given {
      let twin = list.firstIndex { old in
        let isSame = old["value"] == element["value"] && old["type"] == element["type"]
        return old == element || old["value"] != nil && isSame
      }
      if let twin {
        list[twin].merge(element) { $1 }
      } else {
        list.append(element)
      }
      if element["primary"] == true { chosen = twin ?? list.count - 1 }
    }
    if let chosen, list[chosen]["primary"] == true { demote(&list, except: chosen) }
  }

  private func changeSingle(_ list: inout [Element], _ step: Step) throws(Refusal) {
    var element = list.first ?? [:]
    if let sub = step.sub {
      try set(sub, step.clears ? .none : step.elements[0][""], &element, step, alone: true)
    } else if step.clears {
      for sub in step.attribute.subAttributes.all
      where sub.mutability == .immutable && element[sub.name] != nil {
        throw Refusal(type: .mutability)
      }
      element = [:]
    } else if step.attribute.isComplex {
      try merge(step.elements[0], &element, step)
    } else {
      element = step.elements[0]
    }
    list = element.isEmpty ? [] : [element]
  }

  private func changeSome(_ list: inout [Element], _ step: Step) throws(Refusal) {
    var hits = list.indices.filter { matches(list[$0], step) }
    let isNew = hits.isEmpty && !step.clears
    if isNew && (step.terms != nil || list.isEmpty) {
      list.append(try step.terms == nil ? [:] : stamped(step))
      hits = [list.count - 1]
    }
    for hit in hits {
      if let sub = step.sub {
        try set(sub, step.clears ? .none : step.elements[0][""], &list[hit], step, alone: true)
      } else if step.clears {
        list[hit] = [:]
      } else if step.attribute.isComplex {
        try merge(step.elements[0], &list[hit], step)
      } else {
        list[hit] = step.elements[0]
      }
    }
    let hollow = hits.filter { hit in
      list[hit].isEmpty
        || step.clears && list[hit].keys.allSatisfy { $0 == "type" || $0 == "primary" }
    }
    let living = hits.filter { !hollow.contains($0) }
    let saysPrimary =
      step.sub.map { $0.name == "primary" } ?? step.elements.contains { $0["primary"] != nil }
    let primaries = living.filter { list[$0]["primary"] == true }
    if isNew || saysPrimary {
      if primaries.count > 1 { throw Refusal(type: .invalidValue) }
      if let primary = primaries.first { demote(&list, except: primary) }
    }
    for hit in hollow.reversed() { list.remove(at: hit) }
    if !living.isEmpty { list = distinct(list) }
  }

  private func merge(
    _ given: Element, _ element: inout Element, _ step: Step
  ) throws(Refusal) {
    let subs = step.attribute.subAttributes.all
    for sub in subs {
      guard let value = given[sub.name] else { continue }
      if sub.mutability == .readOnly {
        if given.count == 1 { throw Refusal(type: .mutability) }
        continue
      }
      try set(sub, value.isNull ? .none : value, &element, step, alone: given["$ref"] == nil)
    }
  }

  /// - Parameter alone: whether no address comes with it.
  private func set(
    _ sub: SCIMAttribute, _ value: JSONValue?, _ element: inout Element, _ step: Step, alone: Bool
  ) throws(Refusal) {
    var value = value
    let old = element[sub.name]
    if sub.multiValued, step.adds, let before = old?.array, let new = value?.array {
      value = .array(before + new.filter { !before.contains($0) })
    }
    if old == value { return }
    if old != nil && sub.mutability == .immutable { throw Refusal(type: .mutability) }
    element[sub.name] = value
    if sub.name == "value" && old != nil && alone { element["$ref"] = nil }
  }
}

extension SCIMPatchOracle {
  private func matches(_ element: Element, _ step: Step) -> Bool {
    (step.terms ?? []).allSatisfy { term in
      let attribute =
        step.attribute.isComplex
        ? step.attribute.subAttributes.named(term.sub) : step.attribute
      guard let attribute else { return false }
      let value = element[step.attribute.isComplex ? term.sub : ""]
      let isEqual = value.map { same($0, term.wanted, attribute) } ?? false
      return isEqual != term.negated
    }
  }

  /// The element a filter of equalities describes, if it may be made.
  private func stamped(_ step: Step) throws(Refusal) -> Element {
    var element = Element()
    for term in step.terms ?? [] {
      guard !term.negated, let sub = step.attribute.subAttributes.named(term.sub) else {
        throw Refusal(type: .noTarget)
      }
      let canonical = sub.canonicalValues.first { $0.lowercased() == term.wanted.string }
      let isOpen = step.op.first?.isUppercase == true || sub.canonicalValues.isEmpty
      let isPossible =
        step.adds || sub.name == "primary" || sub.name == "type" && (canonical != nil || isOpen)
      guard isPossible else { throw Refusal(type: .noTarget) }
      element[sub.name] =
        sub.name == "type" ? canonical.map { .string($0) } ?? term.wanted : term.wanted
    }
    return element
  }

  private func names(_ element: Element, _ given: Element, _ attribute: SCIMAttribute) -> Bool {
    let keys = given["value"] == nil ? Array(given.keys) : ["value", "type"]
    return keys.allSatisfy { key in
      guard let wanted = given[key] else { return true }
      guard let leaf = key.isEmpty ? attribute : attribute.subAttributes.named(key) else {
        return false
      }
      return element[key].map { same($0, wanted, leaf) } ?? false
    }
  }

  private func same(_ left: JSONValue, _ right: JSONValue, _ attribute: SCIMAttribute) -> Bool {
    if attribute.caseExact { return left == right }
    return left == right
      || left.string != nil && left.string?.lowercased() == right.string?.lowercased()
  }

  private func demote(_ list: inout [Element], except chosen: Int?) {
    for index in list.indices where index != chosen && list[index]["primary"] == true {
      list[index]["primary"] = false
    }
  }

  private func distinct(_ list: [Element]) -> [Element] {
    var all = [Element]()
    for element in list where !all.contains(element) { all.append(element) }
    return all
  }
}
