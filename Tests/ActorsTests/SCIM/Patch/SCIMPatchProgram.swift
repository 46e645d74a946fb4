import TestSupport
import Transport

@testable import Actors

/// Random steps for the attributes of a type, and the operations that say them.
struct SCIMPatchProgram {
  typealias Oracle = SCIMPatchOracle

  /// What one operation of the body says.
  enum Operation {
    case step(Oracle.Step)
    /// Members of a value without path.
    case object(op: String, [Oracle.Step])
    /// Always refused, for this reason.
    case broken(String, SCIMErrorType)
  }

  let type: SCIMResourceType
  var random: SeededGenerator

  private mutating func oneIn(_ count: Int) -> Bool {
    Int.random(in: 0..<count, using: &random) == 0
  }

  private mutating func pick<Value>(_ values: [Value], or fallback: Value) -> Value {
    values.randomElement(using: &random) ?? fallback
  }

  mutating func operation() -> Operation {
    if oneIn(25) {
      return pick(Self.broken, or: Self.broken[0])
    }
    if oneIn(4) {
      let op = pick(["add", "replace", "Add", "Replace"], or: "add")
      let count = Int.random(in: 1...3, using: &random)
      var steps = [Oracle.Step]()
      for _ in 0..<count {
        let step = step(op: op, isExplicit: false)
        let name = SCIMPatchProgram.path(step).lowercased()
        let isTaken = steps.contains { SCIMPatchProgram.path($0).lowercased() == name }
        if !isTaken { steps.append(step) }
      }
      return .object(op: op, steps)
    }
    let op = pick(["add", "replace", "remove", "Add", "Replace", "Remove"], or: "add")
    return .step(step(op: op, isExplicit: true))
  }

  private static let broken: [Operation] = [
    .broken(#"{"op":"remove"}"#, .noTarget),
    .broken(#"{"op":"add","path":"emails[type eq","value":"x"}"#, .invalidPath),
    .broken(#"{"op":"add","path":"nobody[type eq \"x\"]","value":"x"}"#, .invalidPath),
    .broken(#"{"op":"add","path":"1a","value":"x"}"#, .invalidPath),
    .broken(#"{"op":"add","path":"externalId"}"#, .invalidValue),
    .broken(#"{"op":"add","value":"x"}"#, .invalidValue),
    .broken(#"{"op":"replace","path":"id","value":"another"}"#, .mutability),
    .broken(#"{"op":"remove","path":"schemas"}"#, .mutability),
  ]

  private mutating func step(op: String, isExplicit: Bool) -> Oracle.Step {
    var places = type.attributes.all.filter { !["schemas", "id"].contains($0.name) }.map {
      ("", $0)
    }
    for pack in type.extensions {
      places += pack.schema.attributes.all.map { (pack.schema.id, $0) }
    }
    let lists = places.filter { $0.1.multiValued }
    let (block, attribute) = pick(oneIn(2) ? lists : places, or: places[0])
    let isList = attribute.multiValued && attribute.mutability != .readOnly
    let terms = isList && oneIn(2) ? terms(attribute) : nil
    let sub =
      attribute.isComplex && oneIn(2)
      ? pick(attribute.subAttributes.all.map { $0 }, or: attribute) : nil
    let removes = op.lowercased() == "remove"
    var (sent, meaning): (JSONValue?, Oracle.Meaning) = value(
      sub ?? attribute, isWhole: sub == nil, isOne: terms != nil)
    if removes && (oneIn(2) || terms != nil || sub != nil || !attribute.multiValued) {
      (sent, meaning) = (nil, .nothing)
    } else if case .wrong = meaning, terms != nil || removes {
      (sent, meaning) = (.null, .nothing)
    }
    return Oracle.Step(
      op: op, block: block, attribute: attribute, sub: sub, terms: terms, sent: sent,
      meaning: meaning, isExplicit: isExplicit)
  }

  private mutating func terms(_ attribute: SCIMAttribute) -> [Oracle.Term]? {
    guard attribute.isComplex else {
      return [Oracle.Term(sub: "value", wanted: simple(attribute), negated: oneIn(6))]
    }
    let names = ["type", "value", "primary", "kind", "display"]
    let subs = attribute.subAttributes.all.filter { names.contains($0.name) && !$0.isServerOwned }
    guard let sub = subs.randomElement(using: &random) else { return nil }
    var terms = [Oracle.Term(sub: sub.name, wanted: simple(sub), negated: oneIn(8))]
    if let other = subs.randomElement(using: &random), other.name != sub.name, oneIn(3) {
      terms.append(Oracle.Term(sub: other.name, wanted: simple(other), negated: false))
    }
    return terms
  }

  /// A value for all of an attribute (or a part of it), sometimes in a lenient form.
  private mutating func value(
    _ attribute: SCIMAttribute, isWhole: Bool, isOne: Bool
  ) -> (JSONValue?, Oracle.Meaning) {
    if oneIn(10) { return (pick([.null, "", []], or: .null), .nothing) }
    if oneIn(15), attribute.kind != .string, attribute.kind != .reference {
      return (attribute.kind == .complex ? true : "*wrong*", .wrong)
    }
    if !isWhole && attribute.multiValued {
      let list: [JSONValue] = Array([simple(attribute)])
      return (.array(list), .elements([["": .array(list)]]))
    }
    if attribute.multiValued {
      let count = isOne ? 1 : Int.random(in: 1...3, using: &random)
      let elements = (0..<count).map { _ in element(attribute, mayClear: false) }
      let sent = elements.map(Self.json)
      return (sent.count == 1 && oneIn(2) ? sent[0] : .array(sent), .elements(elements))
    }
    let one = element(attribute, mayClear: true)
    if attribute.isComplex, one.count == 1, let bare = one["value"], !bare.isNull, oneIn(2) {
      return (bare, .elements([one]))
    }
    let sent = Self.json(one)
    return (oneIn(6) ? [sent] : sent, .elements([one]))
  }

  private mutating func element(_ attribute: SCIMAttribute, mayClear: Bool) -> Oracle.Element {
    guard attribute.isComplex else { return ["": simple(attribute)] }
    var element = Oracle.Element()
    for sub in attribute.subAttributes.all where !sub.isServerOwned || mayClear {
      let isWanted = sub.name == "value" ? !oneIn(6) : oneIn(3)
      guard isWanted else { continue }
      let value: JSONValue = sub.multiValued ? [simple(sub)] : simple(sub)
      element[sub.name] = mayClear && !sub.isServerOwned && oneIn(6) ? .null : value
    }
    if element.isEmpty || element.values.allSatisfy(\.isNull) {
      let sub = attribute.subAttributes.all.first { !$0.isServerOwned } ?? attribute
      element[sub.name] = simple(sub)
    }
    return element
  }

  private mutating func simple(_ attribute: SCIMAttribute) -> JSONValue {
    switch attribute.kind {
    case .boolean: .bool(.random(using: &random))
    case .integer: .init(Int.random(in: 1...3, using: &random))
    case .decimal: .number(JSONNumber(text: pick(["1.5", "2.5"], or: "1.5")))
    case .dateTime: .string(pick(["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"], or: ""))
    case .binary: .string(pick(["aGk=", "aG8="], or: ""))
    case .reference: .string(pick(["https://a.example/", "../b"], or: ""))
    case .string where attribute.name == "type":
      .string(pick(["work", "home", "odd", "usb", "hdmi"], or: ""))
    case .string, .complex: .string(pick(["x", "y", "X", "z"], or: ""))
    }
  }
}

extension SCIMPatchProgram {
  private static func json(_ element: Oracle.Element) -> JSONValue {
    element[""]
      ?? .object(
        JSONObject(element.sorted { $0.key < $1.key }.map { .init(name: $0, value: $1) }))
  }

  static func path(_ step: Oracle.Step) -> String {
    var path = step.block.isEmpty ? "" : step.block + ":"
    path += step.attribute.name
    if let terms = step.terms {
      let words = terms.map { "\($0.sub) \($0.negated ? "ne" : "eq") \($0.wanted.text)" }
      path += "[" + words.joined(separator: " and ") + "]"
    }
    return path + (step.sub.map { "." + $0.name } ?? "")
  }

  static func json(_ operation: Operation) -> String {
    switch operation {
    case .broken(let text, _): return text
    case .step(let step):
      var object = JSONObject([
        .init(name: "op", value: .string(step.op)),
        .init(name: "path", value: .string(path(step))),
      ])
      if let sent = step.sent { object["value"] = sent }
      return object.text
    case .object(let op, let steps):
      let members = steps.map { JSONObject.Member(name: path($0), value: $0.sent ?? .null) }
      return JSONObject([
        .init(name: "op", value: .string(op)),
        .init(name: "value", value: .object(JSONObject(members))),
      ]).text
    }
  }
}

extension SCIMPatchOracle {
  mutating func apply(_ operation: SCIMPatchProgram.Operation) throws(Refusal) {
    switch operation {
    case .broken(_, let type): throw Refusal(type: type)
    case .step(let step): try apply(step)
    case .object(_, let steps): for step in steps { try apply(step) }
    }
  }
}
