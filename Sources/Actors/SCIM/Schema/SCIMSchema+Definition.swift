package import Transport

extension SCIMSchema {
  /// A schema as RFC 7643 §7 writes it.
  package convenience init(definition value: JSONValue) throws(SCIMDefinitionError) {
    let anonymous = try SCIMDefinition(value, at: "schema")
    let id = try anonymous.requiredText("id")
    let definition = try SCIMDefinition(value, at: "schema \(SCIMText.clipped(id, to: 120))")
    guard Self.isURN(id) else {
      throw definition.fault("id must be a URN such as urn:example:params:scim:schemas:Device")
    }
    let list = try definition.list("attributes")
    guard !list.isEmpty else { throw definition.fault("attributes is missing") }
    self.init(
      id: id,
      name: try definition.text("name") ?? id.split(separator: ":").last.map(String.init) ?? id,
      description: try definition.text("description") ?? "",
      attributes: try SCIMAttribute.all(of: list, below: nil, in: definition))
  }

  /// What paths can carry (RFC 8141 in the characters that need no escape).
  private static func isURN(_ id: String) -> Bool {
    guard SCIMText.hasPrefix(id, "urn:"), id.utf8.count <= longestURN else { return false }
    let parts = id.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count >= 3 && !parts.contains(where: \.isEmpty)
      && id.utf8.allSatisfy { SCIMPath.isHeadByte($0) && $0 != UInt8(ascii: "$") }
      && id.utf8.last != UInt8(ascii: ".")
  }

  private static let longestURN = 250
}

extension SCIMAttribute {
  /// Attributes of a schema, or sub-attributes of an attribute.
  static let limit = 500

  private static let characteristics = [
    "name", "type", "multiValued", "description", "required", "canonicalValues", "caseExact",
    "mutability", "returned", "uniqueness", "referenceTypes", "subAttributes",
  ]

  /// - Parameter parent: the complex attribute they are part of.
  fileprivate static func all(
    of list: [JSONValue], below parent: String?, in owner: SCIMDefinition
  ) throws(SCIMDefinitionError) -> [SCIMAttribute] {
    guard list.count <= limit else { throw owner.fault("there are more than \(limit) attributes") }
    var all = [SCIMAttribute]()
    for value in list {
      let attribute = try SCIMAttribute(definition: value, below: parent, in: owner)
      guard !all.contains(where: { SCIMText.sameName($0.name, attribute.name) }) else {
        let name = parent.map { $0 + "." + attribute.name } ?? attribute.name
        throw SCIMDefinitionError("attribute \(name)", "is defined twice")
      }
      all.append(attribute)
    }
    return all
  }

  private convenience init(
    definition value: JSONValue, below parent: String?, in owner: SCIMDefinition
  ) throws(SCIMDefinitionError) {
    let name = try SCIMDefinition(value, at: owner.place + ", an attribute").requiredText("name")
    let path = (parent.map { $0 + "." } ?? "") + SCIMText.clipped(name)
    let definition = try SCIMDefinition(
      value, at: "attribute \(path)", known: Self.characteristics)
    guard Self.isName(name) || name == "$ref" && parent != nil else {
      throw definition.fault("a name is a letter followed by letters, digits, - and _")
    }
    let kind: Kind = try definition.choice("type", or: nil)
    let (isMultiValued, list) = (
      try definition.flag("multiValued"), try definition.list("subAttributes")
    )
    if kind == .complex {
      guard parent == nil else { throw definition.fault("complex cannot be inside complex") }
      guard !list.isEmpty else { throw definition.fault("complex needs subAttributes") }
    } else if !list.isEmpty {
      throw definition.fault("only complex has subAttributes, not \(kind.rawValue)")
    }
    let referenceTypes = try definition.texts("referenceTypes")
    guard referenceTypes.isEmpty || kind == .reference else {
      throw definition.fault("only reference has referenceTypes, not \(kind.rawValue)")
    }
    let uniqueness: Uniqueness = try definition.choice("uniqueness", or: Uniqueness.none)
    guard uniqueness == .none || kind != .complex && kind != .boolean else {
      throw definition.fault("\(kind.rawValue) cannot be unique")
    }
    let (mutability, returned): (Mutability, Returned) = (
      try definition.choice("mutability", or: .readWrite),
      try definition.choice("returned", or: .default)
    )
    self.init(
      name, kind, multiValued: isMultiValued,
      description: try definition.text("description") ?? "",
      required: try definition.flag("required"), caseExact: try definition.flag("caseExact"),
      mutability: mutability, returned: returned, uniqueness: uniqueness,
      canonicalValues: try definition.texts("canonicalValues"), referenceTypes: referenceTypes,
      subAttributes: try SCIMAttribute.all(of: list, below: name, in: definition))
    guard parent == nil || !isSecret else {
      throw definition.fault("only a whole attribute can be writeOnly or returned never")
    }
    guard !isSecret || !required else {
      throw definition.fault("what is writeOnly or returned never is not kept, so never required")
    }
  }

  private static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, SCIMPath.isLetter(first) else { return false }
    return name.utf8.allSatisfy {
      SCIMPath.isHeadByte($0) && $0 != UInt8(ascii: "$") && $0 != UInt8(ascii: ".")
        && $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "/")
    }
  }
}
