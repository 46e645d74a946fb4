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

  /// The names from the outermost in, as they stand between quotes in JSON.
  var steps: [[UInt8]] { [block, name, sub].compactMap { $0.map(Self.written) } }

  private static func written(_ name: String) -> [UInt8] {
    var out: [UInt8] = []
    JSONValue.writeString(name, to: &out)
    return Array(out.dropFirst().dropLast())
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
