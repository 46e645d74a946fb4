package import Transport

/// What is kept of a resource: everything its schemas know, and beside it what they do not.
package struct SCIMResource: Sendable, Hashable {
  /// Canonical names in canonical order, led by `schemas`; no `id`, `meta`, read-only attribute or
  /// secret, and nothing empty.
  package var attributes: JSONObject
  /// What no loaded schema defines, under the names it came with: kept for mapping, never echoed.
  package var unknown: JSONObject

  package init(attributes: JSONObject, unknown: JSONObject = JSONObject()) {
    self.attributes = attributes
    self.unknown = unknown
  }
}

/// What the server itself knows of a resource (RFC 7643 §3.1).
package struct SCIMMeta: Sendable, Hashable {
  package let id: String
  package let created: Timestamp
  package let lastModified: Timestamp
  package let version: Int

  package init(id: String, created: Timestamp, lastModified: Timestamp, version: Int) {
    self.id = id
    self.created = created
    self.lastModified = lastModified
    self.version = version
  }

  /// The weak entity tag of the version: `W/"7"`.
  package var entityTag: String { Self.entityTag(of: version) }

  package static func entityTag(of version: Int) -> String { "W/\"\(version)\"" }

  /// Whether a condition names a version: `*`, or a list of tags, weak or not (RFC 7644 §3.14).
  package static func isMatched(version: Int, by condition: String) -> Bool {
    condition.split(separator: ",").contains { tag in
      let tag = tag.filter { $0 != " " && $0 != "\t" }
      return tag == "*" || tag == entityTag(of: version) || tag == "\"\(version)\""
    }
  }
}

extension JSONObject {
  /// Where the member of that name stands, ASCII case aside.
  func position(named name: String) -> Int? {
    if let exact = members.firstIndex(where: { $0.name == name }) { return exact }
    let length = name.utf8.count
    return members.firstIndex {
      $0.name.utf8.count == length && SCIMText.sameName($0.name, name)
    }
  }

  func value(named name: String) -> JSONValue? {
    position(named: name).map { members[$0].value }
  }
}

extension JSONValue {
  /// Null, an empty string, an empty array and an empty object all say that nothing is there.
  var isVoid: Bool {
    switch self {
    case .null: true
    case .string(let text): text.isEmpty
    case .array(let elements): elements.isEmpty
    case .object(let object): object.isEmpty
    case .bool, .number: false
    }
  }
}
