import Transport

/// Looks for PATCH bodies that crash or hang the engine, leave a resource that is not one, or mean
/// something else for a group that keeps its members apart.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let body = PatchFuzz.body(of: bytes) else { return 0 }
  PatchFuzz.patchUser(body)
  PatchFuzz.patchGroup(body)
  return 0
}

enum PatchFuzz {
  private static let user = stored(
    .user,
    """
    {"schemas":["u"],"userName":"a","externalId":"e","active":true,"title":"t","hat":{"size":7},
    "name":{"givenName":"g","familyName":"f"},"emails":[{"value":"w","type":"work","primary":true},
    {"value":"h","type":"home"}],"roles":[{"value":"r","type":"t"}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"d",
    "manager":{"value":"m","$ref":"../Users/m"}}}
    """)
  private static let members = #"[{"value":"a","display":"A"},{"value":"b","type":"User"}]"#
  private static let whole = stored(
    .group, #"{"schemas":["g"],"displayName":"d","members":\#(members)}"#)
  private static let apart = stored(.group, #"{"schemas":["g"],"displayName":"d"}"#)

  private static func stored(_ type: SCIMResourceType, _ json: String) -> SCIMResource {
    guard let body = try? JSONValue(parsing: json).object, let made = try? type.create(from: body)
    else { preconditionFailure("the fixture is wrong") }
    return made
  }

  /// A body as it stands, or a list of operations.
  static func body(of bytes: [UInt8]) -> JSONObject? {
    guard let value = try? JSONValue(parsing: bytes) else { return nil }
    var body = value.object ?? JSONObject([.init(name: "Operations", value: value)])
    if body["schemas"] == nil { body["schemas"] = [.string(SCIMPatchOperation.schema)] }
    return body
  }

  static func patchUser(_ body: JSONObject) {
    guard let new = try? SCIMResourceType.user.patch(user, id: "u1", with: body) else { return }
    check(new, .user)
    guard isStable(body) else { return }
    let again = try? SCIMResourceType.user.patch(new, id: "u1", with: body)
    precondition(again == new, "replacing twice is not replacing once")
  }

  /// What is left is what creating it anew would give, and can be written and read.
  private static func check(_ resource: SCIMResource, _ type: SCIMResourceType) {
    let again = try? type.create(from: resource.attributes)
    precondition(again?.attributes.text == resource.attributes.text, "not in canonical form")
    for object in [resource.attributes, resource.unknown] {
      let read = try? JSONValue(parsing: object.bytes)
      precondition(read == .object(object), "what was left reads as something else")
    }
  }

  /// Whether the body is one replacement that does not depend on what is there.
  private static func isStable(_ body: JSONObject) -> Bool {
    guard let operations = try? SCIMPatchOperation.all(of: body), operations.count == 1,
      operations[0].kind == .replace
    else { return false }
    let names = operations[0].path.map { [$0] } ?? operations[0].value?.object?.members.map(\.name)
    guard let names, names.count == 1 else { return false }
    return !names[0].utf8.contains(UInt8(ascii: "["))
      && operations[0].value?.object?.members.contains { $0.value.object != nil } != true
  }

  static func patchGroup(_ body: JSONObject) {
    let type = SCIMResourceType.group
    guard let split = try? type.splitMembers(ofPatch: body) else { return }
    var list =
      (try? SCIMMemberSplitter.members(
        JSONValue(parsing: members), of: type.schema.attributes.all[1])) ?? []
    for edit in split.edits { guard (try? apply(edit, to: &list)) != nil else { return } }
    precondition(Set(list.map(\.value)).count == list.count, "one member twice")
    precondition(!list.contains { $0.value.isEmpty }, "a member that is nobody")
    if let rest = split.rest {
      guard let new = try? type.patch(apart, id: "g1", with: rest) else { return }
      check(new, type)
      precondition(new.attributes["members"] == nil, "members were left in the group")
    }
    guard let new = try? type.patch(whole, id: "g1", with: body) else {
      preconditionFailure("only the group with its members apart was changed")
    }
    let elements = new.attributes["members"]?.array ?? []
    precondition(elements == list.map { .object($0.json) }, "the members are others")
  }

  private static func apply(
    _ edit: SCIMMemberEdit, to list: inout [SCIMMember]
  ) throws(SCIMError) {
    switch edit {
    case .add(let new):
      let ids = Set(list.map(\.value))
      list += new.filter { !ids.contains($0.value) }
    case .replaceAll(let new): list = new
    case .removeAll: list = []
    case .remove(let ids): list.removeAll { ids.contains($0.value) }
    case .removeWhere(let filter): list.removeAll { filter.matches($0) }
    case .change(let change):
      var isFound = false
      for index in list.indices where change.filter?.matches(list[index]) ?? true {
        list[index] = try change.applied(to: list[index])
        isFound = true
      }
      if !isFound, let new = try change.created() { list.append(new) }
    }
  }
}
