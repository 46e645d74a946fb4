import Actors
import Testing
import Transport

@testable import Pipeline

struct EmployeeQueryTests {
  private let employee: Employee = {
    var employee = Employee()
    employee[.id] = "emp_1"
    employee[.employmentStatus] = "active"
    employee[.departmentName] = "Ärzte & Pflege"
    employee[.departmentId] = "dep_1"
    employee[.manager] = ["id": "emp_2"]
    employee[.email] = "Barbara@Example.com"
    employee[.emails] = [["value": "bj@home.example"]]
    employee[.employeeNumber] = "0042"
    employee[.updatedAt] = "2026-01-02T03:04:05.678Z"
    employee[.connection] = ["connectionId": "cnx_1"]
    return employee
  }()

  private func matches(_ change: (inout EmployeeQuery) -> Void) -> Bool {
    var query = EmployeeQuery(consumerId: "csm_1", limit: 10)
    change(&query)
    return query.takes(employee)
  }

  @Test func `no filter takes everyone`() { #expect(matches { _ in }) }

  @Test func `each filter takes its own and nobody else`() {
    #expect(matches { $0.status = "active" })
    #expect(!matches { $0.status = "inactive" })
    #expect(matches { $0.department = "ärzte & pflege" })
    #expect(matches { $0.department = "dep_1" })
    #expect(!matches { $0.department = "Sales" })
    #expect(
      matches {
        $0.managerId = "emp_2"; $0.includeDeleted = true
      })
    #expect(
      !matches {
        $0.managerId = "emp_1"; $0.includeDeleted = true
      })
    #expect(matches { $0.email = "barbara@example.COM" })
    #expect(matches { $0.email = "BJ@home.example" })
    #expect(!matches { $0.email = "bj@work.example" })
    #expect(matches { $0.employeeNumber = "0042" })
    #expect(!matches { $0.employeeNumber = "42" })
    #expect(matches { $0.connectionId = "cnx_1" })
    #expect(!matches { $0.connectionId = "cnx_2" })
  }

  @Test func `updated after means that moment and later`() {
    let moment = Timestamp(parsing: "2026-01-02T03:04:05.678Z")
    #expect(matches { $0.updatedAfter = moment })
    #expect(!matches { $0.updatedAfter = moment?.advanced(by: .milliseconds(1)) })
  }

  @Test func `filters hold together`() {
    #expect(
      !matches {
        $0.status = "active"; $0.employeeNumber = "1"
      })
  }

  @Test func `who asks for changes hears of deletions, unless he says no`() {
    var gone = employee
    gone[.deleted] = true
    var query = EmployeeQuery(consumerId: "csm_1", limit: 10)
    query.updatedAfter = Timestamp(milliseconds: 0)
    #expect(query.takes(gone))
    query.includeDeleted = false
    #expect(!query.takes(gone))
  }

  @Test func `a deleted one is taken only when asked for`() {
    var gone = employee
    gone[.deleted] = true
    var query = EmployeeQuery(consumerId: "csm_1", limit: 10)
    #expect(!query.takes(gone))
    query.includeDeleted = true
    #expect(query.takes(gone))
  }
}
