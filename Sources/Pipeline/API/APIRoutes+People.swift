/// Employees, groups and the tree of them.
extension APIRoutes {
  static let employees = [
    APIRoute(
      .consumer(.listEmployees), "GET", "/hris/employees",
      "List employees; a cursor never skips or repeats one, whatever is written meanwhile.",
      answer: .page(of: .named("Employee")),
      refuses: [.tooManyRequests], fields: [serviceId],
      query: paging + [
        APIInput(
          "status", .choice(["active", "inactive", "terminated", "other"]),
          "Only this employmentStatus."),
        APIInput("department", .text(limit: 200), "Only this departmentName or departmentId."),
        APIInput("managerId", .text(limit: 64), "Only who reports to this employee."),
        APIInput(
          "group", .text(limit: 200),
          "Only present members of the group of this id or name, so none who was deleted."),
        APIInput("email", .text(limit: 320), "Only who has this address, in any case."),
        APIInput("employeeNumber", .text(limit: 200), "Only this employeeNumber."),
        APIInput(
          "updatedAfter", .timestamp,
          "Only what changed at or after this moment, deletions included unless includeDeleted=false; "
            + "whoever polls asks from a minute before it asked for the first page of its last walk."
        ),
        APIInput(
          "includeDeleted", .boolean,
          "true lists deleted ones too; true with updatedAfter when absent, otherwise false."),
        APIInput(
          "include", .list(of: EmployeeInclusion.allCases.map(\.rawValue)),
          "raw: the SCIM resource. groups: all of them, not 100. directReports: who reports to it."),
      ]),
    APIRoute(
      .consumer(.getEmployee), "GET", "/hris/employees/{id}",
      "Read one employee; 304 when If-None-Match has its ETag.",
      answer: .data(.named("Employee")), fields: [ifNoneMatch],
      query: [
        APIInput(
          "include", .list(of: EmployeeInclusion.allCases.map(\.rawValue)),
          "raw: the SCIM resource. groups: all of them, not 100. directReports: who reports to it.")
      ]),
    APIRoute(
      .consumer(.eraseEmployee), "DELETE", "/hris/employees/{id}", success: 202,
      "Forget a person for good; the answer says by when no file tells of them any more.",
      answer: .data(.named("Erasure")), refuses: [.conflict],
      query: [
        APIInput(
          "erase", .boolean, "Must be true: nothing brings an erased person back.")
      ]),
  ]

  private static let ifNoneMatch = APIInput(
    "if-none-match", .text(limit: 1024), "The ETag of an answer that the caller has.")

  static let groups = [
    APIRoute(
      .consumer(.listGroups), "GET", "/hris/groups", "List groups.",
      answer: .page(of: .named("Group")), refuses: [.tooManyRequests], fields: [serviceId],
      query: paging),
    APIRoute(
      .consumer(.getGroup), "GET", "/hris/groups/{id}", "Read one group.",
      answer: .data(.named("Group"))),
    APIRoute(
      .consumer(.listGroupMembers), "GET", "/hris/groups/{id}/members",
      "List who belongs to a group: employees, and groups in it.",
      answer: .page(of: .named("ListedMember")), refuses: [.tooManyRequests], query: paging),
    APIRoute(
      .consumer(.getOrgChart), "GET", "/hris/org-chart",
      "Read the tree of employees by their managers; truncated says when not all fit.",
      answer: .data(.named("OrgChart")), refuses: [.tooManyRequests, .notFound],
      fields: [serviceId],
      query: [
        APIInput(
          "root", .text(limit: 64),
          "The employee on top; when absent everyone without a manager, and one of each circle."),
        APIInput(
          "depth", .integer(0...OrgChartQuery.deepest), "Levels below the top; 24 when absent."),
      ]),
  ]
}
