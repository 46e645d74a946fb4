import Actors
import Transport

extension EmployeeQuery {
  /// Whether an employee of that consumer belongs into the list; its place in it is not looked at.
  ///
  /// Text that people type is compared without case, numbers and ids exactly.
  func matches(_ employee: Employee) -> Bool {
    if !includeDeleted, employee.isDeleted { return false }
    if let connectionId, employee[.connection]["connectionId"]?.string != connectionId {
      return false
    }
    if let status, employee[.employmentStatus].string != status { return false }
    if let employeeNumber, employee[.employeeNumber].string != employeeNumber { return false }
    if let managerId, employee[.manager]["id"]?.string != managerId { return false }
    return isDepartment(of: employee) && isAddress(of: employee) && isNews(employee)
  }

  private func isDepartment(of employee: Employee) -> Bool {
    guard let department else { return true }
    if employee[.departmentId].string == department { return true }
    return Self.same(employee[.departmentName], SCIMText.fold(department))
  }

  private func isAddress(of employee: Employee) -> Bool {
    guard let email else { return true }
    let wanted = SCIMText.fold(email)
    let single: [EmployeeField] = [.email, .workEmail, .personalEmail]
    if single.contains(where: { Self.same(employee[$0], wanted) }) { return true }
    let all = employee[.emails].array ?? []
    return all.contains { Self.same($0["value"] ?? .null, wanted) }
  }

  private func isNews(_ employee: Employee) -> Bool {
    guard let updatedAfter else { return true }
    let updated = employee[.updatedAt].string.flatMap { Timestamp(parsing: $0) }
    return updated.map { $0 > updatedAfter } ?? false
  }

  private static func same(_ value: JSONValue, _ folded: String) -> Bool {
    value.string.map { SCIMText.fold($0) == folded } ?? false
  }
}
