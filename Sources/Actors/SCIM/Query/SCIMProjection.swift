package import Transport

/// Which attributes an answer holds (RFC 7644 §3.9): `attributes` names them, `excludedAttributes`
/// takes away, and each attribute's own `returned` has the last word.
package struct SCIMProjection: Sendable {
  /// What the query says of one attribute: all of it, or some sub-attributes (canonical names).
  private enum Choice {
    case whole
    case subs(Set<String>)

    mutating func add(_ sub: String?) {
      guard let sub, case .subs(var names) = self else {
        self = .whole
        return
      }
      names.insert(sub)
      self = .subs(names)
    }

    var isWhole: Bool { if case .whole = self { true } else { false } }

    func holds(_ name: String) -> Bool {
      switch self {
      case .whole: true
      case .subs(let names): names.contains(name)
      }
    }
  }

  private let type: SCIMResourceType
  private let isIncluding: Bool
  private var core: [String: Choice] = [:]
  private var blocks: [Int: [String: Choice]] = [:]
  private var wholeBlocks: Set<Int> = []

  /// Nothing asked for: what is returned by default.
  package static func `default`(type: SCIMResourceType) -> SCIMProjection {
    SCIMProjection(type: type, isIncluding: false, names: [])
  }

  /// - Parameters: comma-separated, in any case, with or without URN; unknown names say nothing.
  /// - Throws: `invalidValue` when both are given.
  package init(
    attributes: String?, excludedAttributes: String?, type: SCIMResourceType
  ) throws(SCIMError) {
    let included = Self.names(attributes)
    let excluded = Self.names(excludedAttributes)
    guard included.isEmpty || excluded.isEmpty else {
      throw SCIMError(.invalidValue, "Send either attributes or excludedAttributes, not both")
    }
    self.init(type: type, isIncluding: !included.isEmpty, names: included + excluded)
  }

  private init(type: SCIMResourceType, isIncluding: Bool, names: [String]) {
    self.type = type
    self.isIncluding = isIncluding
    for name in names { choose(name) }
  }

  private static func names(_ list: String?) -> [String] {
    (list ?? "").split(separator: ",").map { name in
      String(name.prefix { $0 != "[" }.filter { $0 != " " })
    }.filter { !$0.isEmpty }
  }

  private mutating func choose(_ name: String) {
    switch type.target(of: name) {
    case .attribute(let attribute, let sub, nil):
      core[attribute.name, default: .subs([])].add(sub?.name)
    case .attribute(let attribute, let sub, let block?):
      blocks[block, default: [:]][attribute.name, default: .subs([])].add(sub?.name)
    case .block(let index?):
      wholeBlocks.insert(index)
    case .block(nil):
      for attribute in type.schema.attributes.all { core[attribute.name] = .whole }
    case .stray, .unknown: break
    }
  }

  /// The projection of a request; nil when it asks for none.
  package static func wanted(
    _ parameters: SCIMQueryParameters, type: SCIMResourceType
  ) throws(SCIMError) -> SCIMProjection? {
    let attributes = parameters.attributes ?? ""
    let excluded = parameters.excludedAttributes ?? ""
    if attributes.isEmpty && excluded.isEmpty { return nil }
    return try SCIMProjection(
      attributes: attributes, excludedAttributes: excluded, type: type)
  }

  /// Whether anything of a core attribute can be left, so that it is worth fetching.
  package func keeps(_ name: String) -> Bool {
    guard let attribute = type.attributes.named(name), attribute.returned != .never else {
      return false
    }
    if attribute.returned == .always
      || attribute.subAttributes.all.contains(where: { $0.returned == .always })
    {
      return true
    }
    switch (isIncluding, core[attribute.name]) {
    case (true, let choice): return choice != nil
    case (false, .whole?): return false
    case (false, _): return attribute.returned == .default
    }
  }

  /// - Parameter resource: a full representation with canonical names.
  package func apply(to resource: JSONObject) -> JSONObject {
    var members = [JSONObject.Member]()
    for member in resource.members {
      if let attribute = type.attributes.named(member.name) {
        let choice = core[attribute.name]
        if let value = kept(member.value, of: attribute, choice) {
          members.append(.init(name: member.name, value: value))
        }
      } else if let index = type.extensionIndex(of: member.name),
        let block = member.value.object, let kept = apply(toExtension: index, block)
      {
        members.append(.init(name: member.name, value: .object(kept)))
      }
    }
    return JSONObject(members)
  }

  private func apply(toExtension index: Int, _ block: JSONObject) -> JSONObject? {
    let isWhole = wholeBlocks.contains(index)
    return filtered(block, index) { attribute in
      isWhole ? .whole : blocks[index]?[attribute.name]
    }
  }

  private func filtered(
    _ block: JSONObject, _ index: Int, _ choice: (SCIMAttribute) -> Choice?
  ) -> JSONObject? {
    let list = type.extensions[index].schema.attributes
    let members = block.members.compactMap { member in
      list.named(member.name).flatMap { attribute in
        kept(member.value, of: attribute, choice(attribute))
          .map { JSONObject.Member(name: member.name, value: $0) }
      }
    }
    return members.isEmpty ? nil : JSONObject(members)
  }

  /// What is left of a value, or nil when nothing is.
  private func kept(
    _ value: JSONValue, of attribute: SCIMAttribute, _ choice: Choice?
  ) -> JSONValue? {
    switch attribute.returned {
    case .never: return nil
    case .always: return trimmed(value, of: attribute) { $0.returned != .never }
    case .request where !isIncluding || choice == nil: return nil
    case .request, .default: break
    }
    switch (isIncluding, choice) {
    case (true, nil), (false, .whole?):
      guard attribute.isComplex else { return nil }
      return trimmed(value, of: attribute) { $0.returned == .always }
    case (true, let choice?):
      return trimmed(value, of: attribute) { sub in
        sub.returned == .always
          || choice.holds(sub.name) && sub.returned != .never
            && (sub.returned != .request || !choice.isWhole)
      }
    case (false, let choice):
      return trimmed(value, of: attribute) { sub in
        sub.returned == .always
          || sub.returned == .default && !(choice?.holds(sub.name) ?? false)
      }
    }
  }

  private func trimmed(
    _ value: JSONValue, of attribute: SCIMAttribute, _ keeps: (SCIMAttribute) -> Bool
  ) -> JSONValue? {
    switch value {
    case .array(let elements):
      let kept = elements.compactMap { trimmed($0, of: attribute, keeps) }
      return kept.isEmpty ? nil : .array(kept)
    case .object(let object):
      let members = object.members.filter { member in
        attribute.subAttributes.named(member.name).map(keeps) ?? false
      }
      return members.isEmpty ? nil : .object(JSONObject(members))
    default:
      return attribute.isComplex ? .none : value
    }
  }
}
