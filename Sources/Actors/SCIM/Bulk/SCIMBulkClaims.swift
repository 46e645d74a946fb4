import Transport

/// What two operations of a bulk request can collide on, as folded texts.
///
/// An operation *claims* the resource it changes and every name that is unique, those the resource
/// has and those it would get. It *mentions* every other text it carries. When one claims what the
/// other claims or mentions, their order in the request decides what comes of them.
package struct SCIMBulkClaims: Sendable, Equatable {
  var claims: Set<String> = []
  var mentions: Set<String> = []

  /// - Parameters:
  ///   - names: attributes whose values belong to one resource at a time.
  ///   - held: the values that the resource has of them before the request.
  package init(of operation: SCIMBulkOperation, names: [String], held: [String]) {
    claims = Set(held.map(SCIMText.fold))
    if let resource = Self.resource(of: operation) { claims.insert(SCIMText.fold(resource)) }
    collect(operation.data, names)
    for name in operation.references {
      mentions.insert(SCIMText.fold(SCIMBulkReference.text(of: name)))
    }
    mentions.subtract(claims)
  }

  /// What an operation changes: an id, or a reference to what the request makes.
  static func resource(of operation: SCIMBulkOperation) -> String? {
    if operation.isCreation { return operation.bulkId.map(SCIMBulkReference.text) }
    return operation.path.count > 1 ? operation.path[1] : nil
  }

  private mutating func collect(_ value: JSONValue, _ names: [String], named name: String? = nil) {
    switch value {
    case .string(let text):
      if let name, Self.isOne(name, of: names) {
        claims.insert(SCIMText.fold(text))
      } else {
        mentions.insert(SCIMText.fold(text))
      }
    case .array(let elements):
      for element in elements { collect(element, names) }
    case .object(let object):
      for member in object.members {
        // In an operation of a PATCH, `value` is named by its neighbour `path`.
        let path =
          SCIMText.sameName(member.name, "value") ? object.value(named: "path")?.string : nil
        collect(member.value, names, named: path ?? member.name)
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
    let all = schema.attributes.all + extensions.flatMap { $0.schema.attributes.all }
    return ["externalId"]
      + all.filter { $0.uniqueness != .none && !$0.isServerOwned }.map(\.name)
  }
}
