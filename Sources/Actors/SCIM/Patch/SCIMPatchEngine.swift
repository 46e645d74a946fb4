import Transport

/// A resource while a PATCH is applied: finds what each operation is aimed at and hands it to
/// `SCIMValueEdit`. Values are changed in place; who throws leaves the stored resource untouched.
struct SCIMPatchEngine {
  private let type: SCIMResourceType
  private let id: String
  private let stored: JSONObject
  private var attributes: JSONObject
  private var unknown: JSONObject

  init(type: SCIMResourceType, id: String, stored: SCIMResource) {
    self.type = type
    self.id = id
    self.stored = stored.attributes
    attributes = stored.attributes
    unknown = stored.unknown
  }

  mutating func apply(_ operation: SCIMPatchOperation) throws(SCIMError) {
    let edit = operation.edit
    if let path = operation.path {
      try apply(edit, at: try SCIMPath(parsing: path), isExplicit: true)
      return
    }
    guard edit.kind != .remove else { throw SCIMError(.noTarget, "remove needs a path") }
    var value = operation.value
    if case .array(let list)? = value, list.count == 1 { value = list[0] }
    guard let object = value?.object else {
      throw SCIMError(.invalidValue, "without a path the value must be an object")
    }
    try apply(edit, toMembersOf: object, below: "")
  }

  /// Each member is an operation of its own; its name may be a path with dots, URN or brackets.
  private mutating func apply(
    _ edit: SCIMEdit, toMembersOf object: JSONObject, below prefix: String
  ) throws(SCIMError) {
    for member in object.members {
      let edit = SCIMEdit(kind: edit.kind, value: member.value, creates: edit.creates)
      if member.name.utf8.contains(UInt8(ascii: "[")) {
        try apply(edit, at: try SCIMPath(parsing: prefix + member.name), isExplicit: false)
      } else if SCIMPath.isHead(member.name) {
        try apply(edit, at: SCIMPath(head: prefix + member.name), isExplicit: false)
      } else {
        try change(
          unknown: prefix.isEmpty ? [member.name] : [String(prefix.dropLast()), member.name], edit)
      }
    }
  }

  private mutating func apply(
    _ edit: SCIMEdit, at path: SCIMPath, isExplicit: Bool
  ) throws(SCIMError) {
    switch target(of: path.head) {
    case .attribute(let attribute, let sub, let block):
      if try isPassedOver(attribute, edit, isExplicit: isExplicit) { return }
      try change(attribute, sub: sub, block: block, path, edit)
    case .block(let block):
      try change(block: block, path, edit)
    case .stray(let attribute, let sub, let block):
      // Inside a value it is kept like anything unknown; as a path of its own it is a mistake.
      guard !isExplicit, attribute.isComplex, !attribute.multiValued, path.filter == nil else {
        throw Self.noSuch(path.head)
      }
      let urn = block.map { [type.extensions[$0].schema.id] } ?? []
      try change(unknown: urn + [attribute.name, sub], edit)
    case .unknown(let names):
      guard path.filter == nil else { throw Self.noSuch(path.head) }
      try change(unknown: whole(path.head, edit) ?? names, edit)
    }
  }

  /// A name without URN means a kept unknown attribute rather than one of an extension.
  private func target(of head: String) -> SCIMTarget {
    let target = type.target(of: head)
    guard case .attribute(_, _, _?) = target, !head.utf8.contains(UInt8(ascii: ":")) else {
      return target
    }
    let names = head.split(separator: ".").map(String.init)
    return unknown.position(named: names[0]) == nil ? target : .unknown(names)
  }

  /// Whether an unknown URN names a block rather than an attribute in one.
  private func whole(_ head: String, _ edit: SCIMEdit) -> [String]? {
    guard head.utf8.contains(UInt8(ascii: ":")) else { return nil }
    if unknown.position(named: head) != nil { return [head] }
    if let colon = head.utf8.lastIndex(of: UInt8(ascii: ":")),
      unknown.position(named: String(head[..<colon])) != nil
    {
      return nil
    }
    return edit.value?.object == nil ? nil : [head]
  }

  static func noSuch(_ head: String) -> SCIMError {
    SCIMError(.invalidPath, "there is no attribute \(SCIMText.clipped(head))")
  }

  /// Secrets drop out; the server's own attributes are refused, or passed over inside a value
  /// because Okta sends them back with the rest.
  private func isPassedOver(
    _ attribute: SCIMAttribute, _ edit: SCIMEdit, isExplicit: Bool
  ) throws(SCIMError) -> Bool {
    if attribute.isSecret { return true }
    if attribute.name == "schemas" {
      guard edit.kind != .remove else { throw SCIMError.readOnly("schemas") }
      return true
    }
    guard attribute.isServerOwned else { return false }
    if attribute.name == "id", edit.kind != .remove, edit.value?.string == id { return true }
    if !isExplicit && (attribute.name == "meta" || attribute.name == "groups") { return true }
    throw SCIMError.readOnly(attribute.name)
  }
}

extension SCIMPatchEngine {
  private mutating func change(
    _ attribute: SCIMAttribute, sub: SCIMAttribute?, block: Int?, _ path: SCIMPath,
    _ edit: SCIMEdit
  ) throws(SCIMError) {
    let place = try SCIMPlace(attribute, headSub: sub, path)
    if place.sub?.isSecret == true { return }
    try edit.requirePossible(at: place)
    var box = take(block)
    let index = box.members.firstIndex { $0.name == attribute.name }
    var value: JSONValue?
    if let index {
      value = box.members[index].value
      box.members[index].value = .null
    }
    let before = attribute.mutability == .immutable ? value : nil
    var change = SCIMValueEdit(place: place, edit: edit)
    try change.apply(to: &value)
    if let before, before != value { throw SCIMError.immutable(attribute.name) }
    if value == nil && index != nil && edit.kind == .remove && attribute.required {
      throw SCIMEdit.required(attribute.name)
    }
    put(value, attribute, at: index, in: &box, block)
    give(back: box, block)
    let urn = block.map { type.extensions[$0].schema.id }
    if change.replacesList && !unknown.isEmpty {
      SCIMUnknown.set(.null, at: [urn, attribute.name], in: &unknown)
    }
    if !change.strays.isEmpty { change.strays.keep(in: &unknown, below: urn) }
  }

  private func put(
    _ value: JSONValue?, _ attribute: SCIMAttribute, at index: Int?, in box: inout JSONObject,
    _ block: Int?
  ) {
    switch (index, value) {
    case (let index?, let value?): box.members[index].value = value
    case (let index?, nil): box.members.remove(at: index)
    case (nil, let value?):
      if let block {
        type.extensions[block].schema.attributes.insert(value, for: attribute, into: &box)
      } else {
        type.insert(value, for: attribute.name, into: &box)
      }
    case (nil, nil): break
    }
  }

  /// Moves the object out, so that it is changed in place and not copied.
  private mutating func take(_ block: Int?) -> JSONObject {
    var box = JSONObject()
    guard let block else {
      swap(&box, &attributes)
      return box
    }
    let urn = type.extensions[block].schema.id
    guard let index = attributes.members.firstIndex(where: { $0.name == urn }),
      case .object(let object) = attributes.members[index].value
    else { return box }
    box = object
    attributes.members[index].value = .null
    return box
  }

  private mutating func give(back box: JSONObject, _ block: Int?) {
    guard let block else {
      attributes = box
      return
    }
    let urn = type.extensions[block].schema.id
    if let index = attributes.members.firstIndex(where: { $0.name == urn }) {
      if box.isEmpty {
        attributes.members.remove(at: index)
      } else {
        attributes.members[index].value = .object(box)
        return
      }
    } else if !box.isEmpty {
      type.insert(.object(box), for: urn, into: &attributes)
    } else {
      return
    }
    attributes["schemas"] = type.schemas(of: attributes)
  }

  /// A whole schema as the target: each member of the value is an operation inside it.
  private mutating func change(
    block: Int?, _ path: SCIMPath, _ edit: SCIMEdit
  ) throws(SCIMError) {
    guard path.filter == nil else { throw Self.noSuch(path.head) }
    let schema = block.map { type.extensions[$0].schema } ?? type.schema
    let clears = edit.kind == .remove || edit.value?.isVoid == true
    if clears {
      guard let block else { throw SCIMError(.mutability, "the core schema cannot be removed") }
      if type.extensions[block].required { throw SCIMEdit.required(schema.id) }
      if let old = attributes[schema.id]?.object {
        try SCIMResourceType.requireFree(of: old, by: schema.attributes, at: "")
      }
      _ = take(block)
      give(back: JSONObject(), block)
      SCIMUnknown.set(.null, at: [schema.id], in: &unknown)
      return
    }
    guard let object = edit.value?.object else {
      throw SCIMError(.invalidValue, "\(schema.id) takes an object")
    }
    try apply(edit, toMembersOf: object, below: schema.id + ":")
  }

  /// What no schema knows is kept as it comes; objects merge and lists grow, as known ones do.
  private mutating func change(unknown names: [String], _ edit: SCIMEdit) throws(SCIMError) {
    if names.contains(where: type.isSecret) { return }
    var new: JSONValue = .null
    if edit.kind != .remove {
      guard let value = edit.value else { throw edit.missingValue }
      new = type.removingSecrets(from: value)
    }
    switch (SCIMUnknown.value(at: names, in: unknown), new) {
    case (.object(var old)?, .object(let given)):
      for member in given.members { SCIMUnknown.set(member.value, at: [member.name], in: &old) }
      new = .object(old)
    case (.array(let old)?, .array(let given)) where edit.kind == .add:
      new = .array(old + given.filter { !old.contains($0) })
    default: break
    }
    guard names.count + new.depth <= Self.maxDepth else {
      throw SCIMError(.invalidPath, "\(SCIMText.clipped(names[0])) leads too deep")
    }
    SCIMUnknown.set(new, at: names, in: &unknown)
  }

  /// Objects within one another in what no schema knows; deeper ones could not be read again.
  private static let maxDepth = 32

  /// The resource when all operations are applied: complete, and without leftovers of elements
  /// that are gone.
  mutating func finish() throws(SCIMError) -> SCIMResource {
    try type.requireComplete(attributes)
    if !unknown.isEmpty { pruneStrays() }
    return SCIMResource(attributes: attributes, unknown: unknown)
  }

  private mutating func pruneStrays() {
    prune(type.schema.attributes, attributes, before: stored, below: nil)
    for pack in type.extensions {
      let urn = pack.schema.id
      let block = attributes[urn]?.object ?? JSONObject()
      let before = stored[urn]?.object ?? JSONObject()
      prune(pack.schema.attributes, block, before: before, below: urn)
    }
  }

  private mutating func prune(
    _ list: SCIMAttributeList, _ box: JSONObject, before: JSONObject, below urn: String?
  ) {
    for attribute in list.all where attribute.isComplex {
      let path = [urn, attribute.name]
      guard let kept = SCIMUnknown.value(at: path, in: unknown) else { continue }
      let value = box[attribute.name]
      guard attribute.multiValued, let entries = kept.array else {
        if value == nil, before[attribute.name] != nil {
          SCIMUnknown.set(.null, at: path, in: &unknown)
        }
        continue
      }
      let elements = value?.array ?? []
      let living = entries.filter { entry in
        elements.contains { element in SCIMStrays.keys.allSatisfy { element[$0] == entry[$0] } }
      }
      SCIMUnknown.set(.array(living), at: path, in: &unknown)
    }
  }
}

extension JSONValue {
  /// How many objects and lists lie within one another.
  fileprivate var depth: Int {
    switch self {
    case .object(let object): 1 + (object.members.map(\.value.depth).max() ?? 0)
    case .array(let elements): 1 + (elements.map(\.depth).max() ?? 0)
    default: 0
    }
  }
}
