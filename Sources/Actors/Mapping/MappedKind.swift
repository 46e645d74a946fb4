import Transport

/// What a field can hold. A mapping is the customer's: what it yields must never make a push fail,
/// nor a field be of another type than applications expect.
package enum MappedKind: Sendable, Equatable {
  /// A text; numbers and booleans become one.
  case text
  /// A day (`2026-01-31`) or a time (RFC 3339), as it was sent.
  case date
  /// An address as SCIM has it, its members renamed.
  case location
  /// A list of objects; never null.
  case list
  /// Whatever it is: only `customFields` take that.
  case any

  /// Bytes of one mapped value: so many fields at most may hold it, and an event has to be sent.
  package static let sizeLimit = 4096

  /// - Returns: null, or an empty list, for what does not fit.
  func fit(_ value: JSONValue) -> JSONValue {
    let fitted = typed(value)
    guard fitted.isVoid || Self.isTooLarge(fitted) else { return fitted }
    return self == .list ? .array([]) : .null
  }

  private static func isTooLarge(_ value: JSONValue) -> Bool {
    if let text = value.string { return text.utf8.count > sizeLimit }
    if value.array == nil, value.object == nil { return false }
    return value.bytes.count > sizeLimit
  }

  private func typed(_ value: JSONValue) -> JSONValue {
    switch self {
    case .text: return EmployeeExpression.text(value).string.map { JSONValue($0) } ?? .null
    case .date: return value.string.map(Self.isDate) == true ? value : .null
    case .location: return value.object == nil ? .null : value
    case .list:
      let elements = value.array ?? (value.object == nil ? [] : [value])
      return .array(elements.filter { $0.object?.isEmpty == false })
    case .any: return value
    }
  }

  private static func isDate(_ text: String) -> Bool {
    let isDay = text.utf8.count == 10
    return Timestamp(parsing: isDay ? text + "T00:00:00Z" : text) != nil
  }
}

extension EmployeeField {
  /// What a mapping may put there; nil for what is the server's or tells people apart.
  package var mappedKind: MappedKind? {
    switch self {
    case .firstName, .lastName, .middleName, .displayName, .preferredName, .salutation, .suffix,
      .email, .workEmail, .personalEmail, .mobilePhoneNumber, .workPhoneNumber, .jobTitle,
      .employmentType, .employeeNumber, .departmentName, .division, .companyName, .costCenter,
      .preferredLanguage, .locale, .timezone, .avatarUrl, .profileUrl:
      .text
    case .startDate, .hireDate, .terminationDate: .date
    case .workLocation, .homeLocation: .location
    case .emails, .phoneNumbers, .roles, .entitlements: .list
    case .id, .remoteId, .externalId, .username, .employmentTypeNormalized, .active,
      .employmentStatus, .departmentId, .manager, .groups, .groupsTruncated, .customFields,
      .createdAt, .updatedAt, .deactivatedAt, .deleted, .deletedAt, .revision, .connection:
      nil
    }
  }

  /// Why it cannot be mapped, with what can be done instead.
  package var unmappableBecause: String {
    switch self {
    case .id, .remoteId, .externalId, .username:
      "tells people apart and cannot be mapped; customFields.\(name) can"
    case .employmentTypeNormalized: "follows from employmentType; map that"
    case .departmentId: "follows from departmentName; map that"
    case .active, .employmentStatus: "follows from active; see the setting deactivatedStatus"
    case .manager: "is found by the server; the identity provider names it in manager"
    case .groups, .groupsTruncated: "is kept by the server; map groups with a list of rules"
    case .customFields: "is mapped member by member, such as customFields.badge"
    default: "is the server's own and cannot be mapped"
    }
  }
}
