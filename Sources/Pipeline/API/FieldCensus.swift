import Actors
import Transport

/// How many of a connection's employees have which field: what to look at when an application waits
/// for a field that its customer's identity provider never sends.
struct FieldCensus: Sendable, Equatable {
  struct Count: Sendable, Equatable {
    /// Employees that have it now; deleted ones not counted.
    var now = 0
    /// The same, with deleted ones as they were last.
    var ever = 0
  }

  /// Names of custom fields that are counted; a provider could make up one per person.
  static let customNames = 200

  private static let read: [EmployeeField] =
    [.deleted, .customFields] + FieldSource.all.map(\.field)

  private(set) var employees = Count()
  private(set) var fields: [EmployeeField: Count] = [:]
  private(set) var custom: [String: Count] = [:]

  /// - Parameter isMember: whether it belongs to a group, which its record does not say.
  ///
  /// What stands in it is looked at as the bytes it is: a tree of each of a million people would be
  /// made for nothing.
  mutating func add(_ employee: RenderedEmployee, isMember: Bool) {
    let places = employee.places(of: Self.read)
    let isThere = !employee.says("true", at: places[0])
    employees.add(isThere)
    for (source, place) in zip(FieldSource.all, places[2...]) {
      let has = source.field == .groups ? isMember : employee.isTelling(place)
      if has { fields[source.field, default: Count()].add(isThere) }
    }
    guard employee.isTelling(places[1]) else { return }
    let members = employee.value(places[1]).object?.members ?? []
    for member in members where member.value.isTelling {
      guard custom[member.name] != nil || custom.count < Self.customNames else { continue }
      custom[member.name, default: Count()].add(isThere)
    }
  }
}

extension FieldCensus.Count {
  fileprivate mutating func add(_ isThere: Bool) {
    ever += 1
    if isThere { now += 1 }
  }
}

extension RenderedEmployee {
  fileprivate func says(_ text: StaticString, at place: Range<Int>?) -> Bool {
    place.map { bytes[$0].elementsEqual(text.description.utf8) } ?? false
  }

  /// Whether the value that stands there says something.
  fileprivate func isTelling(_ place: Range<Int>?) -> Bool {
    guard let place, !place.isEmpty, !says("null", at: place) else { return false }
    switch bytes[place.lowerBound] {
    case UInt8(ascii: "\""): return place.count > 2
    case UInt8(ascii: "["), UInt8(ascii: "{"): return place.count > 2 && value(place).isTelling
    default: return true
    }
  }
}

extension JSONValue {
  /// Whether anything in it says something.
  fileprivate var isTelling: Bool {
    if isNull { return false }
    if let object { return object.members.contains { $0.value.isTelling } }
    if let array { return array.contains(where: \.isTelling) }
    return string != ""
  }
}

/// Where a field comes from unless the connection's settings say otherwise, in the words of the
/// protocol.
struct FieldSource: Sendable {
  let field: EmployeeField
  /// nil: only a rule of the connection fills it.
  let attribute: String?

  /// As the connection has it: a rule of its own stands in place of the attribute, and one that reads
  /// nothing has no source.
  func attribute(in connection: Connection) -> String? {
    guard let rule = connection.mapping.employees.ownRule(for: field) else { return attribute }
    return Self.words(for: rule)
  }

  /// The same of a member of `customFields`.
  static func attribute(ofCustomField name: String, in connection: Connection) -> String? {
    let mapping = connection.mapping
    if name == Employee.teamName, mapping.assignsTeams { return rules }
    return mapping.employees.ownRule(forCustomField: name).map { words(for: $0) } ?? name
  }

  private static let rules = "settings.mapping"

  private static func words(for rule: EmployeeExpression) -> String? {
    rule.sources.isEmpty ? nil : rules
  }

  /// An address that nobody sent may stand in userName.
  static let userNameToo = "emails, else userName"

  static let all: [FieldSource] =
    [
      (.externalId, "externalId"), (.username, "userName"), (.firstName, "name.givenName"),
      (.lastName, "name.familyName"), (.middleName, "name.middleName"),
      (.displayName, "displayName, else name"), (.preferredName, "nickName"),
      (.salutation, "name.honorificPrefix"), (.suffix, "name.honorificSuffix"),
      (.email, userNameToo), (.personalEmail, "emails[type eq \"home\"]"), (.emails, "emails"),
      (.phoneNumbers, "phoneNumbers"), (.mobilePhoneNumber, "phoneNumbers[type eq \"mobile\"]"),
      (.workPhoneNumber, "phoneNumbers[type eq \"work\"]"),
      (.workLocation, "addresses[type eq \"work\"]"),
      (.homeLocation, "addresses[type eq \"home\"]"), (.jobTitle, "title"),
      (.employmentType, "userType"), (.active, "active, else true"),
      (.employeeNumber, enterprise + "employeeNumber"),
      (.departmentName, enterprise + "department"), (.division, enterprise + "division"),
      (.companyName, enterprise + "organization"), (.costCenter, enterprise + "costCenter"),
      (.manager, enterprise + "manager"), (.groups, "Group members"), (.startDate, nil),
      (.hireDate, nil), (.terminationDate, nil), (.preferredLanguage, "preferredLanguage"),
      (.locale, "locale"), (.timezone, "timezone"), (.avatarUrl, "photos"),
      (.profileUrl, "profileUrl"), (.roles, "roles"), (.entitlements, "entitlements"),
    ].map(FieldSource.init)

  private static let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:"
}

extension API {
  func fields(of connection: Connection) async throws(APIError) -> APIAnswer {
    let census = try await backend.fields(of: connection)
    func count(_ count: FieldCensus.Count?) -> JSONObject {
      var json = JSONObject()
      json["employees"] = JSONValue(count?.now ?? 0)
      json["ever"] = JSONValue((count?.ever ?? 0) > 0)
      return json
    }
    let rows = FieldSource.all.map { source in
      var json = JSONObject()
      json["field"] = JSONValue(source.field.name)
      json["source"] = .text(source.attribute(in: connection))
      for member in count(census.fields[source.field]).members { json[member.name] = member.value }
      return JSONValue.object(json)
    }
    let custom = census.custom.sorted { $0.key < $1.key }.map { name, found in
      var json = JSONObject()
      json["field"] = JSONValue("customFields.\(name)")
      json["source"] = .text(FieldSource.attribute(ofCustomField: name, in: connection))
      for member in count(found).members { json[member.name] = member.value }
      return JSONValue.object(json)
    }
    let never = FieldSource.all.filter {
      guard let attribute = $0.attribute(in: connection) else { return false }
      let told: EmployeeField = attribute == FieldSource.userNameToo ? .emails : $0.field
      return census.fields[told] == nil
    }
    return .data([
      "employees": JSONValue(census.employees.now), "fields": .array(rows + custom),
      "neverSent": .array(never.map { JSONValue($0.field.name) }),
    ])
  }
}
