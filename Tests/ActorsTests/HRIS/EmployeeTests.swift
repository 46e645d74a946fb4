import Testing
import Transport

@testable import Actors

@Suite struct EmployeeTests {
  func employee(_ values: KeyValuePairs<EmployeeField, JSONValue>) -> Employee {
    var employee = Employee()
    for (field, value) in values { employee[field] = value }
    return employee
  }

  @Test func `it is written with every field in table order, nulls included`() throws {
    let bytes = employee([.id: "emp_1", .active: true]).bytes
    let json = try #require(try JSONValue(parsing: bytes).object)
    #expect(json.members.map(\.name) == EmployeeField.allCases.map(\.name))
    #expect(json["id"] == "emp_1" && json["active"] == true && json["email"] == .null)
    #expect(Employee(json: json).bytes == bytes)
  }

  @Test func `the fields are those of the published table`() {
    let names = EmployeeField.allCases.map(\.name)
    #expect(names.count == Set(names).count)
    #expect(names.first == "id" && names.last == "connection")
    #expect(EmployeeField(name: "employmentTypeNormalized") == .employmentTypeNormalized)
    #expect(EmployeeField(name: "raw") == nil)
  }

  @Test func `fields the server keeps are no change`() {
    let old = employee([.revision: 1, .updatedAt: "a", .deactivatedAt: .null, .jobTitle: "Cook"])
    let new = employee([.revision: 2, .updatedAt: "b", .deactivatedAt: "c", .jobTitle: "Chef"])
    #expect(Employee.changes(from: old, to: new) == [.jobTitle])
    #expect(old.values(of: [.jobTitle]) == JSONObject([.init(name: "jobTitle", value: "Cook")]))
  }

  @Test func `a manager's own name is no change of the employee, another manager is`() {
    let unknown = ManagerReference(text: "7")!.unresolved
    var old = employee([.manager: unknown])
    let boss = employee([.id: "emp_7", .remoteId: "7", .displayName: "Ada", .email: "a@b.c"])
    let waiting = old
    old.resolveManager(as: boss)
    #expect(Employee.changes(from: waiting, to: old) == [.manager])
    var renamed = old
    var married = boss
    married[.displayName] = "Ada L."
    renamed.resolveManager(as: married)
    #expect(Employee.changes(from: old, to: renamed).isEmpty)
    #expect(renamed.managerId == "emp_7")
  }

  @Test(arguments: [
    ("Employee", EmploymentType.employee), ("Full-Time", .employee), ("CONTRACTOR", .contractor),
    ("Contract employee", .contractor), ("Intern", .intern), ("International", .other),
    ("temp", .temporary), ("Freelancer", .freelance), ("Board member", .other),
  ]) func `a free text becomes one of a few kinds of employment`(
    text: String, type: EmploymentType
  ) {
    #expect(EmploymentType(reading: text) == type)
  }
}
