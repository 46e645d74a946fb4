/// What is read beside employees: groups, who belongs to them, the tree of managers.
extension APISchemas {
  /// Members that `include` adds to an employee.
  static let included: [APISchema.Member] = [
    .init(
      "directReports", .array(of: .named("PersonSummary")), optional: true,
      "With include=directReports: who reports to this employee, at most 1,000."),
    .init(
      "directReportsTruncated", .boolean, optional: true, "Whether there are more of them."),
    .init(
      "raw", .nullable(.open([])), optional: true,
      "With include=raw: the SCIM resource; null once deleted."),
  ]

  static let people: [Named] = [
    (
      "PersonSummary",
      .object([
        .init("id", .id("emp_")), .init("name", .nullable(.text), example: "Sam Sample"),
        .init("email", .nullable(.text), example: "sam@example.com"),
      ])
    ),
    (
      "Group",
      .object([
        .init("id", .id("grp_")), .init("remoteId", .text, "The SCIM id."),
        .init("externalId", .nullable(.text)), .init("name", .text, example: "Engineering"),
        .init("type", .nullable(.text), "By mapping rule."),
        .init("createdAt", .timestamp), .init("updatedAt", .timestamp),
        .init("deleted", .boolean), .init("deletedAt", .nullable(.timestamp)),
        .init("revision", .count), .init("connection", .named("RecordOrigin")),
      ])
    ),
    (
      "ListedMember",
      .object([
        .init("id", .either([.id("emp_"), .id("grp_")])),
        .init("remoteId", .text, "The SCIM id."),
        .init("type", .choice(["employee", "group"])),
        .init("name", .nullable(.text), example: "Sam Sample"),
        .init("email", .nullable(.text), example: "sam@example.com", "null of a group."),
        .init("employmentStatus", .nullable(.choice(employmentStatuses)), "null of a group."),
      ])
    ),
    (
      "OrgChart",
      .object([
        .init("employees", .count, "How many stand in this answer, at most 5,000."),
        .init("truncated", .boolean, "Whether depth or size left somebody out."),
        .init("roots", .array(of: .named("OrgChartNode"))),
      ])
    ),
    (
      "OrgChartNode",
      .object([
        .init("id", .id("emp_")), .init("name", .nullable(.text), example: "Sam Sample"),
        .init("email", .nullable(.text), example: "sam@example.com"),
        .init("jobTitle", .nullable(.text)),
        .init("employmentStatus", .choice(employmentStatuses)),
        .init("directReports", .count, "How many report to this employee, shown or not."),
        .init(
          "reports", .array(of: .named("OrgChartNode")), "Their nodes; empty where depth ends."),
      ])
    ),
  ]
}
