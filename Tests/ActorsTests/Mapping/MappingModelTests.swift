import TestSupport
import Testing
import Transport

@testable import Actors

@Suite("A mapping of one's own, against what its document says")
struct MappingModelTests {
  private let now = Timestamp(milliseconds: 1_700_000_000_000)
  private let later = Timestamp(milliseconds: 1_800_000_000_000)

  private func connection(_ mapping: JSONValue?) -> Connection {
    var settings = JSONObject()
    settings["mapping"] = mapping
    return Connection(
      id: "cnx_1", consumerId: "csm_1", applicationId: "app_1", serviceId: "okta-scim",
      slug: "abcd", settings: settings, createdAt: now)
  }

  private func project(
    _ resource: SCIMResource, _ mapping: JSONValue?, onto previous: Employee? = nil,
    at time: Timestamp? = nil
  ) -> Employee {
    let connection = connection(mapping)
    return connection.mapping.employees.project(
      resource, subject: .init(employeeId: "emp_1", remoteId: "1"), connection: connection,
      previous: previous.map { .init(employee: $0, resource: resource) }, now: time ?? now)
  }

  private func resource(_ body: JSONObject) throws -> SCIMResource {
    try SCIMResourceType.user.create(from: body)
  }

  private func resource(_ body: JSONValue) throws -> SCIMResource {
    try resource(try #require(body.object))
  }

  @Test(arguments: 1...40)
  func `random mappings of random people give what the document says`(seed: Int) throws {
    var maker = MappingMaker(random: SeededGenerator(seed: UInt64(seed)))
    for _ in 0..<25 {
      let mapping = maker.mapping()
      _ = try MappingReader.read(mapping)
      let body = maker.user("a@example.com")
      let employee = project(try resource(body), mapping)
      for rule in mapping.object?.members ?? [] {
        let wanted = PlainMapping.held(
          PlainMapping.value(rule.value, in: .object(body)), by: rule.name)
        let parts = rule.name.split(separator: ".").map(String.init)
        let field = try #require(EmployeeField(name: parts[0]))
        let found = parts.count == 1 ? employee[field] : employee[field][parts[1]] ?? .null
        #expect(found == wanted, "seed \(seed): \(rule.name) of \(mapping) and \(body)")
      }
    }
  }

  @Test(arguments: 1...40)
  func `mapping somebody anew is mapping them for the first time`(seed: Int) throws {
    var maker = MappingMaker(random: SeededGenerator(seed: UInt64(seed)))
    for _ in 0..<25 {
      let (first, second) = (maker.mapping(), maker.chance(4) ? nil : maker.mapping())
      let resource = try resource(maker.user("a@example.com"))
      let old = project(resource, first)
      let new = project(resource, second, onto: old, at: later)
      let fresh = project(resource, second)
      let changes = Employee.changes(from: old, to: new)
      #expect(Employee.changes(from: fresh, to: new).isEmpty, "seed \(seed)")
      #expect(new.revision == (changes.isEmpty ? 1 : 2), "seed \(seed)")
      #expect(new[.createdAt] == old[.createdAt])
      #expect((new[.updatedAt] == old[.updatedAt]) == changes.isEmpty)
      let again = project(resource, second, onto: new, at: later)
      #expect(again == new, "seed \(seed): twice is once")
      #expect(EmployeeEvents.decide(old: new, new: again, kind: .changed).isEmpty)
    }
  }

  @Test func `what a rule reads is no custom field, and what none reads any more is one`() throws {
    let body: JSONValue = [
      "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "a@example.com",
      "title": "Guide", "shoeSize": 7,
    ]
    let employee = project(try resource(body), ["jobTitle": "shoeSize"])
    #expect(employee[.jobTitle] == "7")
    #expect(employee[.customFields] == ["title": "Guide"])
  }

  @Test func `what follows from a field follows from its mapping`() throws {
    let body: JSONValue = [
      "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "a@example.com",
      "title": "intern", "userType": "Contractor",
    ]
    let mapping: JSONValue = [
      "employmentType": "title", "departmentName": ["constant": "Ice"],
      "workLocation": #"addresses[type eq "work"]"#, "roles": ["constant": "none"],
      "startDate": ["constant": "tomorrow"],
    ]
    let employee = project(try resource(body), mapping)
    #expect(employee[.employmentTypeNormalized] == "intern")
    #expect(
      employee[.departmentId]
        == JSONValue(EmployeeMapping.departmentId(connectionId: "cnx_1", name: "ice")))
    #expect(employee[.workLocation] == .null && employee[.startDate] == .null)
    #expect(employee[.roles] == [], "a list is never null")
  }

  @Test func `one attribute in every field is not more than an event takes`() throws {
    // As JSON each of these bytes becomes six.
    let body: JSONValue = [
      "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "a@example.com",
      "shoeSize": JSONValue(String(repeating: "\u{1}", count: MappedKind.sizeLimit)),
    ]
    var mapping = JSONObject()
    mapping["roles"] = #"emails[type eq "work"]"#
    for number in 0..<60 { mapping["customFields.f\(number)"] = "shoeSize" }
    let employee = project(try resource(body), .object(mapping))
    #expect(employee[.customFields].object?.count == 2)
    #expect(employee.bytes.count < MappedAllowance.limit + 8192)
    #expect(employee[.roles] == [])
    let again = project(try resource(body), .object(mapping), onto: employee)
    #expect(Employee.changes(from: employee, to: again).isEmpty)
  }

  @Test func `a value too long for an event is no value`() throws {
    let body: JSONValue = [
      "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "a@example.com",
      "shoeSize": JSONValue(String(repeating: "x", count: MappedKind.sizeLimit + 1)),
    ]
    let mapping: JSONValue = ["jobTitle": "shoeSize", "customFields.shoes": "shoeSize"]
    let employee = project(try resource(body), mapping)
    #expect(employee[.jobTitle] == .null && employee[.customFields] == [:])
  }
}
