package import Transport

/// A person as the SCIM document Okta sends: member order and habits are Okta's.
package enum OktaProfile {
  private static let user = "urn:ietf:params:scim:schemas:core:2.0:User"
  private static let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

  /// The body of POST; a random password is in it even when password sync is off.
  package static func creation(of person: SimulatedPerson) -> JSONObject {
    var body = JSONObject()
    body["schemas"] = [.string(user), .string(enterprise)]
    body["userName"] = .string(person.userName)
    for member in attributes(of: person).members { body[member.name] = member.value }
    body["externalId"] = .string(person.externalId)
    body["groups"] = []
    body["password"] = .string(person.password)
    body["active"] = true
    return body
  }

  /// The body of PUT: everything the server returned, with the mapped attributes laid over it.
  package static func overlay(_ person: SimulatedPerson, on stored: JSONObject) -> JSONObject {
    var body = stored
    for member in attributes(of: person).members { body[member.name] = member.value }
    body["userName"] = .string(person.userName)
    return body
  }

  package static func activation(_ isActive: Bool) -> JSONObject {
    JSONObject([
      .init(name: "schemas", value: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]),
      .init(
        name: "Operations",
        value: [["op": "replace", "value": ["active": .bool(isActive)]]]),
    ])
  }

  private static func attributes(of person: SimulatedPerson) -> JSONObject {
    let office = Office.all[person.office]
    var body = JSONObject()
    body["name"] = [
      "givenName": .string(person.givenName), "familyName": .string(person.familyName),
    ]
    body["emails"] = [
      ["primary": true, "value": .string(person.userName), "type": "work"]
    ]
    body["displayName"] = .string(person.displayName)
    body["title"] = .string(person.title)
    body["userType"] = .string(person.userType)
    body["locale"] = .string(office.locale)
    body["preferredLanguage"] = .string(office.language)
    body["timezone"] = .string(office.timezone)
    body["phoneNumbers"] = [
      ["value": .string(person.workPhone), "type": "work", "primary": true],
      ["value": .string(person.mobilePhone), "type": "mobile"],
    ]
    body["addresses"] = [address(of: office)]
    body[enterprise] = .object(work(of: person))
    return body
  }

  private static func address(of office: Office) -> JSONValue {
    [
      "streetAddress": .string(office.street), "locality": .string(office.city),
      "region": .string(office.state), "postalCode": .string(office.postalCode),
      "country": .string(office.country), "type": "work", "primary": true,
    ]
  }

  private static func work(of person: SimulatedPerson) -> JSONObject {
    var work = JSONObject()
    work["employeeNumber"] = .string(person.employeeNumber)
    work["costCenter"] = .string(person.costCenter)
    work["organization"] = "Example Industries"
    work["division"] = .string(person.division)
    work["department"] = .string(person.department)
    if let manager = person.manager { work["manager"] = ["value": .string(manager)] }
    return work
  }
}
