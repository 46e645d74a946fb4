/// The employee's members in the order they are written, so that storage can be a flat array and
/// two employees compare field by field.
///
/// The case names are the JSON names. The whole source resource (`raw`) is no field: it is joined
/// where it is asked for.
package enum EmployeeField: Int, CaseIterable, Sendable {
  case id, remoteId, externalId, username
  case firstName, lastName, middleName, displayName
  case preferredName, salutation, suffix
  case email, workEmail, personalEmail, emails, phoneNumbers
  case mobilePhoneNumber, workPhoneNumber
  case workLocation, homeLocation
  case jobTitle, employmentType, employmentTypeNormalized
  case active, employmentStatus
  case employeeNumber, departmentName, division, companyName, costCenter, departmentId
  case manager, groups, groupsTruncated
  case startDate, hireDate, terminationDate
  case preferredLanguage, locale, timezone, avatarUrl, profileUrl, roles, entitlements
  case customFields
  case createdAt, updatedAt, deactivatedAt, deleted, deletedAt, revision
  case connection

  package var name: String { Self.names[rawValue] }

  package init?(name: String) {
    guard let field = Self.byName[name] else { return nil }
    self = field
  }

  static let count = allCases.count
  private static let names: [String] = allCases.map { "\($0)" }
  private static let byName = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0.name, $0) })

  /// `{"id":`, then `,"remoteId":` and so on: what precedes each value when an employee is written.
  static let prefixes: [[UInt8]] = allCases.map { field in
    Array("\(field == .id ? "{" : ",")\"\(field.name)\":".utf8)
  }

  /// The same with the value of a field that is empty, as most are.
  static let nulls: [[UInt8]] = prefixes.map { $0 + Array("null".utf8) }
}

extension EmployeeField {
  /// Whether a new value is a change that people see: it raises `revision` and an event.
  ///
  /// The fields kept by the server itself follow from such a change and never cause one.
  package var isVisible: Bool {
    switch self {
    case .id, .createdAt, .updatedAt, .deactivatedAt, .deletedAt, .revision, .connection,
      .groupsTruncated:
      false
    default: true
    }
  }
}
