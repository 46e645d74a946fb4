import Transport

/// Where in what an identity provider sent a mapping rule looks, as its author wrote it.
package struct MappingSource: Sendable {
  /// As written: `emails[type eq "work"].value`.
  package let text: String
  /// From the outermost in, names a schema knows in their canonical spelling.
  let names: [String]
  private let matcher: SCIMMatcher?
  /// Of the element that the filter finds.
  private let sub: String?

  /// - Throws: when it is no path, or leads to what is not kept of a user.
  package init(parsing text: String) throws(SCIMError) {
    let path = try SCIMPath(parsing: text)
    switch SCIMResourceType.user.target(of: path.head) {
    case .attribute(let attribute, let sub, let block):
      try Self.requireReadable(attribute, block)
      let names = Self.urn(block) + [attribute.name] + (sub.map { [$0.name] } ?? [])
      self.init(
        text, names, try Self.matcher(path, attribute, sub),
        sub: path.sub.map { attribute.subAttributes.named($0)?.name ?? $0 })
    case .stray(let attribute, let name, let block):
      try Self.requireNoFilter(path)
      self.init(text, Self.urn(block) + [attribute.name] + Self.split(name))
    case .block(let index?): self.init(text, Self.urn(index))
    case .block(nil): throw SCIMError(.invalidPath, "\(text) names a whole user")
    case .unknown(let names):
      try Self.requireNoFilter(path)
      self.init(text, names)
    }
  }

  private init(
    _ text: String, _ names: [String], _ matcher: SCIMMatcher? = nil, sub: String? = nil
  ) {
    (self.text, self.names, self.matcher, self.sub) = (text, names, matcher, sub)
  }

  private static func matcher(
    _ path: SCIMPath, _ attribute: SCIMAttribute, _ sub: SCIMAttribute?
  ) throws(SCIMError) -> SCIMMatcher? {
    guard let filter = path.filter else { return nil }
    guard sub == nil, attribute.isComplex else {
      throw SCIMError(.invalidPath, "\(path.head) has no elements to choose from")
    }
    return try SCIMMatcher(element: filter, of: attribute)
  }

  private static func requireNoFilter(_ path: SCIMPath) throws(SCIMError) {
    guard path.filter == nil else {
      throw SCIMError(.invalidPath, "no schema knows \(path.head), so it cannot be filtered")
    }
  }

  private static func urn(_ block: Int?) -> [String] {
    block.map { [SCIMResourceType.user.extensions[$0].schema.id] } ?? []
  }

  private static func split(_ name: String) -> [String] {
    name.split(separator: ".").map(String.init)
  }

  private static func requireReadable(
    _ attribute: SCIMAttribute, _ block: Int?
  ) throws(SCIMError) {
    guard block == nil else { return }
    let hints = [
      "password": "passwords are not kept", "id": "the employee's remoteId is that already",
      "meta": "it is the server's own", "groups": "see the rules for groups",
    ]
    guard let hint = hints[attribute.name] else { return }
    throw SCIMError(.invalidPath, "\(attribute.name) cannot be read by a mapping: \(hint)")
  }
}

extension MappingSource: Equatable {
  package static func == (left: MappingSource, right: MappingSource) -> Bool {
    left.text == right.text
  }
}

extension MappingSource {
  /// Null for what is absent or empty. Of a list without a filter it is the first element that has
  /// something there.
  func value(in resource: SCIMResource) -> JSONValue {
    let known = value(in: resource.attributes)
    return known.isNull ? value(in: resource.unknown) : known
  }

  private func value(in object: JSONObject) -> JSONValue {
    if object.isEmpty { return .null }
    guard let matcher else { return Self.walk(.object(object), names[...]) }
    let found = names.reduce(JSONValue?.some(.object(object))) { $0?[$1] }
    let elements = found?.array ?? (found?.object != nil ? [found ?? .null] : [])
    for element in elements where matcher.matches(element: element) {
      let value = Self.walk(element, (sub.map(Self.split) ?? [])[...])
      if !value.isNull { return value }
    }
    return .null
  }

  private static func walk(_ value: JSONValue?, _ names: ArraySlice<String>) -> JSONValue {
    guard let value, !value.isVoid else { return .null }
    guard let name = names.first else { return value }
    switch value {
    case .object(let object): return walk(object[name], names.dropFirst())
    case .array(let elements):
      for element in elements {
        let found = walk(element, names)
        if !found.isNull { return found }
      }
      return .null
    default: return .null
    }
  }
}
