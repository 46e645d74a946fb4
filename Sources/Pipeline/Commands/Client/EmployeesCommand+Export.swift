import Actors
import Transport

/// `employees export`: everybody, as a file for people or for programs.
extension EmployeesCommand {
  /// Employees asked for at once; a page in memory is all there is.
  private static let pageSize = 200

  static let exportCommand = Command(
    "export", abstract: "Write all employees as CSV or JSON lines",
    discussion: """
      CSV as RFC 4180: a line of names, CRLF, quotes where needed. Text that begins with = + - @, in \
      full width too, with a tab or a line break gets a ' in front, so that no spreadsheet runs it \
      as a formula; --verbatim leaves it. A server that is busy is waited for; exit code 0 means that \
      all is written. The output is people's data: mind who may read where it goes (umask 077).
      """,
    examples: [
      .init("scim-hris employees export > employees.csv", "everybody but the deleted"),
      .init(
        "scim-hris employees export --format jsonl --fields id,email,manager.email",
        "some fields, a line each"),
    ],
    options: ClientCommand.options.filter { $0.name != "json" } + [
      consumer,
      CommandOption(
        "service", .text("id"), help: "Only this connection, where there are several: okta-scim."),
      CommandOption("format", .choice(["csv", "jsonl"]), help: "What is written.", default: "csv"),
      CommandOption(
        "fields", .text("names"),
        help: "Which fields, with commas; manager.email and the like work."),
    ] + narrowing + [
      CommandOption("updated-after", .text("time"), help: "Only what changed since: RFC 3339."),
      CommandOption("include-deleted", help: "Deleted ones, too."),
      CommandOption("verbatim", help: "Leave text as it is, whatever it begins with."),
    ],
    run: { invocation in
      await ClientCommand.run(invocation) { client async throws(ClientFailure) in
        try await export(client)
      }
    })

  static let narrowing = [
    CommandOption(
      "status", .choice(["active", "inactive", "terminated", "other"]),
      help: "Only this employment status."),
    CommandOption("department", .text("name"), help: "Only this department."),
    CommandOption("group", .text("name"), help: "Only members of this group."),
  ]

  private static func export(_ client: ClientCommand) async throws(ClientFailure) {
    let invocation = client.invocation
    let writer = EmployeeWriter(
      format: invocation.text("format") == "jsonl" ? .lines : .csv,
      fields: try EmployeeWriter.Column.parse(invocation.text("fields")),
      isVerbatim: invocation.flag("verbatim"))
    let scope = try await client.consumerScope()
    var fields = HTTPFields()
    if let service = invocation.text("service") { fields["x-uapi-service-id"] = service }
    try write(Array(writer.head.utf8))
    var cursor: String?
    repeat {
      let query = client.query(filters(invocation, cursor), scope)
      let body = try await client.api.bytes("/hris/employees" + query, scope: scope, fields: fields)
      guard let page = ExportedPage(body) else {
        throw ClientFailure("The server's answer is no page of employees.")
      }
      var out: [UInt8] = []
      for employee in page.employees { writer.write(RenderedEmployee(employee), to: &out) }
      try write(out)
      cursor = page.next
    } while cursor != nil
  }

  /// What is not whole must not look as if it were.
  private static func write(_ bytes: [UInt8]) throws(ClientFailure) {
    do throws(FileError) {
      try Terminal.writeWhole(bytes)
    } catch {
      throw ClientFailure("The export is not whole: \(error).", .inputOutput)
    }
  }

  private static func filters(_ invocation: Invocation, _ cursor: String?) -> [(String, String)] {
    var filters = [("limit", "\(pageSize)")]
    for name in ["status", "department", "group"] {
      if let text = invocation.text(name) { filters.append((name, text)) }
    }
    if let time = invocation.text("updated-after") {
      filters += [("updatedAfter", time)]
    }
    filters.append(("includeDeleted", "\(invocation.flag("include-deleted"))"))
    if let cursor { filters.append(("cursor", cursor)) }
    return filters
  }
}

/// A page of employees, cut into them without being taken apart.
struct ExportedPage {
  let employees: [[UInt8]]
  let next: String?

  init?(_ body: [UInt8]) {
    let members = JSONSlicer.members(of: body) ?? []
    func value(_ name: String) -> Range<Int>? {
      members.first { body[$0.name].elementsEqual(name.utf8) }?.value
    }
    guard let data = value("data"), let meta = value("meta"),
      let elements = JSONSlicer.elements(of: body.span, in: data),
      let values = try? JSONValue(parsing: Array(body[meta]))
    else { return nil }
    employees = elements.map { Array(body[$0]) }
    next = values["next"]?.string
  }
}
