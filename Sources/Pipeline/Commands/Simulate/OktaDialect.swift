package import Transport

/// Okta's calls: users by GET, PUT and PATCH, groups by Group Push.
package struct OktaDialect: ProviderDialect, GroupDialect {
  package let name = "okta"
  private let importsGroups: Bool

  /// - Parameter importsGroups: whether the connection test looks at groups too.
  package init(importsGroups: Bool = false) { self.importsGroups = importsGroups }

  package var headers: ProviderHeaders {
    ProviderHeaders(
      userAgent: "Okta SCIM Client 1.0.0", mediaType: "application/scim+json; charset=utf-8",
      others: [
        "Accept": "application/scim+json", "Accept-Charset": "utf-8",
        "Accept-Encoding": "gzip,deflate",
      ])
  }

  package func connectionTest() -> [ProviderCall] {
    let users = ProviderCall(.probe, "GET", "/Users?startIndex=1&count=2", answers: 200)
    if !importsGroups { return [users] }
    return [
      users, ProviderCall(.probeGroups, "GET", "/Groups?startIndex=1&count=100", answers: 200),
    ]
  }

  // MARK: - Users

  package let readsBeforeUpdate = true

  package func finding(_ person: SimulatedPerson) -> ProviderCall {
    let filter = PercentEncoding.query("userName eq \"\(person.userName)\"")
    return ProviderCall(
      .filter, "GET", "/Users?filter=\(filter)&startIndex=1&count=100", answers: 200)
  }

  package func creation(of person: SimulatedPerson, managerId: String?) -> ProviderCall {
    ProviderCall(
      .create, "POST", "/Users", body: OktaProfile.creation(of: person), answers: 201)
  }

  package func update(
    _ id: String, to person: SimulatedPerson, managerId: String?, over stored: JSONObject
  ) -> ProviderCall? {
    let body = OktaProfile.overlay(person, on: stored)
    return ProviderCall(.update, "PUT", "/Users/\(id)", body: body, answers: 200)
  }

  package func activation(
    _ id: String, _ isActive: Bool, of person: SimulatedPerson, managerId: String?
  ) -> ProviderCall {
    ProviderCall(
      .activate, "PATCH", "/Users/\(id)", body: OktaProfile.activation(isActive), answers: 200)
  }

  // MARK: - Groups

  package var groups: (any GroupDialect)? { self }

  package func findingGroup(_ name: String) -> ProviderCall {
    let filter = PercentEncoding.query("displayName eq \"\(name)\"")
    return ProviderCall(
      .findGroup, "GET", "/Groups?filter=\(filter)&startIndex=1&count=100", answers: 200)
  }

  package func groupCreation(_ group: SimulatedGroup, members: [GroupMember]) -> ProviderCall {
    var body = JSONObject()
    body["schemas"] = [.string(SCIMNames.group)]
    body["displayName"] = .string(group.firstName)
    body["members"] = .array(group.beginsFilled ? members.map(Self.member) : [])
    return ProviderCall(.group, "POST", "/Groups", body: body, answers: 201)
  }

  package func groupLife(_ id: String, _ change: GroupChange) -> [ProviderCall] {
    var calls: [ProviderCall] = []
    let members = change.initial.map(Self.member)
    if !change.group.beginsFilled && !members.isEmpty {
      calls.append(Self.patch(id, [Self.adding(members)]))
    }
    // The name goes along with every change of members.
    let renaming: JSONValue = [
      "op": "replace", "value": ["id": .string(id), "displayName": .string(change.group.name)],
    ]
    if change.group.isRenamed { calls.append(Self.patch(id, [renaming])) }
    var operations = change.leaving.map { member -> JSONValue in
      ["op": "remove", "path": .string("members[value eq \"\(member.id)\"]")]
    }
    if !change.joining.isEmpty {
      operations.append(Self.adding(change.joining.map(Self.member)))
    }
    if !operations.isEmpty { calls.append(Self.patch(id, [renaming] + operations)) }
    if change.group.isPushedAgain { calls += groupRefresh(id, members: change.final) }
    return calls
  }

  /// "Push now": the whole membership.
  package func groupRefresh(_ id: String, members: [GroupMember]) -> [ProviderCall] {
    [
      Self.patch(
        id, [["op": "replace", "path": "members", "value": .array(members.map(Self.member))]])
    ]
  }

  private static func member(_ member: GroupMember) -> JSONValue {
    ["value": .string(member.id), "display": .string(member.userName)]
  }

  private static func adding(_ members: [JSONValue]) -> JSONValue {
    ["op": "add", "path": "members", "value": .array(members)]
  }

  private static func patch(_ id: String, _ operations: [JSONValue]) -> ProviderCall {
    ProviderCall(
      .group, "PATCH", "/Groups/\(id)", body: ProviderCall.program(operations),
      answers: 200, 204)
  }
}
