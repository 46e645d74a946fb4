import Actors
import Testing
import Transport

@testable import Pipeline

struct EmployeeWriterTests {
  private typealias Column = EmployeeWriter.Column

  private let employee: RenderedEmployee = {
    var employee = Employee()
    employee[.id] = "emp_1"
    employee[.displayName] = #"O'Neil, "Max""#
    employee[.jobTitle] = #"=HYPERLINK("http://x")"#
    employee[.workPhoneNumber] = "+1 212 555 0142"
    employee[.departmentName] = "Line\nbreak"
    employee[.manager] = ["id": "emp_2", "email": "boss@example.com"]
    employee[.groups] = [["id": "g", "name": "A"], ["id": "h", "name": "B"]]
    employee[.customFields] = ["a": 1]
    employee[.active] = true
    employee[.revision] = 3
    return RenderedEmployee(employee.bytes)
  }()

  private func text(
    _ format: EmployeeWriter.Format, _ names: [String]?, isVerbatim: Bool = false
  ) -> String {
    let writer = EmployeeWriter(
      format: format, fields: names.map { $0.compactMap(Column.init) }, isVerbatim: isVerbatim)
    var out: [UInt8] = []
    writer.write(employee, to: &out)
    return writer.head + String(decoding: out, as: UTF8.self)
  }

  @Test func `cells are quoted where RFC 4180 says so`() {
    let names = ["id", "displayName", "departmentName", "middleName", "active", "revision"]
    #expect(
      text(.csv, names)
        == "id,displayName,departmentName,middleName,active,revision\r\n"
        + "emp_1,\"O'Neil, \"\"Max\"\"\",\"Line\nbreak\",,true,3\r\n")
  }

  @Test func `no text is a formula`() {
    let names = ["jobTitle", "workPhoneNumber"]
    #expect(text(.csv, names).hasSuffix("\"'=HYPERLINK(\"\"http://x\"\")\",'+1 212 555 0142\r\n"))
    #expect(text(.csv, names, isVerbatim: true).hasSuffix(")\",+1 212 555 0142\r\n"))
  }

  @Test(arguments: ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
  func `whatever a spreadsheet takes for the begin of a formula is guarded`(mark: String) {
    var risky = Employee()
    risky[.displayName] = JSONValue(mark + "1+1")
    let writer = EmployeeWriter(format: .csv, fields: [Column("displayName")].compactMap { $0 })
    var out: [UInt8] = []
    writer.write(RenderedEmployee(risky.bytes), to: &out)
    let cell = String(decoding: out, as: UTF8.self).drop { $0 == "\"" }
    #expect(cell.unicodeScalars.first == "'")
  }

  @Test func `what is inside a field has a column of its own`() {
    let names = ["manager.email", "manager.name", "groups", "customFields", "customFields.a"]
    #expect(text(.csv, names).hasSuffix("\r\nboss@example.com,,A; B,\"{\"\"a\"\":1}\",1\r\n"))
  }

  @Test func `a JSON line is the employee as it came, or what was named of it`() throws {
    #expect(text(.lines, nil) == String(decoding: employee.bytes, as: UTF8.self) + "\n")
    #expect(
      text(.lines, ["id", "manager.email"])
        == #"{"id":"emp_1","manager.email":"boss@example.com"}"# + "\n")
  }

  @Test func `a field that is none is refused by name`() throws {
    #expect(try Column.parse("id, email")?.map(\.name) == ["id", "email"])
    #expect(try Column.parse(nil) == nil)
    for text in ["emial", "id,manger.email", ",", "email.value", "manager.phone"] {
      #expect(throws: ClientFailure.self) { try Column.parse(text) }
    }
    let failure = #expect(throws: ClientFailure.self) { try Column.parse("id,manager.emial") }
    #expect(failure?.sentence.hasSuffix("'manager.emial'; did you mean manager.email?") == true)
    #expect(text(.csv, nil).hasPrefix("id,remoteId,"))
  }

  @Test func `a page is cut without being taken apart`() {
    let page = ExportedPage(Array(#"{"data":[{"a":"]"},{"b":2}],"meta":{"next":"c"}}"#.utf8))
    #expect(
      page?.employees.map { String(decoding: $0, as: UTF8.self) } == [#"{"a":"]"}"#, #"{"b":2}"#])
    #expect(page?.next == "c")
    #expect(ExportedPage(Array(#"{"data":{}}"#.utf8)) == nil)
  }
}
