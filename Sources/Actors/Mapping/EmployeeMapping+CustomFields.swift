import Transport

extension EmployeeMapping {
  /// Collects what no rule reads, so that nothing an identity provider sends is out of reach.
  struct CustomFields: Sendable {
    /// Top-level names some rule reads as a whole.
    private var whole: Set<String>
    /// Names within a top-level object that some rule reads one by one.
    private var parts: [String: Set<String>] = [:]

    /// Read by `project` itself, or of no meaning outside the protocol.
    private static let technical: Set<String> = [
      "schemas", "active", "groups", "x509Certificates", "addresses", "photos",
    ]

    init(usedBy expressions: [EmployeeExpression]) {
      whole = Self.technical
      parts[EmployeeMapping.enterpriseSchema] = ["manager"]
      for path in expressions.flatMap(\.sources) {
        if path.count == 1 {
          whole.insert(path[0])
        } else {
          parts[path[0], default: []].insert(path[1])
        }
      }
      parts["name", default: []].insert("formatted")
    }

    func collect(from resource: SCIMResource) -> JSONObject {
      var custom = JSONObject()
      for member in resource.attributes.members { collect(member, into: &custom) }
      for member in resource.unknown.members { collect(member, into: &custom) }
      return custom
    }

    private func collect(_ member: JSONObject.Member, into custom: inout JSONObject) {
      if whole.contains(member.name) { return }
      guard let used = parts[member.name] else {
        return Self.add(Self.normalized(member.value), named: member.name, to: &custom)
      }
      guard let object = member.value.object else { return }
      let rest = object.members.filter { !used.contains($0.name) }
      if rest.isEmpty { return }
      Self.add(Self.normalized(.object(JSONObject(rest))), named: member.name, to: &custom)
    }

    /// An extension can be partly known: both halves become one object.
    private static func add(_ value: JSONValue, named name: String, to custom: inout JSONObject) {
      guard let known = custom[name]?.object, let more = value.object else {
        custom[name] = value
        return
      }
      custom[name] = .object(JSONObject(known.members + more.members))
    }

    /// Empty texts become null, at any depth.
    private static func normalized(_ value: JSONValue) -> JSONValue {
      switch value {
      case .string(let text) where text.isEmpty: return .null
      case .array(let elements): return .array(elements.map(normalized))
      case .object(var object):
        for index in object.members.indices {
          object.members[index].value = normalized(object.members[index].value)
        }
        return .object(object)
      default: return value
      }
    }
  }
}
