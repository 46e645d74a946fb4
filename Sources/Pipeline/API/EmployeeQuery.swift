import Actors
import Transport

/// A page of employees in the order they were committed, which only grows at its end: a cursor
/// neither skips nor repeats one.
struct EmployeeQuery: Sendable, Equatable {
  var consumerId: String
  /// Only those of one connection.
  var connectionId: String?
  /// Only those committed after this one.
  var after: String?
  /// 1–1000.
  var limit: Int
  /// Only this `employmentStatus`.
  var status: String?
  /// Only this `departmentName`, compared without case, or this `departmentId`.
  var department: String?
  var managerId: String?
  /// Only members of the group of this id, or of those of this name, compared without case.
  var group: String?
  /// Any of the employee's addresses, compared without case.
  var email: String?
  var employeeNumber: String?
  var updatedAfter: Timestamp?
  /// Nil means what `updatedAfter` needs: whoever asks for changes has to hear of deletions.
  var includeDeleted: Bool?
  var including: Set<EmployeeInclusion> = []

  var includesDeleted: Bool { includeDeleted ?? (updatedAfter != nil) }
}

/// What `include` can add to an employee.
enum EmployeeInclusion: String, Sendable, CaseIterable {
  /// The whole SCIM resource, as the identity provider reads it.
  case raw
  /// All groups, however many.
  case groups
  /// Who reports to it.
  case directReports
}

struct EmployeePage: Sendable, Equatable {
  /// Each one JSON object.
  var employees: [[UInt8]]
  /// The id to continue after; nil on the last page.
  var next: String?
}

/// A page of groups, or of a group's members.
struct GroupQuery: Sendable, Equatable {
  var consumerId: String
  /// Only those of one connection.
  var connectionId: String?
  var after: String?
  /// 1–1000.
  var limit: Int
}

struct RecordPage: Sendable, Equatable {
  /// Each one JSON object.
  var records: [[UInt8]]
  /// The id to continue after; nil on the last page.
  var next: String?
}

/// The tree of employees by their managers.
struct OrgChartQuery: Sendable, Equatable {
  var consumerId: String
  var connectionId: String?
  /// The employee on top; nil means everyone without a manager, and one of each circle of them.
  var root: String?
  /// Levels below the top: 0–24.
  var depth: Int

  /// Two levels of JSON each, of the 64 that parsers can be asked to take.
  static let deepest = 24
}
