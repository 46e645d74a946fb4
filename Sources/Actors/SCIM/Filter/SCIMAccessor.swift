import Transport

/// The way to an attribute's values inside a representation with canonical names.
struct SCIMAccessor: Sendable {
  /// The URN of the extension it is in.
  var block: String?
  var name: String?
  var sub: String?

  /// Canonical: `emails.value`, `urn:…:User:department`.
  var path: String {
    (block.map { $0 + ":" } ?? "") + (name ?? "") + (sub.map { "." + $0 } ?? "")
  }

  /// Whether any of the values does; lists are walked on every level.
  func anyValue(in value: JSONValue, _ accepts: (JSONValue) -> Bool) -> Bool {
    var inner = value
    if let block {
      guard let next = inner[block] else { return false }
      inner = next
    }
    if let name {
      guard let next = inner[name] else { return false }
      inner = next
    }
    return any(inner, sub, accepts)
  }

  private func any(
    _ value: JSONValue, _ sub: String?, _ accepts: (JSONValue) -> Bool
  ) -> Bool {
    if case .array(let elements) = value {
      return elements.contains { any($0, sub, accepts) }
    }
    guard let sub else { return accepts(value) }
    return value[sub].map { any($0, nil, accepts) } ?? false
  }
}

/// Where the names of a filter are looked up: at the top of a resource, or inside an element.
enum SCIMScope {
  case resource(SCIMResourceType)
  case element(SCIMAttribute)

  struct Found {
    let accessor: SCIMAccessor
    /// Nil for a whole extension.
    let attribute: SCIMAttribute?

    /// What a comparison looks at: a complex attribute's `value` stands for it.
    var valued: (accessor: SCIMAccessor, attribute: SCIMAttribute)? {
      guard let attribute else { return nil }
      guard attribute.isComplex else { return (accessor, attribute) }
      guard accessor.sub == nil, let value = attribute.valueSubAttribute else { return nil }
      var accessor = accessor
      accessor.sub = value.name
      return (accessor, value)
    }
  }

  /// Nil for a name nobody defines.
  func find(_ head: String) -> Found? {
    switch self {
    case .resource(let type):
      switch type.target(of: head) {
      case .attribute(let attribute, let sub, let block):
        let urn = block.map { type.extensions[$0].schema.id }
        return Found(
          accessor: SCIMAccessor(block: urn, name: attribute.name, sub: sub?.name),
          attribute: sub ?? attribute)
      case .block(let index):
        return index.map {
          Found(accessor: SCIMAccessor(block: type.extensions[$0].schema.id), attribute: nil)
        }
      case .stray, .unknown: return nil
      }
    case .element(let attribute):
      if let sub = attribute.subAttributes.named(head) {
        return Found(accessor: SCIMAccessor(name: sub.name), attribute: sub)
      }
      guard !attribute.isComplex, SCIMText.sameName(head, "value") else { return nil }
      return Found(accessor: SCIMAccessor(), attribute: attribute)
    }
  }
}
