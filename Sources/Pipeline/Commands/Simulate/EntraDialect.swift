package import Transport

/// Entra ID's calls in both of its PATCH dialects: the default one, and the one a tenant gets whose
/// URL ends in `?aadOptscim062020`.
package struct EntraDialect: ProviderDialect, GroupDialect {
  package enum Wording: String, Sendable, CaseIterable {
    /// Capitalised operations, a path for each, true and false as text.
    case standard = "default"
    /// Lower-case operations, simple attributes together without a path.
    case flag
  }

  /// Members one PATCH adds.
  private static let batch = 100

  package let name = "entra"
  private let wording: Wording

  package init(_ wording: Wording) { self.wording = wording }

  package let headers = ProviderHeaders(userAgent: nil, scheme: "Bearer")
  package let linksManagers = true
  package let deletesLeavers = true

  private var isFlagged: Bool { wording == .flag }

  /// The flag is part of the tenant URL, so it shows up as a parameter of every request.
  private func target(_ path: String) -> String {
    if !isFlagged { return path }
    return path + (path.contains("?") ? "&" : "?") + "aadOptscim062020"
  }

  /// The filter on the matching attribute, with a name nobody has.
  package func connectionTest() -> [ProviderCall] {
    let nobody = "00000000-5c1d-4000-8000-73696d756c61"
    let filter = PercentEncoding.query("userName eq \"\(nobody)\"")
    return [
      ProviderCall(.connectionTest, "GET", target("/Users?filter=\(filter)"), answers: 200)
    ]
  }

  // MARK: - Users

  package func finding(_ person: SimulatedPerson) -> ProviderCall {
    let filter = PercentEncoding.query("userName eq \"\(person.userName)\"")
    return ProviderCall(.filter, "GET", target("/Users?filter=\(filter)"), answers: 200)
  }

  package func creation(of person: SimulatedPerson, managerId: String?) -> ProviderCall {
    ProviderCall(
      .create, "POST", target("/Users"), body: EntraProfile.creation(of: person), answers: 201)
  }

  package func update(
    _ id: String, to person: SimulatedPerson, managerId: String?, over stored: JSONObject
  ) -> ProviderCall? {
    let document = JSONValue.object(stored)
    let changed = EntraProfile.attributes(of: person).filter {
      JSONPath.value(document, $0.place)?.string != $0.value
    }
    var operations =
      isFlagged
      ? together(changed)
      : changed.map { attribute -> JSONValue in
        let isNew = JSONPath.value(document, attribute.place) == nil
        return operation(isNew ? "Add" : "Replace", attribute.path, .string(attribute.value))
      }
    if let managerId, Self.manager(of: document) != managerId {
      operations.append(
        operation("Add", "\(SCIMNames.enterprise):manager", .string(managerId)))
    }
    if operations.isEmpty { return nil }
    return patch(.patch, "/Users/\(id)", operations)
  }

  private static func manager(of document: JSONValue) -> String? {
    JSONPath.value(document, "\(SCIMNames.enterprise)/manager/value")?.string
  }

  /// What needs no filter in one operation without a path, the rest one by one.
  private func together(_ changed: [EntraProfile.Attribute]) -> [JSONValue] {
    let simple = changed.filter(\.isSimple)
    var operations: [JSONValue] = []
    if !simple.isEmpty {
      let members = simple.map { JSONObject.Member(name: $0.path, value: .string($0.value)) }
      operations.append(["op": "replace", "value": .object(JSONObject(members))])
    }
    return operations
      + changed.filter { !$0.isSimple }.map { operation("Replace", $0.path, .string($0.value)) }
  }

  package func activation(
    _ id: String, _ isActive: Bool, of person: SimulatedPerson, managerId: String?
  ) -> ProviderCall {
    let value: JSONValue = isFlagged ? .bool(isActive) : .string(isActive ? "True" : "False")
    return patch(.activate, "/Users/\(id)", [operation("Replace", "active", value)])
  }

  // MARK: - Groups

  package var groups: (any GroupDialect)? { self }

  package func findingGroup(_ name: String) -> ProviderCall {
    let filter = PercentEncoding.query("displayName eq \"\(name)\"")
    return ProviderCall(
      .findGroup, "GET", target("/Groups?excludedAttributes=members&filter=\(filter)"),
      answers: 200)
  }

  /// Always empty; members come by PATCH.
  package func groupCreation(_ group: SimulatedGroup, members: [GroupMember]) -> ProviderCall {
    var body = JSONObject()
    body["schemas"] = [
      .string(SCIMNames.group),
      "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group",
    ]
    body["externalId"] = .string("\(SimulatedCompany.mark)-group-\(group.index)")
    body["displayName"] = .string(group.firstName)
    body["meta"] = ["resourceType": "Group"]
    return ProviderCall(.group, "POST", target("/Groups"), body: body, answers: 201)
  }

  package func groupLife(_ id: String, _ change: GroupChange) -> [ProviderCall] {
    var calls = groupRefresh(id, members: change.initial)
    if change.group.isRenamed {
      let renaming = operation("Replace", "displayName", .string(change.group.name))
      calls.append(patch(.group, "/Groups/\(id)", [renaming]))
    }
    calls += groupRefresh(id, members: change.joining)
    if !change.leaving.isEmpty {
      calls.append(patch(.group, "/Groups/\(id)", removing(change.leaving)))
    }
    return calls
  }

  /// Membership is never read back: everybody is added, who is there stays once.
  package func groupRefresh(_ id: String, members: [GroupMember]) -> [ProviderCall] {
    stride(from: 0, to: members.count, by: Self.batch).map { start in
      let some = members[start..<min(start + Self.batch, members.count)]
      return patch(
        .group, "/Groups/\(id)", [operation("Add", "members", .array(some.map(reference)))])
    }
  }

  private func reference(_ member: GroupMember) -> JSONValue {
    isFlagged
      ? ["value": .string(member.id)] : ["$ref": .null, "value": .string(member.id)]
  }

  private func removing(_ members: [GroupMember]) -> [JSONValue] {
    if !isFlagged {
      return [operation("Remove", "members", .array(members.map(reference)))]
    }
    return members.map { ["op": "remove", "path": .string("members[value eq \"\($0.id)\"]")] }
  }

  private func operation(_ name: String, _ path: String, _ value: JSONValue) -> JSONValue {
    ["op": .string(isFlagged ? name.lowercased() : name), "path": .string(path), "value": value]
  }

  private func patch(
    _ call: CallTally.Call, _ path: String, _ operations: [JSONValue]
  ) -> ProviderCall {
    ProviderCall(
      call, "PATCH", target(path), body: ProviderCall.program(operations), answers: 200, 204)
  }
}
