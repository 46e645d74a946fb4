import Actors
import Transport

/// Writes employees as lines of CSV (RFC 4180) or JSON, whole or in part.
struct EmployeeWriter: Sendable {
  enum Format: Sendable { case csv, lines }

  /// A field, or a member of one that is an object: `manager.email`.
  struct Column: Sendable, Equatable {
    let name: String
    let field: EmployeeField
    let member: String?

    /// Nil when there is no such field, or no such member of it.
    init?(_ name: String) {
      let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
      guard let first = parts.first, let field = EmployeeField(name: first) else { return nil }
      self.name = name
      self.field = field
      member = parts.count > 1 ? parts[1] : nil
      if let member, let known = Self.members[field], !known.contains(member) { return nil }
      if member != nil, Self.members[field] == nil, field != .customFields { return nil }
    }

    /// Of the fields that are objects; `customFields` has any.
    private static let members: [EmployeeField: [String]] = [
      .manager: ["id", "remoteId", "name", "email", "employmentStatus", "resolved"],
      .workLocation: location, .homeLocation: location,
      .connection: ["consumerId", "serviceId", "connectionId"],
    ]
    private static let location = [
      "street1", "city", "state", "postalCode", "country", "formatted",
    ]

    /// Everything that can be named, but members of `customFields`.
    static let names = EmployeeField.allCases.flatMap { field in
      [field.name] + (members[field] ?? []).map { "\(field.name).\($0)" }
    }
  }

  private let format: Format
  /// Empty means the whole employee, which CSV has not.
  private let columns: [Column]
  private let isVerbatim: Bool

  /// - Parameter fields: nil means all of them, of CSV those that make a cell.
  init(format: Format, fields: [Column]?, isVerbatim: Bool = false) {
    self.format = format
    self.isVerbatim = isVerbatim
    columns = fields ?? (format == .csv ? Column.standard : [])
  }

  /// What stands before the first employee.
  var head: String {
    guard format == .csv else { return "" }
    return columns.map(\.name).joined(separator: ",") + "\r\n"
  }

  func write(_ employee: RenderedEmployee, to out: inout [UInt8]) {
    if columns.isEmpty {
      out.append(contentsOf: employee.bytes)
      out.append(UInt8(ascii: "\n"))
      return
    }
    let places = employee.places(of: columns.map(\.field))
    let values = zip(columns, places).map { column, place in
      let value = employee.value(place)
      return column.member.map { value[$0] ?? .null } ?? value
    }
    switch format {
    case .lines:
      JSONObject(zip(columns, values).map { .init(name: $0.name, value: $1) }).write(to: &out)
      out.append(UInt8(ascii: "\n"))
    case .csv:
      let cells = values.map { cell($0) }
      out.append(contentsOf: cells.joined(separator: ",").utf8)
      out.append(contentsOf: "\r\n".utf8)
    }
  }

  // MARK: - Cells

  private func cell(_ value: JSONValue) -> String {
    switch value {
    case .null: return ""
    case .string(let text): return quoted(isVerbatim ? text : Self.guarded(text))
    case .array(let elements):
      let names = elements.compactMap { ($0["name"] ?? $0["value"] ?? $0).string }
      if names.count == elements.count { return cell(.string(names.joined(separator: "; "))) }
      return quoted(String(decoding: value.bytes, as: UTF8.self))
    default: return quoted(String(decoding: value.bytes, as: UTF8.self))
    }
  }

  /// Full-width forms are what East Asian spreadsheets take for the same.
  private static let formulaic = Set("=+-@\t\r\n＝＋－＠".unicodeScalars)

  /// A spreadsheet takes text that begins so for a formula, and runs it.
  private static func guarded(_ text: String) -> String {
    let first = text.unicodeScalars.first
    return first.map { formulaic.contains($0) } ?? false ? "'" + text : text
  }

  /// RFC 4180 §2, rules 6 and 7.
  private func quoted(_ text: String) -> String {
    guard text.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return text }
    var out = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { out += "\"" }
      out.unicodeScalars.append(scalar)
    }
    return out + "\""
  }
}

extension EmployeeWriter.Column {
  /// What a person wants to see side by side.
  static let standard = [
    "id", "remoteId", "externalId", "username", "firstName", "lastName", "displayName", "email",
    "mobilePhoneNumber", "workPhoneNumber", "jobTitle", "employmentType", "employmentStatus",
    "active", "employeeNumber", "departmentName", "division", "companyName", "costCenter",
    "manager.id", "manager.name", "manager.email", "groups", "workLocation.city",
    "workLocation.country", "startDate", "hireDate", "terminationDate", "createdAt", "updatedAt",
    "deactivatedAt", "deleted", "deletedAt", "revision",
  ].compactMap { EmployeeWriter.Column($0) }

  /// - Parameter text: names with commas in between; nil means none were named.
  static func parse(_ text: String?) throws(ClientFailure) -> [EmployeeWriter.Column]? {
    guard let text else { return nil }
    var columns: [EmployeeWriter.Column] = []
    for part in text.split(separator: ",") {
      let name = String(part.drop { $0 == " " }.prefix { $0 != " " })
      guard let column = EmployeeWriter.Column(name) else {
        let near = Suggestion.nearest(to: name, among: names)
        let hint = near.map { "; did you mean \($0)?" } ?? "."
        throw ClientFailure("Employees have no field '\(name)'\(hint)", .usage)
      }
      columns.append(column)
    }
    if columns.isEmpty { throw ClientFailure("--fields names no field.", .usage) }
    return columns
  }
}
