import Transport

/// What two operations of a bulk request can collide on, as folded texts.
///
/// An operation *claims* the resource it changes, the names by which that one is known and would be
/// known, and whatever resource has such a name already: it may be refused for its sake, or be that
/// one's return. It *mentions* every other text it carries. When one claims what the other claims or
/// mentions, their order in the request decides what comes of them.
package struct SCIMBulkClaims: Sendable, Equatable {
  /// Folded, since a claim too many only costs a wait.
  package private(set) var claims: Set<String> = []
  package private(set) var mentions: Set<String> = []
  /// The names it gives, as they were sent.
  package private(set) var names: Set<String> = []

  /// - Parameter naming: attributes whose values tell one resource from another.
  package init(of operation: SCIMBulkOperation, naming: [String]) {
    if let resource = Self.resource(of: operation) { claims.insert(SCIMText.fold(resource)) }
    collect(operation.data, naming)
    for name in operation.references {
      mentions.insert(SCIMText.fold(SCIMBulkReference.text(of: name)))
    }
    mentions.subtract(claims)
  }

  /// Claims what else is known of the resources it claims.
  package mutating func claim(_ texts: [String]) {
    claims.formUnion(texts.map(SCIMText.fold))
    mentions.subtract(claims)
  }

  /// What an operation changes: an id, or a reference to what the request makes.
  static func resource(of operation: SCIMBulkOperation) -> String? {
    if operation.isCreation { return operation.bulkId.map(SCIMBulkReference.text) }
    return operation.path.count > 1 ? operation.path[1] : nil
  }

  private mutating func collect(_ value: JSONValue, _ naming: [String], named name: String? = nil) {
    switch value {
    case .string(let text):
      if let name, Self.isOne(name, of: naming) {
        names.insert(text)
        claims.insert(SCIMText.fold(text))
      } else {
        mentions.insert(SCIMText.fold(text))
      }
    case .array(let elements):
      for element in elements { collect(element, naming) }
    case .object(let object):
      for member in object.members {
        // In an operation of a PATCH, `value` is named by its neighbour `path`.
        let path =
          SCIMText.sameName(member.name, "value") ? object.value(named: "path")?.string : nil
        collect(member.value, naming, named: path ?? member.name)
      }
    case .null, .bool, .number: return
    }
  }

  /// `userName`, `USERNAME` and `urn:…:User:userName` are one name.
  private static func isOne(_ name: String, of names: [String]) -> Bool {
    let last = name.utf8.lastIndex(of: UInt8(ascii: ":")).map { name[name.index(after: $0)...] }
    let bare = last.map(String.init) ?? name
    return names.contains { SCIMText.sameName($0, bare) }
  }
}

extension SCIMResourceType {
  /// Attributes by whose value a resource is known: the unique ones, and the client's own id.
  package var identifyingNames: [String] {
    let names = indexes.filter(\.isIdentifying).compactMap { index in
      index.path.split { $0 == "." || $0 == ":" }.last.map(String.init)
    }
    // A group that is sent twice is known by its name.
    return memberAttribute == nil ? names : names + ["displayName"]
  }
}

extension SCIMIndex {
  package var isIdentifying: Bool { isUnique || path == "externalId" }
}
