import Actors

extension APISchemas {
  static let employees: [Named] = [
    ("Employee", .object(EmployeeField.allCases.map(member) + included)),
    (
      "Erasure",
      .object([
        .init("id", .id("emp_"), "Of the person who was erased."),
        .init("consumerId", .id("csm_")),
        .init("erasedAt", .timestamp),
        .init(
          "erasedBy", .timestamp,
          "From when on no file tells of the person any more; of one at once, when that was asked for: "
            + "`employees erase --now` returns when it is done."),
        .init("now", .boolean, "Whether the owner had the files removed at once."),
      ])
    ),
    (
      "Location",
      .open(
        ["street1", "city", "state", "postalCode", "country", "formatted"].map {
          .init($0, .nullable(.text), optional: true)
        })
    ),
    (
      "ContactValue",
      .open([
        .init("value", .text, optional: true, example: "sam@example.com"),
        .init("type", .text, optional: true, example: "work"),
        .init("primary", .boolean, optional: true),
      ])
    ),
    (
      "Manager",
      .object([
        .init("id", .nullable(.id("emp_")), "null until the reference is understood."),
        .init("remoteId", .nullable(.text), "The SCIM id, or the reference as it was sent."),
        .init("name", .nullable(.text), example: "Rosa Sample"),
        .init("email", .nullable(.text), example: "rosa@example.com"),
        .init("employmentStatus", .nullable(.choice(employmentStatuses))),
        .init("resolved", .boolean, "Whether the reference was understood."),
      ])
    ),
    (
      "GroupSummary",
      .object([
        .init("id", .id("grp_")), .init("name", .text, example: "Engineering"),
        .init("type", .nullable(.text), "By mapping rule."),
      ])
    ),
    (
      "RecordOrigin",
      .object([
        .init("consumerId", .id("csm_")), .init("serviceId", .choice(Integration.serviceIds)),
        .init("connectionId", .id("cnx_")),
      ])
    ),
  ]

  static let employmentStatuses = ["active", "inactive", "terminated", "other"]

  private static func member(_ field: EmployeeField) -> APISchema.Member {
    .init(field.name, schema(of: field))
  }

  /// Of what stands for a field; text that the identity provider may leave out is the rule.
  private static func schema(of field: EmployeeField) -> APISchema {
    switch field {
    case .id: .id("emp_")
    case .remoteId: .text
    case .workLocation, .homeLocation: .nullable(.named("Location"))
    case .emails, .phoneNumbers, .roles, .entitlements: .array(of: .named("ContactValue"))
    case .employmentTypeNormalized: .nullable(.choice(EmploymentType.allCases.map(\.rawValue)))
    case .active, .groupsTruncated, .deleted: .boolean
    case .employmentStatus: .choice(employmentStatuses)
    case .departmentId: .nullable(.id("dep_"))
    case .manager: .nullable(.named("Manager"))
    case .groups: .array(of: .named("GroupSummary"))
    case .customFields: .open([])
    case .createdAt, .updatedAt: .timestamp
    case .deactivatedAt, .deletedAt: .nullable(.timestamp)
    case .revision: .count
    case .connection: .named("RecordOrigin")
    default: .nullable(.text)
    }
  }
}
