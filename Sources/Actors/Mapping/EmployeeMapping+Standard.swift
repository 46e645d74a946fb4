extension EmployeeMapping {
  /// The rules every connection starts with, in the order of the employee's fields.
  ///
  /// What is derived from several sources or from the server stands in `project`.
  package static let standard = EmployeeMapping(rules: [
    .init(.externalId, .path(["externalId"])),
    .init(.username, .path(["userName"])),
    .init(.firstName, .path(["name", "givenName"])),
    .init(.lastName, .path(["name", "familyName"])),
    .init(.middleName, .path(["name", "middleName"])),
    .init(.displayName, displayName),
    .init(.preferredName, .path(["nickName"])),
    .init(.salutation, .path(["name", "honorificPrefix"])),
    .init(.suffix, .path(["name", "honorificSuffix"])),
    .init(.email, email),
    .init(.workEmail, email),
    .init(.personalEmail, value("emails", .type(["home", "personal", "other"]))),
    .init(.emails, .values(of: "emails")),
    .init(.phoneNumbers, .values(of: "phoneNumbers")),
    .init(.mobilePhoneNumber, value("phoneNumbers", .type(["mobile"]))),
    .init(
      .workPhoneNumber,
      .first([value("phoneNumbers", .type(["work"])), value("phoneNumbers", .primary)])),
    .init(
      .workLocation,
      .first([location(.type(["work"])), location(.primary)])),
    .init(.homeLocation, location(.type(["home"]))),
    .init(.jobTitle, .path(["title"])),
    .init(.employmentType, .path(["userType"])),
    .init(.employeeNumber, enterprise("employeeNumber")),
    .init(.departmentName, enterprise("department")),
    .init(.division, enterprise("division")),
    .init(.companyName, enterprise("organization")),
    .init(.costCenter, enterprise("costCenter")),
    .init(.preferredLanguage, .path(["preferredLanguage"])),
    .init(.locale, .path(["locale"])),
    .init(.timezone, .path(["timezone"])),
    .init(
      .avatarUrl, .first([value("photos", .type(["photo"])), value("photos", .any)])),
    .init(.profileUrl, .path(["profileUrl"])),
    .init(.roles, .values(of: "roles")),
    .init(.entitlements, .values(of: "entitlements")),
  ])

  static let enterpriseSchema = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

  private static let displayName = EmployeeExpression.first([
    .path(["displayName"]), .path(["name", "formatted"]),
    .joined([.path(["name", "givenName"]), .path(["name", "familyName"])]),
  ])

  /// The address at work, whatever a connection's mapping makes of it.
  static let email = EmployeeExpression.first([
    value("emails", .primary), value("emails", .type(["work"])), value("emails", .any),
    .containing("@", .path(["userName"])),
  ])

  private static func value(
    _ attribute: String, _ match: EmployeeExpression.ElementMatch
  ) -> EmployeeExpression {
    .member("value", of: .element(of: attribute, match))
  }

  private static func enterprise(_ name: String) -> EmployeeExpression {
    .text(.path([enterpriseSchema, name]))
  }

  private static func location(
    _ match: EmployeeExpression.ElementMatch
  ) -> EmployeeExpression {
    renamedAddress(.element(of: "addresses", match))
  }

  /// An address of SCIM as applications know it.
  static func renamedAddress(_ address: EmployeeExpression) -> EmployeeExpression {
    .renamed(
      [
        .init(new: "street1", old: "streetAddress"), .init(new: "city", old: "locality"),
        .init(new: "state", old: "region"), .init(new: "postalCode", old: "postalCode"),
        .init(new: "country", old: "country"), .init(new: "formatted", old: "formatted"),
      ], address)
  }
}
