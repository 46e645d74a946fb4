import Transport

/// An attribute by whose value resources are found without looking at each: a look-up for filters,
/// and for a unique one what keeps a second holder out.
package struct SCIMIndex: Sendable {
  /// Canonical: `userName`, `emails.value`, `urn:…:User:employeeNumber`.
  package let path: String
  /// Whether at most one live resource of a connection has a value.
  package let isUnique: Bool
  private let caseExact: Bool
  private let block: String?
  private let name: String
  private let sub: String?

  init(_ attribute: SCIMAttribute, sub: SCIMAttribute? = nil, block: String? = nil) {
    let leaf = sub ?? attribute
    path = (block.map { $0 + ":" } ?? "") + attribute.name + (sub.map { "." + $0.name } ?? "")
    isUnique = leaf.uniqueness != .none
    caseExact = leaf.caseExact
    self.block = block
    name = attribute.name
    self.sub = sub?.name
  }

  /// A value as the index holds it: two that are equal under the attribute's rules are one.
  package func key(_ value: String) -> String { caseExact ? value : SCIMText.fold(value) }

  /// The keys of a resource, each once; empty values have none.
  ///
  /// - Parameter attributes: with canonical names.
  func keys(in attributes: JSONObject) -> [String] {
    var box = attributes
    if let block {
      guard case .object(let object)? = attributes[block] else { return [] }
      box = object
    }
    guard let value = box[name] else { return [] }
    var keys: [String] = []
    collect(value, sub, into: &keys)
    return keys
  }

  /// Whether a resource has that key; reads no more of it than the attribute.
  ///
  /// - Parameter resource: one JSON object with canonical names.
  func holds(_ key: String, in resource: [UInt8]) -> Bool {
    var range = resource.indices
    for name in (block.map { [$0] } ?? []) + [name] {
      guard let members = JSONSlicer.members(of: resource.span, in: range),
        let member = members.first(where: { resource[$0.name].elementsEqual(name.utf8) })
      else { return false }
      range = member.value
    }
    guard let value = try? JSONValue(parsing: resource.span.extracting(range)) else { return false }
    var keys: [String] = []
    collect(value, sub, into: &keys)
    return keys.contains(key)
  }

  private func collect(_ value: JSONValue, _ sub: String?, into keys: inout [String]) {
    switch (value, sub) {
    case (.array(let elements), _):
      for element in elements { collect(element, sub, into: &keys) }
    case (.object(let object), let sub?):
      if let value = object[sub] { collect(value, nil, into: &keys) }
    case (.string(let text), nil):
      let key = key(text)
      if !key.isEmpty, !keys.contains(key) { keys.append(key) }
    case (.number(let number), nil):
      if !keys.contains(number.text) { keys.append(number.text) }
    default: break
    }
  }
}

extension SCIMResourceType {
  /// What a type can be looked up by: `externalId`, whatever must be unique, and what identity
  /// providers search for all the same.
  static func indexes(of schema: SCIMSchema, _ extensions: [Extension]) -> [SCIMIndex] {
    var indexes = [SCIMIndex(externalId)]
    indexes += Self.indexes(in: schema.attributes, block: nil)
    for pack in extensions {
      indexes += Self.indexes(in: pack.schema.attributes, block: pack.schema.id)
    }
    return indexes
  }

  private static func indexes(in list: SCIMAttributeList, block: String?) -> [SCIMIndex] {
    list.all.flatMap { attribute in
      guard attribute.isComplex else { return [SCIMIndex(attribute, block: block)] }
      return attribute.subAttributes.all.map { SCIMIndex(attribute, sub: $0, block: block) }
    }.filter { $0.isUnique || searched.contains($0.path) }
  }

  /// Not unique, yet asked for one by one.
  private static let searched: Set<String> = [
    "displayName", "emails.value", "\(SCIMSchema.enterpriseUser.id):employeeNumber",
  ]

  /// Where the index of a canonical path stands in `indexes`.
  package func indexNumber(of path: String) -> Int? {
    indexes.firstIndex { $0.path == path }
  }
}
