import Testing
import Transport

@testable import Actors

@Suite("Employees changed as bytes")
struct RenderedEmployeeTests {
  /// Full of texts that look like members.
  private static let employee: Employee = {
    var employee = Employee()
    employee[.id] = "emp_1"
    employee[.displayName] = #"A ","manager":{"id":"x"},"groups":[1] \ "#
    employee[.jobTitle] = ","
    employee[.emails] = [["value": "a@example.com", "manager": ["id": "emp_no"]]]
    employee[.manager] = ["id": .null, "remoteId": "boss", "resolved": false]
    employee[.groups] = []
    employee[.groupsTruncated] = false
    employee[.customFields] = ["manager": "nobody", "groups": ["x"], "groupsTruncated": 1]
    return employee
  }()

  private static let boss: Employee = {
    var boss = Employee()
    boss[.id] = "emp_2"
    boss[.remoteId] = "r\u{e9}mote"
    boss[.displayName] = #"The "Boss""#
    boss[.employmentStatus] = "active"
    return boss
  }()

  private static func group(_ number: Int) -> GroupSummary {
    GroupSummary(id: "grp_\(number)", name: "G \"\(number)\"", type: number == 2 ? "team" : nil)
  }

  @Test(arguments: [true, false], [0, 1, 2, 100, 101])
  func `a join gives the bytes that parsing and writing again would`(
    hasManager: Bool, groupCount: Int
  ) {
    let groups = (0..<groupCount).map(Self.group)
    var oracle = Self.employee
    if hasManager { oracle.resolveManager(as: Self.boss) }
    oracle.setGroups(groups)
    var joined = RenderedEmployee(Self.employee.bytes)
    joined.join(
      manager: hasManager ? RenderedEmployee(Self.boss.bytes).asManager : nil,
      groups: GroupSummary.bytes(of: groups.prefix(Employee.groupLimit)),
      isTruncated: groups.count > Employee.groupLimit)
    #expect(String(decoding: joined.bytes, as: UTF8.self) == text(of: oracle))
  }

  @Test func `groups that are gone are shown no more`() {
    var told = Self.employee
    told.setGroups([Self.group(1)])
    var joined = RenderedEmployee(told.bytes)
    joined.join(manager: nil, groups: GroupSummary.bytes(of: []), isTruncated: false)
    #expect(joined.bytes == Self.employee.bytes)
  }

  @Test func `every field is found where it stands`() {
    let rendered = RenderedEmployee(Self.employee.bytes)
    let places = rendered.places(of: EmployeeField.allCases)
    for (field, place) in zip(EmployeeField.allCases, places) {
      #expect(rendered.value(place) == Self.employee[field], "\(field)")
      #expect(rendered.text(place) == Self.employee[field].string, "\(field)")
    }
    #expect(RenderedEmployee([]).places(of: [.id]) == [nil])
    #expect(RenderedEmployee(Array("{\"id\":".utf8)).places(of: [.id, .email]) == [nil, nil])
  }

  @Test func `a member is added at the end`() throws {
    var rendered = RenderedEmployee(Self.employee.bytes)
    rendered.append("raw", Array(#"{"a":1}"#.utf8))
    let json = try JSONValue(parsing: rendered.bytes)
    #expect(json.object?.members.last == .init(name: "raw", value: ["a": 1]))
    #expect(json["id"] == "emp_1")
  }

  private func text(of employee: Employee) -> String {
    String(decoding: employee.bytes, as: UTF8.self)
  }
}
