import Testing
import Transport

@testable import Actors

@Suite struct EmployeeEventsTests {
  func employee(active: Bool = true, title: JSONValue = .null) -> Employee {
    var employee = Employee()
    employee[.id] = "emp_1"
    employee[.active] = JSONValue(active)
    employee[.employmentStatus] = active ? "active" : "inactive"
    employee[.jobTitle] = title
    employee[.deleted] = false
    return employee
  }

  func types(_ old: Employee?, _ new: Employee, _ kind: EmployeeEvents.Kind) -> [EventType] {
    EmployeeEvents.decide(old: old, new: new, kind: kind).map(\.type)
  }

  @Test func `each change commits its events in order`() {
    let gone = employee(active: false)
    #expect(types(nil, employee(), .created) == [.employeeCreated])
    #expect(types(employee(), employee(title: "Chef"), .changed) == [.employeeUpdated])
    #expect(types(employee(), gone, .changed) == [.employeeUpdated, .employeeDeactivated])
    #expect(types(gone, employee(), .changed) == [.employeeUpdated, .employeeReactivated])
    #expect(types(gone, employee(active: false, title: "Chef"), .changed) == [.employeeUpdated])
    #expect(types(employee(), employee(), .changed) == [])
  }

  @Test func `a deletion is an update that carries it, then a deletion`() {
    var deleted = employee()
    deleted.delete(at: Timestamp(milliseconds: 0))
    let events = EmployeeEvents.decide(old: employee(), new: deleted, kind: .deleted)
    #expect(events.map(\.type) == [.employeeUpdated, .employeeDeleted])
    #expect(events[0].changedFields == ["deleted"])
    #expect(types(deleted, employee(), .changed) == [.employeeUpdated, .employeeReactivated])
  }

  @Test func `a deactivation names the two fields that say so`() {
    let events = EmployeeEvents.decide(
      old: employee(), new: employee(active: false), kind: .changed)
    #expect(events[1].changedFields == ["active", "employmentStatus"])
    #expect(events[1].previous["employmentStatus"] == "active")
  }

  @Test func `a webhook gets the types it names, or the two usual ones`() {
    let usual = EventSubscription(names: [])
    #expect(usual.includes("employee.created") && usual.includes("employee.updated"))
    #expect(!usual.includes("employee.deleted"))
    let family = EventSubscription(names: ["employee.*"])
    #expect(family.includes("employee.deleted") && !family.includes("employees.created"))
    #expect(EventSubscription.accepts("operational.*"))
    for name in ["employee", "*", "employee.fired", "webhook.test", "Employee.created"] {
      #expect(!EventSubscription.accepts(name))
    }
  }
}
