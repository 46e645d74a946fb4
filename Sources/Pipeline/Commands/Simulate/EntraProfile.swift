package import Transport

/// A person as Entra ID's default attribute mappings send them.
package enum EntraProfile {
  /// One attribute: where it is, and what it shall be.
  struct Attribute: Sendable {
    /// As it stands in a PATCH.
    let path: String
    /// The same place in a document, as `JSONPath` takes it.
    let place: String
    let value: String
    /// Not addressed by a filter, so a path-less PATCH can hold it.
    var isSimple: Bool { !path.contains("[") }
  }

  package static func creation(of person: SimulatedPerson) -> JSONObject {
    let office = Office.all[person.office]
    var body = JSONObject()
    body["schemas"] = [.string(SCIMNames.user), .string(SCIMNames.enterprise)]
    body["externalId"] = .string(person.externalId)
    body["userName"] = .string(person.userName)
    body["active"] = true
    body["displayName"] = .string(person.displayName)
    body["title"] = .string(person.title)
    body["emails"] = [
      ["primary": true, "type": "work", "value": .string(person.userName)]
    ]
    body["preferredLanguage"] = .string(office.language)
    body["meta"] = ["resourceType": "User"]
    body["name"] = [
      "formatted": .string(person.displayName), "familyName": .string(person.familyName),
      "givenName": .string(person.givenName),
    ]
    body["phoneNumbers"] = [
      ["type": "work", "value": .string(person.workPhone)],
      ["type": "mobile", "value": .string(person.mobilePhone)],
    ]
    body["addresses"] = [
      [
        "type": "work", "locality": .string(office.city),
        "country": .string(office.countryName),
      ]
    ]
    body["roles"] = []
    body[SCIMNames.enterprise] = [
      "employeeNumber": .string(person.employeeNumber), "department": .string(person.department),
    ]
    return body
  }

  /// What may change, with the parts of an address one by one, as Entra sends them.
  static func attributes(of person: SimulatedPerson) -> [Attribute] {
    let office = Office.all[person.office]
    let enterprise = SCIMNames.enterprise
    return [
      Attribute(path: "displayName", place: "displayName", value: person.displayName),
      Attribute(path: "title", place: "title", value: person.title),
      Attribute(
        path: "preferredLanguage", place: "preferredLanguage", value: office.language),
      Attribute(path: "name.givenName", place: "name/givenName", value: person.givenName),
      Attribute(path: "name.familyName", place: "name/familyName", value: person.familyName),
      Attribute(
        path: "\(enterprise):department", place: "\(enterprise)/department",
        value: person.department),
      Attribute(
        path: "phoneNumbers[type eq \"work\"].value", place: "phoneNumbers[work]/value",
        value: person.workPhone),
      Attribute(
        path: "phoneNumbers[type eq \"mobile\"].value", place: "phoneNumbers[mobile]/value",
        value: person.mobilePhone),
      Attribute(
        path: "addresses[type eq \"work\"].locality", place: "addresses[work]/locality",
        value: office.city),
      Attribute(
        path: "addresses[type eq \"work\"].region", place: "addresses[work]/region",
        value: office.state),
      Attribute(
        path: "addresses[type eq \"work\"].country", place: "addresses[work]/country",
        value: office.countryName),
    ]
  }
}

extension Office {
  /// Entra sends the country as a name, not as a code.
  var countryName: String {
    switch country {
    case "US": "United States"
    case "GB": "United Kingdom"
    case "DE": "Germany"
    case "FR": "France"
    case "SE": "Sweden"
    case "AU": "Australia"
    default: country
    }
  }
}
