import Testing

@testable import Actors

struct EmployeeIdsTests {
  @Test func `ids are found wherever they stand as a text, and nothing else is`() {
    let json = #"{"id":"emp_01A","x":["emp_","emp_01B"],"y":"an emp_01C","z":"emp_01A"}"#
    #expect(EmployeeIds(in: Array(json.utf8)).all == ["emp_01A", "emp_", "emp_01B"])
    #expect(EmployeeIds(in: Array(#""emp_01"#.utf8)).all == ["emp_01"])
    #expect(EmployeeIds(in: []).all.isEmpty)
  }
}
