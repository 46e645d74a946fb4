import Transport

/// One operation of a PATCH body (RFC 7644 §3.5.2), its keys in any case and unknown ones ignored.
struct SCIMPatchOperation {
  enum Kind: String {
    case add, replace, remove

    var capitalised: String {
      switch self {
      case .add: "Add"
      case .replace: "Replace"
      case .remove: "Remove"
      }
    }
  }

  let kind: Kind
  /// `Replace` for `replace`: Entra's older dialect, which also creates what it does not find.
  let isCapitalised: Bool
  let path: String?
  /// Nil when the key is absent, which is not the same as null.
  let value: JSONValue?

  static let schema = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

  /// All operations of a body, in order.
  static func all(of body: JSONObject) throws(SCIMError) -> [SCIMPatchOperation] {
    guard let schemas = body.value(named: "schemas"), names(schemas) else {
      throw SCIMError(.invalidSyntax, "A PATCH needs schemas with \(schema)")
    }
    let given = body.value(named: "Operations")
    let list = given?.array ?? given?.object.map { [.object($0)] } ?? []
    guard !list.isEmpty else { throw SCIMError(.invalidSyntax, "A PATCH needs Operations") }
    var operations = [SCIMPatchOperation]()
    for (index, item) in list.enumerated() {
      guard let object = item.object else {
        throw SCIMError(.invalidSyntax, "Operation \(index + 1) must be an object")
      }
      do {
        operations.append(try SCIMPatchOperation(object))
      } catch {
        throw error.located("Operation \(index + 1)")
      }
    }
    return operations
  }

  private static func names(_ schemas: JSONValue) -> Bool {
    (schemas.array ?? [schemas]).contains { SCIMText.sameName($0.string ?? "", schema) }
  }

  init(_ object: JSONObject) throws(SCIMError) {
    var found: [String: JSONValue] = [:]
    for member in object.members {
      let name = SCIMText.fold(member.name)
      guard name == "op" || name == "path" || name == "value" else { continue }
      guard found.updateValue(member.value, forKey: name) == nil else {
        throw SCIMError(.invalidSyntax, "\(name) is sent twice")
      }
    }
    let op = found["op"]?.string ?? ""
    guard let kind = Kind(rawValue: SCIMText.fold(op)) else {
      throw SCIMError(.invalidSyntax, "op must be add, replace or remove")
    }
    self.kind = kind
    isCapitalised = op.utf8.first.map { $0 < 0x60 } ?? false
    value = found["value"]
    switch found["path"] {
    case nil, .null: path = nil
    case .string(let text): path = text.isEmpty ? nil : text
    default: throw SCIMError(.invalidPath, "path must be a string")
    }
  }

  private init(_ original: SCIMPatchOperation, value: JSONValue) {
    kind = original.kind
    isCapitalised = original.isCapitalised
    path = original.path
    self.value = value
  }

  /// The same to another value.
  func with(value: JSONValue) -> SCIMPatchOperation { SCIMPatchOperation(self, value: value) }

  /// As it can be sent.
  var json: JSONObject {
    let name = isCapitalised ? kind.capitalised : kind.rawValue
    var object = JSONObject([.init(name: "op", value: .string(name))])
    if let path { object.members.append(.init(name: "path", value: .string(path))) }
    if let value { object.members.append(.init(name: "value", value: value)) }
    return object
  }

  var edit: SCIMEdit { SCIMEdit(kind: kind, value: value, creates: isCapitalised) }
}
