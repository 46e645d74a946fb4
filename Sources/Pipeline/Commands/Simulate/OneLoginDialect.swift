package import Transport

/// OneLogin's calls: whole users by PUT with schemas from before the RFCs, groups by PATCH.
package struct OneLoginDialect: ProviderDialect, GroupDialect {
  private static let core = "urn:scim:schemas:core:1.0"
  private static let enterprise = "urn:scim:schemas:extension:enterprise:2.0"

  package let name = "onelogin"
  package let headers = ProviderHeaders(
    userAgent: "", scheme: "Bearer", mediaType: "application/json")
  package let deletesLeavers = true

  package init() {}

  package func connectionTest() -> [ProviderCall] {
    [ProviderCall(.connectionTest, "GET", "/ServiceProviderConfig?", answers: 200)]
  }

  // MARK: - Users

  package func finding(_ person: SimulatedPerson) -> ProviderCall {
    let name = PercentEncoding.query(person.userName)
    return ProviderCall(
      .filter, "GET", "/Users?filter=userName+eq+%22\(name)%22&", answers: 200)
  }

  package func creation(of person: SimulatedPerson, managerId: String?) -> ProviderCall {
    ProviderCall(.create, "POST", "/Users?", body: Self.template(person), answers: 201)
  }

  package func update(
    _ id: String, to person: SimulatedPerson, managerId: String?, over stored: JSONObject
  ) -> ProviderCall? {
    var body = Self.template(person)
    body["active"] = stored["active"] ?? true
    return ProviderCall(.put, "PUT", "/Users/\(id)?", body: body, answers: 200)
  }

  package func activation(
    _ id: String, _ isActive: Bool, of person: SimulatedPerson, managerId: String?
  ) -> ProviderCall {
    ProviderCall(
      .activate, "PATCH", "/Users/\(id)?", body: OktaProfile.activation(isActive),
      answers: 200, 204)
  }

  /// The admin's JSON template, filled in: no primary, and the address as an object of its own.
  private static func template(_ person: SimulatedPerson) -> JSONObject {
    var body = JSONObject()
    body["schemas"] = [.string(core), .string(enterprise)]
    body["userName"] = .string(person.userName)
    body["externalId"] = .string(person.externalId)
    body["name"] = [
      "givenName": .string(person.givenName), "familyName": .string(person.familyName),
      "formatted": .string(person.displayName),
    ]
    body["emails"] = ["value": .string(person.userName), "type": "work"]
    body["phoneNumbers"] = [["value": .string(person.workPhone), "type": "work"]]
    body["title"] = .string(person.title)
    body["displayName"] = .string(person.displayName)
    body["active"] = true
    body[enterprise] = [
      "department": .string(person.department), "employeeNumber": .string(person.employeeNumber),
    ]
    return body
  }

  // MARK: - Groups

  package var groups: (any GroupDialect)? { self }

  package func findingGroup(_ name: String) -> ProviderCall {
    let words = name.split(separator: " ").map { PercentEncoding.query(String($0)) }
    return ProviderCall(
      .findGroup, "GET",
      "/Groups?filter=displayName+eq+%22\(words.joined(separator: "+"))%22&", answers: 200)
  }

  package func groupCreation(_ group: SimulatedGroup, members: [GroupMember]) -> ProviderCall {
    var body = JSONObject()
    body["schemas"] = [.string(Self.core)]
    body["displayName"] = .string(group.name)
    return ProviderCall(.group, "POST", "/Groups?", body: body, answers: 201)
  }

  package func groupLife(_ id: String, _ change: GroupChange) -> [ProviderCall] {
    var calls = [change.initial, change.joining].filter { !$0.isEmpty }.map {
      Self.patch(id, [["op": "add", "path": "members", "value": Self.values($0)]])
    }
    if !change.leaving.isEmpty {
      calls.append(
        Self.patch(id, [["op": "remove", "path": "members", "value": Self.values(change.leaving)]]))
    }
    return calls
  }

  package func groupRefresh(_ id: String, members: [GroupMember]) -> [ProviderCall] {
    if members.isEmpty { return [] }
    return [Self.patch(id, [["op": "add", "path": "members", "value": Self.values(members)]])]
  }

  private static func values(_ members: [GroupMember]) -> JSONValue {
    .array(members.map { ["value": .string($0.id)] })
  }

  private static func patch(_ id: String, _ operations: [JSONValue]) -> ProviderCall {
    ProviderCall(
      .group, "PATCH", "/Groups/\(id)?", body: ProviderCall.program(operations),
      answers: 200, 204)
  }
}
