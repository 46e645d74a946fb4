import Transport

/// Takes what is said of members out of PATCH operations, wherever it stands in them.
struct SCIMMemberSplitter {
  private let type: SCIMResourceType
  private let attribute: SCIMAttribute
  private(set) var edits = [SCIMMemberEdit]()

  init(type: SCIMResourceType, attribute: SCIMAttribute) {
    self.type = type
    self.attribute = attribute
  }

  /// What of the operation is about something else; nil when nothing is.
  mutating func rest(of operation: SCIMPatchOperation) throws(SCIMError) -> SCIMPatchOperation? {
    if let text = operation.path {
      let path = try SCIMPath(parsing: text)
      switch type.target(of: path.head) {
      case .attribute(let found, let sub, nil) where found === attribute:
        try take(operation.edit, sub: sub, path)
        return nil
      case .stray(let found, _, nil) where found === attribute:
        throw SCIMPatchEngine.noSuch(path.head)
      case .block(nil) where path.filter == nil:
        return try rest(of: operation, below: type.schema.id + ":")
      default: return operation
      }
    }
    return try rest(of: operation, below: "")
  }

  /// The operation with what its value, an object, says of members taken out.
  private mutating func rest(
    of operation: SCIMPatchOperation, below prefix: String
  ) throws(SCIMError) -> SCIMPatchOperation? {
    guard operation.kind != .remove else { return operation }
    var value = operation.value
    if prefix.isEmpty, case .array(let list)? = value, list.count == 1 { value = list[0] }
    guard let object = value?.object, !object.isEmpty else { return operation }
    guard let rest = try rest(of: object, operation.edit, below: prefix) else { return nil }
    return operation.with(value: .object(rest))
  }

  private mutating func rest(
    of object: JSONObject, _ edit: SCIMEdit, below prefix: String
  ) throws(SCIMError) -> JSONObject? {
    var rest = JSONObject()
    for member in object.members {
      let inner = SCIMEdit(kind: edit.kind, value: member.value, creates: edit.creates)
      guard let path = try Self.path(prefix + member.name, name: member.name) else {
        rest.members.append(member)
        continue
      }
      switch type.target(of: path.head) {
      case .attribute(let found, let sub, nil) where found === attribute:
        try take(inner, sub: sub, path)
      case .stray(let found, _, nil) where found === attribute:
        throw SCIMPatchEngine.noSuch(path.head)
      case .block(nil) where path.filter == nil && member.value.object?.isEmpty == false:
        let block = try self.rest(
          of: member.value.object ?? JSONObject(), edit, below: type.schema.id + ":")
        if let block { rest.members.append(.init(name: member.name, value: .object(block))) }
      default: rest.members.append(member)
      }
    }
    return rest.isEmpty ? nil : rest
  }

  /// Nil for names that are no path; the engine keeps those as they come.
  private static func path(_ text: String, name: String) throws(SCIMError) -> SCIMPath? {
    if name.utf8.contains(UInt8(ascii: "[")) { return try SCIMPath(parsing: text) }
    return SCIMPath.isHead(name) ? SCIMPath(head: text) : nil
  }
}

extension SCIMMemberSplitter {
  /// Turns what is aimed at the members into an edit of them.
  private mutating func take(
    _ edit: SCIMEdit, sub: SCIMAttribute?, _ path: SCIMPath
  ) throws(SCIMError) {
    let place = try SCIMPlace(attribute, headSub: sub, path)
    try edit.requirePossible(at: place)
    let filter: SCIMMemberFilter? =
      if let expression = place.filter, let matcher = place.matcher {
        SCIMMemberFilter(expression, matcher: matcher)
      } else { nil }
    let clears = edit.kind == .remove || edit.value?.isVoid == true
    if place.sub != nil || filter != nil && !clears {
      edits.append(.change(SCIMMemberChange(place: place, edit: edit, filter: filter)))
    } else if let filter {
      edits.append(filter.ids.map { .remove($0) } ?? .removeWhere(filter))
    } else {
      try takeWhole(edit)
    }
  }

  private mutating func takeWhole(_ edit: SCIMEdit) throws(SCIMError) {
    let value = edit.value ?? .null
    let members = try Self.members(value, of: attribute)
    switch edit.kind {
    case .add: if !members.isEmpty { edits.append(.add(members)) }
    case .replace: edits.append(members.isEmpty ? .removeAll : .replaceAll(members))
    case .remove where value.isNull: edits.append(.removeAll)
    case .remove: if !members.isEmpty { edits.append(.remove(members.map(\.value))) }
    }
  }

  /// The distinct members of a list, or the one that came without a list around it.
  static func members(
    _ value: JSONValue, of attribute: SCIMAttribute
  ) throws(SCIMError) -> [SCIMMember] {
    let isNobody = { (item: JSONValue) in
      item.object.map { !$0.isEmpty && $0.value(named: "value")?.isVoid != false } ?? false
    }
    if isNobody(value) || value.array?.contains(where: isNobody) == true {
      throw SCIMMember.noValue
    }
    var coercion = SCIMCoercion()
    let elements = try coercion.elements(
      value, for: attribute, at: SCIMPlaceName(attribute.name))
    var members = [SCIMMember]()
    members.reserveCapacity(elements.count)
    for element in elements { members.append(try SCIMMember(element)) }
    return members
  }
}
