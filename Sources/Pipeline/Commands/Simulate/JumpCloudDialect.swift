package import Transport

/// JumpCloud's calls: whole users by PUT, and a PUT of almost nothing for whoever leaves.
package struct JumpCloudDialect: ProviderDialect {
  package let name = "jumpcloud"
  package let headers = ProviderHeaders(userAgent: nil, scheme: "Bearer")
  package let deactivationWipes = true

  package init() {}

  package func connectionTest() -> [ProviderCall] {
    [ProviderCall(.connectionTest, "GET", "/Users", answers: 200)]
  }

  package func finding(_ person: SimulatedPerson) -> ProviderCall {
    let filter = PercentEncoding.query("userName eq \"\(person.userName)\"")
    return ProviderCall(.filter, "GET", "/Users?filter=\(filter)", answers: 200)
  }

  package func creation(of person: SimulatedPerson, managerId: String?) -> ProviderCall {
    ProviderCall(.create, "POST", "/Users", body: Self.profile(person), answers: 201)
  }

  package func update(
    _ id: String, to person: SimulatedPerson, managerId: String?, over stored: JSONObject
  ) -> ProviderCall? {
    ProviderCall(.put, "PUT", "/Users/\(id)", body: Self.whole(id, person), answers: 200)
  }

  /// Whoever comes back is sent whole again.
  package func activation(
    _ id: String, _ isActive: Bool, of person: SimulatedPerson, managerId: String?
  ) -> ProviderCall {
    let body = isActive ? Self.whole(id, person) : Self.minimal(id, person)
    return ProviderCall(.activate, "PUT", "/Users/\(id)", body: body, answers: 200)
  }

  private static func profile(_ person: SimulatedPerson) -> JSONObject {
    let office = Office.all[person.office]
    var body = JSONObject()
    body["active"] = true
    body["addresses"] = [
      [
        "country": .string(office.country), "locality": .string(office.city),
        "postalCode": .string(office.postalCode), "primary": true,
        "region": .string(office.state), "streetAddress": .string(office.street), "type": "work",
      ]
    ]
    body["displayName"] = .string(person.displayName)
    body["emails"] = [["primary": true, "type": "work", "value": .string(person.userName)]]
    body["externalId"] = .string(person.externalId)
    body["locale"] = .string(office.language)
    body["name"] = name(person)
    body["phoneNumbers"] = [
      ["primary": true, "type": "work", "value": .string(telephone(person.workPhone))]
    ]
    body["preferredLanguage"] = .string(office.language)
    body["schemas"] = [.string(SCIMNames.user), .string(SCIMNames.enterprise)]
    body["title"] = .string(person.title)
    body[SCIMNames.enterprise] = [
      "department": .string(person.department), "employeeNumber": .string(person.employeeNumber),
    ]
    body["userName"] = .string(person.userName)
    return body
  }

  private static func whole(_ id: String, _ person: SimulatedPerson) -> JSONObject {
    var body = profile(person)
    body["id"] = .string(id)
    body["photos"] = []
    return body
  }

  private static func minimal(_ id: String, _ person: SimulatedPerson) -> JSONObject {
    var body = JSONObject()
    body["active"] = false
    body["emails"] = .null
    body["id"] = .string(id)
    body["name"] = name(person)
    body["schemas"] = [.string(SCIMNames.user)]
    body["userName"] = .string(person.userName)
    return body
  }

  private static func name(_ person: SimulatedPerson) -> JSONValue {
    ["familyName": .string(person.familyName), "givenName": .string(person.givenName)]
  }

  /// "tel:+1-555-555-5555".
  private static func telephone(_ number: String) -> String {
    "tel:" + number.split(separator: " ").joined(separator: "-")
  }
}
