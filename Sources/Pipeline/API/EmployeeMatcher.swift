import Actors
import Transport

/// Tells whether an employee of the consumer belongs into a list, from its bytes; its place in the
/// list is not looked at.
///
/// Text that people type is compared without case, numbers and ids exactly.
struct EmployeeMatcher: Sendable {
  private let query: EmployeeQuery
  private let fields: [EmployeeField]
  private let department: String?
  private let email: String?

  init(_ query: EmployeeQuery) {
    self.query = query
    department = query.department.map { SCIMText.fold($0) }
    email = query.email.map { SCIMText.fold($0) }
    let wanted: [(Bool, [EmployeeField])] = [
      (query.email != nil, [.email, .workEmail, .personalEmail, .emails]),
      (query.status != nil, [.employmentStatus]),
      (query.employeeNumber != nil, [.employeeNumber]),
      (query.department != nil, [.departmentName, .departmentId]),
      (query.managerId != nil && query.includesDeleted, [.manager]),
      (query.updatedAfter != nil, [.updatedAt]),
    ]
    fields = wanted.flatMap { $0.0 ? $0.1 : [] }
  }

  /// Whether everyone in the scope belongs into it.
  var takesAll: Bool { fields.isEmpty }

  func matches(_ employee: RenderedEmployee) -> Bool {
    if takesAll { return true }
    let places = employee.places(of: fields)
    func place(_ field: EmployeeField) -> Range<Int>? {
      fields.firstIndex(of: field).flatMap { places[$0] }
    }
    func text(_ field: EmployeeField) -> String? { employee.text(place(field)) }
    if let status = query.status, text(.employmentStatus) != status { return false }
    if let number = query.employeeNumber, text(.employeeNumber) != number { return false }
    if let moment = query.updatedAfter, !Self.isSince(moment, text(.updatedAt)) { return false }
    if let department, text(.departmentId) != query.department,
      !Self.same(text(.departmentName), department)
    {
      return false
    }
    if let id = query.managerId, query.includesDeleted,
      employee.value(place(.manager))["id"]?.string != id
    {
      return false
    }
    guard let email else { return true }
    let single: [EmployeeField] = [.email, .workEmail, .personalEmail]
    if single.contains(where: { Self.same(text($0), email) }) { return true }
    let all = employee.value(place(.emails)).array ?? []
    return all.contains { Self.same($0["value"]?.string, email) }
  }

  /// The moment itself counts: of two changes in one millisecond a reader may have seen one.
  private static func isSince(_ moment: Timestamp, _ updated: String?) -> Bool {
    updated.flatMap { Timestamp(parsing: $0) }.map { $0 >= moment } ?? false
  }

  private static func same(_ value: String?, _ folded: String) -> Bool {
    value.map { SCIMText.fold($0) == folded } ?? false
  }
}
