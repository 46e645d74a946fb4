import Transport

/// A resource while its body is read: one slot per known attribute, so that canonical order costs
/// nothing.
struct SCIMDraft {
  private let type: SCIMResourceType
  private var slots: [JSONValue?]
  private var blocks: [[JSONValue?]?]
  /// Which of the slots, and then of the blocks, have been named.
  private var named: [Bool]
  private var unknown = JSONObject()

  init(type: SCIMResourceType) {
    self.type = type
    slots = Array(repeating: nil, count: type.attributes.all.count)
    blocks = Array(repeating: nil, count: type.extensions.count)
    named = Array(repeating: false, count: slots.count + blocks.count)
  }

  mutating func take(_ member: JSONObject.Member) throws(SCIMError) {
    if let position = type.attributes.position(of: member.name) {
      try once(position, member.name)
      let attribute = type.attributes.all[position]
      if attribute.isServerOwned || attribute.isSecret || attribute.name == "schemas" { return }
      slots[position] = try coerced(member.value, attribute, below: nil)
    } else if let index = type.extensionIndex(of: member.name) {
      try once(slots.count + index, member.name)
      try take(member.value, intoExtension: index)
    } else if !type.isSecret(member.name) {
      SCIMUnknown.set(
        type.removingSecrets(from: member.value), at: [member.name], in: &unknown)
    }
  }

  private mutating func take(
    _ value: JSONValue, intoExtension index: Int
  ) throws(SCIMError) {
    if value.isVoid { return }
    let schema = type.extensions[index].schema
    guard case .object(let given) = value else {
      throw SCIMError(.invalidValue, "\(schema.id) must be an object")
    }
    var block = [JSONValue?](repeating: nil, count: schema.attributes.all.count)
    for member in given.members {
      guard let position = schema.attributes.position(of: member.name) else {
        if type.isSecret(member.name) { continue }
        let kept = type.removingSecrets(from: member.value)
        SCIMUnknown.set(kept, at: [schema.id, member.name], in: &unknown)
        continue
      }
      let attribute = schema.attributes.all[position]
      if attribute.isServerOwned || attribute.isSecret { continue }
      block[position] = try coerced(member.value, attribute, below: schema.id)
    }
    blocks[index] = block
  }

  private mutating func coerced(
    _ value: JSONValue, _ attribute: SCIMAttribute, below urn: String?
  ) throws(SCIMError) -> JSONValue? {
    var coercion = SCIMCoercion()
    let result = try coercion.value(value, for: attribute, at: SCIMPlaceName(attribute.name))
    if !coercion.strays.isEmpty { coercion.strays.keep(in: &unknown, below: urn) }
    return result
  }

  private mutating func once(_ position: Int, _ name: String) throws(SCIMError) {
    guard !named[position] else {
      throw SCIMError(.invalidSyntax, "\(SCIMText.clipped(name)) is sent twice")
    }
    named[position] = true
  }

  func finish() throws(SCIMError) -> SCIMResource {
    var object = type.attributes.object(from: slots)
    for (pack, block) in zip(type.extensions, blocks) {
      guard let block else { continue }
      let members = pack.schema.attributes.object(from: block)
      if !members.isEmpty { object[pack.schema.id] = .object(members) }
    }
    object.members.insert(.init(name: "schemas", value: type.schemas(of: object)), at: 0)
    try type.requireComplete(object)
    return SCIMResource(attributes: object, unknown: unknown)
  }
}

extension SCIMResourceType {
  /// The core schema and each extension that says something (RFC 7643 §3).
  func schemas(of attributes: JSONObject) -> JSONValue {
    var urns: [JSONValue] = [.string(schema.id)]
    for pack in extensions where attributes[pack.schema.id] != nil {
      urns.append(.string(pack.schema.id))
    }
    return .array(urns)
  }

  /// Puts a top-level value where canonical order wants it; `name` is canonical.
  func insert(_ value: JSONValue, for name: String, into object: inout JSONObject) {
    let rank = rank(of: name)
    let index = object.members.firstIndex { self.rank(of: $0.name) > rank }
    object.members.insert(
      .init(name: name, value: value), at: index ?? object.members.count)
  }

  private func rank(of name: String) -> Int {
    attributes.position(of: name)
      ?? attributes.all.count + (extensionIndex(of: name) ?? extensions.count)
  }
}
