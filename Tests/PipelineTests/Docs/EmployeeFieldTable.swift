import Transport

@testable import Actors

/// The employee's fields and where each comes from, read off the mapping table itself.
enum EmployeeFieldTable {
  static var text: String {
    let rows = EmployeeField.allCases.map { "| `\($0.name)` | \(source(of: $0)) |\n" }
    return "| field | source |\n|---|---|\n" + rows.joined()
  }

  private static func source(of field: EmployeeField) -> String {
    let rule = EmployeeMapping.standard.rules.first { $0.field == field }
    return rule.map { words($0.expression) } ?? derived(field)
  }

  private static func words(_ expression: EmployeeExpression) -> String {
    switch expression {
    case .path(let names): "`\(path(names))`"
    case .element(let name, let match): "`\(name)\(selector(match))`"
    case .member(let member, let source): words(source).dropLast() + ".\(member)`"
    case .first(let options): options.map(words).joined(separator: ", else ")
    case .joined(let parts): parts.map(words).joined(separator: " and ")
    case .text(let source): words(source)
    case .containing(let part, let source): words(source) + " if it contains `\(part)`"
    case .values(let name): "all of `\(name)`"
    case .renamed(let names, let source):
      words(source) + ": "
        + names.map { $0.new == $0.old ? "`\($0.new)`" : "`\($0.new)` (`\($0.old)`)" }
        .joined(separator: ", ")
    case .constant(let value): "always `\(value.text)`"
    // Only mappings of one's own have these.
    case .source, .lowercased, .uppercased, .lookup, .fitting: ""
    }
  }

  private static func path(_ names: [String]) -> String {
    names.map { $0 == EmployeeMapping.enterpriseSchema ? "enterprise" : $0 }
      .joined(separator: ".")
  }

  private static func selector(_ match: EmployeeExpression.ElementMatch) -> String {
    switch match {
    case .primary: "[primary]"
    case .type(let types): "[type=\(types.joined(separator: " or "))]"
    case .any: "[first]"
    }
  }

  /// What no rule of the table gives.
  private static func derived(_ field: EmployeeField) -> String {
    switch field {
    case .id: "server; stays for ever and is never given to anybody else"
    case .remoteId: "the SCIM `id`, which the identity provider keeps"
    case .employmentTypeNormalized:
      "`employmentType` as one of "
        + EmploymentType.allCases.map { "`\($0.rawValue)`" }
        .joined(separator: ", ")
    case .active: "`active`; true when it was never sent"
    case .employmentStatus:
      "`active`; else `inactive`, or `terminated` by the connection's `deactivatedStatus`"
    case .departmentId: "server; one per connection and department name, in any case"
    case .manager:
      "`enterprise.manager`, looked up in the connection by SCIM id, externalId, employee number, "
        + "userName, work e-mail whenever the employee changes; until one person fits, `resolved` is "
        + "false and `remoteId` is what was sent"
    case .groups:
      "as of the employee's last change of its own; the present one"
        + "s are in the API and in `group.*` events"
    case .startDate, .hireDate, .terminationDate: "null; no attribute is taken for it by default"
    case .customFields: "every attribute and extension no other field uses, but for certificates"
    case .createdAt: "server; when the person first came through this connection"
    case .updatedAt: "server; when something visible changed last"
    case .deactivatedAt: "server; when `active` became false; null while it is true"
    case .deletedAt: "server; when the identity provider deleted the user"
    case .deleted: "server; true once the identity provider deleted the user"
    case .revision: "server; grows by one with each visible change"
    case .connection: "server; the consumer, service and connection the person came through"
    default: "server"
    }
  }
}
